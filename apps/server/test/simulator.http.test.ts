import { afterEach, describe, expect, it } from 'vitest';
import { dialects, PUBLIC_URL, type System, startSystem, 홍길동 } from './support/system.ts';

const MINUTE = 60_000;
const person = { name: '홍길동', birthDate: '19900131', phone: '010-1234-5678' };
const ipin = { id: 'hong', password: 'anything', name: '홍길동', birthDate: '19900131' };

for (const dialect of dialects) {
  describe(`the simulator on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const post = (path: string, body: unknown) => system.send({ method: 'POST', path, body });
    const state = async (token: string) =>
      (await system.send({ method: 'GET', path: `/check/${token}/state` })).json;

    /** The check page starts an identity check: what it keeps, and the address of the provider's window. */
    const begin = async (token: string, method: 'phone' | 'ipin' = 'phone') => {
      const reply = await post(`/check/${token}/identity`, { method });
      expect(reply.status).toBe(200);
      const { attempt, secret, url } = reply.json;
      expect(url).toMatch(new RegExp(`^${PUBLIC_URL}/demo/identity/[0-9a-f]{32}$`));
      return { attempt, secret, window: new URL(url).pathname };
    };
    type Begun = Awaited<ReturnType<typeof begin>>;

    /** Back from the window: the page of the return address asks with what its query says. */
    const comeBack = ({ attempt, secret }: Begun, parameters: object = { result: 'ok' }) =>
      post(`/identity/return/${attempt}`, { secret, parameters });

    const sendCode = (window: string, typed: object = {}) =>
      post(`${window}/message`, { carrier: 'skt', ...person, ...typed });

    const verify = async ({ window, attempt }: Begun, typed: { name?: string; phone?: string } = {}) => {
      expect((await sendCode(window, typed)).json).toEqual({ outcome: 'sent', secondsLeft: 300 });
      const code = await system.smsCode(typed.phone ?? person.phone);
      expect((await post(`${window}/confirm`, { code })).json).toEqual({
        outcome: 'certified',
        redirect: `${PUBLIC_URL}/identity/return/${attempt}?result=ok`,
      });
    };

    const simulated = async (fields: Record<string, unknown> = {}) => {
      system = await startSystem(dialect, { simulator: true });
      return (await system.openCheck(fields)).token;
    };

    it('C-6 휴대폰: name, number and the code of the message pass the check with method phone', async () => {
      const token = await simulated();
      expect((await state(token)).methods).toEqual(['motp', 'phone']);
      const begun = await begin(token);
      const view = await system.send({ method: 'GET', path: `${begun.window}/window` });
      expect(view.json).toEqual({
        method: 'phone',
        locale: 'ko',
        person: { name: '홍길동', phone: '01012345678' },
      });
      expect(view.headers['cache-control']).toBe('no-store');
      await verify(begun);
      expect((await comeBack(begun)).json).toEqual({ outcome: 'passed' });
      const passed = await state(token);
      expect([passed.status, passed.method]).toEqual(['passed', 'phone']);
      const claims = JSON.parse(Buffer.from(passed.receipt.split('.')[1], 'base64url').toString());
      expect(claims).toMatchObject({ method: 'phone', sub: 홍길동.id, demo: true });
    });

    it('C-6 the message says whose it is, and goes to the number that was typed', async () => {
      const token = await simulated();
      const { window } = await begin(token);
      await sendCode(window);
      const outbox = await system.send({ method: 'GET', path: '/demo/outbox?to=01012345678' });
      expect(outbox.json.messages).toHaveLength(1);
      expect(outbox.json.messages[0].text).toMatch(/^\[모의 본인인증\] 인증번호 \d{6}\n/);
    });

    it('C-6 아이핀: the birth date that the check knows passes it, without a number', async () => {
      const token = await simulated({ learner: { ...홍길동, birthDate: '1990-01-31' } });
      expect((await state(token)).methods).toEqual(['motp', 'phone', 'ipin']);
      const begun = await begin(token, 'ipin');
      expect((await post(`${begun.window}/confirm`, ipin)).json.outcome).toBe('certified');
      expect((await comeBack(begun)).json).toEqual({ outcome: 'passed' });
      expect((await state(token)).method).toBe('ipin');
    });

    it('C-6 아이핀: the DI kept from 휴대폰 stands for the number, and another person differs', async () => {
      const token = await simulated();
      const begun = await begin(token);
      await verify(begun);
      await comeBack(begun);
      const next = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
      expect((await state(next.token)).methods).toEqual(['motp', 'phone', 'ipin']);
      const other = await begin(next.token, 'ipin');
      await post(`${other.window}/confirm`, { ...ipin, birthDate: '19910131' });
      expect((await comeBack(other)).json).toEqual({
        outcome: 'refused',
        reason: 'identity-differs',
        field: 'phone',
      });
      const same = await begin(next.token, 'ipin');
      await post(`${same.window}/confirm`, ipin);
      expect((await comeBack(same)).json).toEqual({ outcome: 'passed' });
    });

    it.each([
      ['name', { name: '김영희' }],
      ['phone', { phone: '010-8765-4321' }],
    ])('C-6 another %s passes nothing and is named', async (field, typed) => {
      const token = await simulated();
      const begun = await begin(token);
      await verify(begun, typed);
      const refused = { outcome: 'refused', reason: 'identity-differs', field };
      expect((await comeBack(begun)).json).toEqual(refused);
      expect(await state(token)).toMatchObject({ status: 'open', identity: refused });
    });

    it('C-6 another birth date by 아이핀 passes nothing and is named', async () => {
      const token = await simulated({ learner: { ...홍길동, birthDate: '1990-02-01' } });
      const begun = await begin(token, 'ipin');
      await post(`${begun.window}/confirm`, ipin);
      expect((await comeBack(begun)).json).toMatchObject({
        reason: 'identity-differs',
        field: 'birthDate',
      });
    });

    it.each([
      ['cancelled', 'identity-cancelled'],
      ['failed', 'identity-failed'],
    ])('C-6 a window that is %s passes nothing, whatever the browser says', async (ending, reason) => {
      const token = await simulated();
      const begun = await begin(token);
      const ended = (await post(`${begun.window}/end`, { outcome: ending })).json;
      expect(ended).toEqual({
        outcome: ending,
        redirect: `${PUBLIC_URL}/identity/return/${begun.attempt}?result=${ending}`,
      });
      expect((await comeBack(begun, { result: 'ok' })).json).toEqual({ outcome: 'refused', reason });
      expect(await state(token)).toMatchObject({ status: 'open', identity: { outcome: 'refused', reason } });
    });

    it('C-6 a return without a finished window is refused, forged as it is', async () => {
      const token = await simulated();
      const begun = await begin(token);
      await sendCode(begun.window);
      expect((await comeBack(begun)).json).toEqual({ outcome: 'refused', reason: 'identity-failed' });
      expect((await state(token)).status).toBe('open');
    });

    it('C-6 a provider that hangs is said to be away; the check stays open for another try', async () => {
      const token = await simulated();
      const begun = await begin(token);
      await post(`${begun.window}/end`, { outcome: 'hanging' });
      for (const _ of ['once', 'again']) {
        const reply = await comeBack(begun);
        expect([reply.status, reply.json.code, reply.headers['retry-after']]).toEqual([
          503,
          'provider-unavailable',
          '5',
        ]);
      }
      const open = await state(token);
      expect([open.status, open.identity]).toEqual(['open', undefined]);
      const second = await begin(token);
      await verify(second);
      expect((await comeBack(second)).json).toEqual({ outcome: 'passed' });
    });

    it('C-6 a replayed return gives the recorded outcome and does nothing twice', async () => {
      const token = await simulated();
      const begun = await begin(token);
      await verify(begun);
      const results = [await comeBack(begun), await comeBack(begun, { result: 'failed' })];
      expect(results.map(({ json }) => json)).toEqual([{ outcome: 'passed' }, { outcome: 'passed' }]);
      const passed = await system.database.sql
        .selectFrom('audit_event')
        .select('id')
        .where('kind', '=', 'check.passed')
        .execute();
      expect(passed).toHaveLength(1);
    });

    it('C-6 who does not hold the secret finds no attempt, and the holder still completes it', async () => {
      const token = await simulated();
      const begun = await begin(token);
      await verify(begun);
      const forged = await comeBack({ ...begun, secret: 'x'.repeat(43) });
      expect([forged.status, forged.json.code]).toEqual([404, 'attempt-unknown']);
      expect((await state(token)).status).toBe('open');
      expect((await comeBack(begun)).json).toEqual({ outcome: 'passed' });
    });

    it('C-6 a person certified after the check ran out passes nothing', async () => {
      const token = await simulated();
      const begun = await begin(token);
      await verify(begun);
      system.world.advance(10 * MINUTE);
      expect((await comeBack(begun)).json).toEqual({ outcome: 'refused', reason: 'check-over' });
      expect((await state(token)).status).toBe('expired');
      expect((await sendCode(begun.window)).status).toBe(404);
    });
  });
}

describe('the simulator’s window', () => {
  let system: System;
  afterEach(() => system?.close());

  const begin = async () => {
    const { token } = await system.openCheck();
    const body = { method: 'phone' };
    const reply = await system.send({ method: 'POST', path: `/check/${token}/identity`, body });
    return new URL(reply.json.url).pathname;
  };

  it('C-6 is a page of its own that nobody frames or keeps, and says when it is over', async () => {
    system = await startSystem('sqlite', { simulator: true });
    const window = await begin();
    const page = await system.send({ method: 'GET', path: window });
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    await system.send({ method: 'POST', path: `${window}/end`, body: { outcome: 'cancelled' } });
    const over = await system.send({ method: 'GET', path: window });
    expect([over.status, over.text]).toEqual([404, page.text]);
    const unknown = await system.send({ method: 'GET', path: `/demo/identity/${'0'.repeat(32)}/window` });
    expect([unknown.status, unknown.json.code]).toEqual([404, 'not-found']);
  });

  it.each([
    ['message', { carrier: 'other', name: '', birthDate: '', phone: '' }, 'malformed'],
    ['message', { carrier: 'kt', name: '홍길동' }, 'malformed'],
    ['message', { carrier: 'kt', name: '홍', birthDate: '', phone: '', extra: 1 }, 'unknown-field'],
    ['message', { carrier: 'kt', name: '홍\0', birthDate: '', phone: '' }, 'bad-text'],
    ['message', { carrier: 'kt', name: '홍'.repeat(101), birthDate: '', phone: '' }, 'malformed'],
    ['confirm', { code: 123456 }, 'malformed'],
    ['confirm', {}, 'malformed'],
    ['end', { outcome: 'certified' }, 'malformed'],
    ['end', 'not json', 'malformed-json'],
  ])('P-3 C-6 %s with %o is refused as %s', async (operation, body, code) => {
    system = await startSystem('sqlite', { simulator: true });
    const reply = await system.send({ method: 'POST', path: `${await begin()}/${operation}`, body });
    expect([reply.status, reply.json.code]).toEqual([400, code]);
  });

  it('C-6 an empty field is not malformed: the window says what is missing', async () => {
    system = await startSystem('sqlite', { simulator: true });
    const body = { carrier: 'mvno', name: '', birthDate: '', phone: '' };
    const reply = await system.send({ method: 'POST', path: `${await begin()}/message`, body });
    expect([reply.status, reply.json]).toEqual([
      200,
      { outcome: 'refused', fields: ['name', 'birthDate', 'phone'] },
    ]);
  });

  it('P-5 C-6 there is no window without the simulator, and none outside demo mode', async () => {
    const path = `/demo/identity/${'0'.repeat(32)}`;
    system = await startSystem('sqlite');
    expect((await system.send({ method: 'GET', path: `${path}/window` })).json.code).toBe('not-found');
    await system.close();
    system = await startSystem('sqlite', { demo: false, simulator: true });
    const body = { outcome: 'cancelled' };
    const answers = [
      await system.send({ method: 'GET', path }),
      await system.send({ method: 'GET', path: `${path}/window` }),
      await system.send({ method: 'POST', path: `${path}/end`, body }),
    ];
    expect(answers.map(({ status, json }) => [status, json?.detail])).toEqual(
      Array.from({ length: 3 }, () => [404, '이 주소에는 아무것도 없습니다. 주소를 확인해 주세요.']),
    );
  });
});
