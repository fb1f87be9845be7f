import { afterEach, describe, expect, it } from 'vitest';
import { Phone } from './support/phone.ts';
import { dialects, exam, PUBLIC_URL, type System, startSystem, 홍길동 } from './support/system.ts';
import { parsed, sent, sentHeaders, type Transport, type WireReply } from './support/transport.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Requests of a client whose socket has this address. */
const from =
  ({ app }: System, remoteAddress: string): Transport =>
  async (request) => {
    const payload = sent(request);
    const response = await app.server.inject({
      ...{ method: request.method, url: request.path, headers: sentHeaders(request), remoteAddress },
      ...(payload === undefined ? {} : { payload }),
    });
    const headers = response.headers as Record<string, string>;
    return {
      status: response.statusCode,
      headers,
      text: response.body,
      json: parsed(response.body) as never,
    };
  };

const phoneAt = (system: System, address: string) =>
  Phone.make(from(system, address), PUBLIC_URL, () => system.world.now());

const limitedBy = ({ status, json, headers }: WireReply) => [status, json.code, headers['retry-after']];
const numberOf = (nth: number) => `010-2222-${String(nth).padStart(4, '0')}`;

for (const dialect of dialects) {
  describe(`the limits of messages on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    it('R-2 an address has thirty messages an hour, resends included, whatever the numbers', async () => {
      system = await startSystem(dialect, { limits: true });
      const phone = await system.phone();
      const begun: string[] = [];
      for (let nth = 0; nth < 15; nth++) {
        const reply = await phone.begin({ name: '김영희', phone: numberOf(nth) });
        expect(reply.status).toBe(202);
        begun.push(`/app-api/registrations/${reply.json.registration}/resend`);
      }
      system.world.advance(30 * SECOND);
      for (const path of begun) expect((await phone.request('POST', path)).status).toBe(202);
      system.world.advance(30 * SECOND);
      const wait = ['message-limit', String((HOUR - MINUTE) / SECOND)];
      const next = { name: '김영희', phone: numberOf(15) };
      expect(limitedBy(await phone.begin(next))).toEqual([429, ...wait]);
      expect(limitedBy(await phone.request('POST', begun[0] ?? ''))).toEqual([429, ...wait]);
      expect((await (await phoneAt(system, '203.0.113.7')).begin(next)).status).toBe(202);
      const { count } = await system.database.sql
        .selectFrom('message')
        .select((eb) => eb.fn.countAll().as('count'))
        .executeTakeFirstOrThrow();
      expect(Number(count)).toBe(31);
      system.world.advance(HOUR - MINUTE);
      expect((await phone.begin({ ...next, phone: numberOf(16) })).status).toBe(202);
    });

    it('R-2 of messages that are asked for at the same moment no more are sent than an address has left', async () => {
      system = await startSystem(dialect, { limits: true });
      const phone = await system.phone();
      const begun: string[] = [];
      for (let nth = 0; nth < 14; nth++) {
        const { registration } = (await phone.begin({ name: '김영희', phone: numberOf(nth) })).json;
        begun.push(`/app-api/registrations/${registration}/resend`);
      }
      system.world.advance(30 * SECOND);
      for (const path of begun) expect((await phone.request('POST', path)).status).toBe(202);
      system.world.advance(30 * SECOND);
      const phones = await Promise.all(Array.from({ length: 3 }, () => system.phone()));
      const replies = await Promise.all([
        ...phones.map((other, nth) => other.begin({ name: '김영희', phone: numberOf(14 + nth) })),
        ...begun.slice(0, 3).map((path) => phone.request('POST', path)),
      ]);
      expect(replies.filter(({ status }) => status === 202)).toHaveLength(2);
      const refused = replies.filter(({ status }) => status !== 202).map(limitedBy);
      const wait = String((HOUR - MINUTE) / SECOND);
      expect(refused).toEqual(Array(4).fill([429, 'message-limit', wait]));
    });

    it('O-7 messages that a proof followed do not count for their address: a whole company registers', async () => {
      system = await startSystem(dialect, { limits: true });
      for (let nth = 0; nth < 31; nth++) await system.registered({ name: '김영희', phone: numberOf(nth) });
      const phone = await system.phone();
      expect((await phone.begin({ name: '김영희', phone: numberOf(31) })).status).toBe(202);
    });

    it('R-2 the whole deployment has a number of messages a day', async () => {
      system = await startSystem(dialect, { limits: true, smsPerDay: 3 });
      const begin = async (nth: number) =>
        (await phoneAt(system, `203.0.113.${nth}`)).begin({ name: '김영희', phone: numberOf(nth) });
      for (const nth of [1, 2, 3]) {
        expect((await begin(nth)).status).toBe(202);
        system.world.advance(HOUR);
      }
      expect(limitedBy(await begin(4))).toEqual([429, 'message-limit', String((21 * HOUR) / SECOND)]);
      system.world.advance(21 * HOUR - 1);
      expect(limitedBy(await begin(4))).toEqual([429, 'message-limit', '1']);
      system.world.advance(1);
      expect((await begin(4)).status).toBe(202);
    });

    it('R-2 without limits neither the address nor the day counts', async () => {
      system = await startSystem(dialect, { limits: false, smsPerDay: 1 });
      const phone = await system.phone();
      for (let nth = 0; nth < 31; nth++) {
        expect((await phone.begin({ name: '김영희', phone: numberOf(nth) })).status).toBe(202);
      }
    });
  });
}

// These count in the process, not in a database.
describe('the limits per check, address and institution', () => {
  let system: System;
  afterEach(() => system?.close());

  const unknown = 'A'.repeat(43);
  const stateOf = (token: string, send: Transport = system.send) =>
    send({ method: 'GET', path: `/check/${token}/state` });
  const answer = (token: string, code: string, send: Transport = system.send) =>
    send({ method: 'POST', path: `/check/${token}/code`, body: { code } });
  const identity = (token: string) =>
    system.send({ method: 'POST', path: `/check/${token}/identity`, body: { method: 'phone' } });
  const open = (apiKey: string) =>
    system.send({
      ...{ method: 'POST', path: '/v1/checks', body: exam },
      headers: { authorization: `Bearer ${apiKey}` },
    });
  const another = (nth: number) => ({
    learner: { ...홍길동, id: `trainee-${nth}` },
    occasion: { kind: 'exam', number: nth },
  });
  const limited = async (limit: string) => {
    const { text } = await system.send({ method: 'GET', path: '/metrics' });
    return Number(new RegExp(`^motp_limited_total\\{limit="${limit}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  };

  /** Fails until the address has this many failures left. */
  async function failUntilLeft(left: number, send: Transport = system.send): Promise<void> {
    for (let nth = 0; nth < 300 - left; nth++) expect((await stateOf(unknown, send)).status).toBe(404);
  }

  it('C-5 a check takes thirty failures in ten minutes, whatever they were, then neither code nor identity', async () => {
    system = await startSystem('sqlite', { limits: true });
    const { token } = await system.openCheck();
    const { token: other } = await system.openCheck(another(2));
    for (let nth = 0; nth < 15; nth++) {
      expect((await answer(token, '12345')).json.code).toBe('not-a-code');
      expect((await answer(token, '123456')).json.reason).toBe('not-registered');
    }
    system.world.advance(MINUTE);
    const refused = [429, 'too-many-failures', '540'];
    expect(limitedBy(await answer(token, '123456'))).toEqual(refused);
    expect(limitedBy(await answer(token, '12345'))).toEqual(refused);
    expect(limitedBy(await identity(token))).toEqual(refused);
    expect((await stateOf(token)).status).toBe(200);
    expect((await answer(other, '123456')).json.reason).toBe('not-registered');
    expect(await limited('check')).toBe(3);
    system.world.advance(9 * MINUTE - 1);
    expect(limitedBy(await answer(token, '123456'))).toEqual([429, 'too-many-failures', '1']);
    system.world.advance(1);
    expect((await answer(token, '123456')).json.code).toBe('check-over');
  });

  it('C-5 after twenty-nine failures of a check the right code passes', async () => {
    system = await startSystem('sqlite', { limits: true });
    const phone = await system.registered();
    const { token } = await system.openCheck();
    for (let nth = 0; nth < 29; nth++) expect((await answer(token, '12345')).status).toBe(400);
    expect((await answer(token, phone.code())).json.outcome).toBe('passed');
  });

  it('O-7 an address has three hundred failures in ten minutes, then the unknown is answered with a time', async () => {
    system = await startSystem('sqlite', { limits: true });
    await failUntilLeft(4);
    expect((await answer(unknown, '123456')).json.code).toBe('check-unknown');
    expect((await identity(unknown)).json.code).toBe('check-unknown');
    const completion = { secret: 'B'.repeat(43), parameters: {} };
    const complete = () =>
      system.send({ method: 'POST', path: '/identity/return/idt_unknown', body: completion });
    expect((await complete()).json.code).toBe('attempt-unknown');
    system.world.advance(2 * MINUTE);
    expect((await open('motp_wrong')).json.code).toBe('unauthorized');
    const refused = [429, 'too-many-failures', '480'];
    expect(limitedBy(await stateOf(unknown))).toEqual(refused);
    expect(limitedBy(await answer(unknown, '123456'))).toEqual(refused);
    expect(limitedBy(await identity(unknown))).toEqual(refused);
    expect(limitedBy(await complete())).toEqual(refused);
    expect(limitedBy(await open('motp_wrong'))).toEqual(refused);
    expect(await limited('address')).toBe(5);
    expect((await stateOf(unknown, from(system, '203.0.113.7'))).status).toBe(404);
    expect((await open(system.institution.apiKey)).status).toBe(201);
    system.world.advance(8 * MINUTE - 1);
    expect(limitedBy(await stateOf(unknown))).toEqual([429, 'too-many-failures', '1']);
    system.world.advance(1);
    expect((await stateOf(unknown)).status).toBe(404);
  });

  it('O-7 successes never count: neither right codes nor states nor openings', async () => {
    system = await startSystem('sqlite', { limits: true });
    const phone = await system.registered();
    await failUntilLeft(1);
    for (let nth = 1; nth <= 3; nth++) {
      const { token } = await system.openCheck(another(nth));
      expect((await stateOf(token)).status).toBe(200);
      expect((await answer(token, phone.code())).json.outcome).toBe('passed');
      system.world.advance(MINUTE);
    }
    expect((await stateOf(unknown)).status).toBe(404);
    expect((await stateOf(unknown)).status).toBe(429);
  });

  it('O-7 a neighbour behind an address over its limit passes; only what failed before has to wait', async () => {
    system = await startSystem('sqlite', { limits: true });
    const phone = await system.registered();
    const { token: failed } = await system.openCheck(another(1));
    const { token: neighbour } = await system.openCheck(another(2));
    const { token: clumsy } = await system.openCheck(another(3));
    expect((await answer(failed, phone.wrongCode())).json).toMatchObject({
      reason: 'wrong-code',
      triesLeft: 4,
    });
    await failUntilLeft(1);
    expect((await stateOf(unknown)).status).toBe(429);
    expect(limitedBy(await answer(failed, phone.code()))).toEqual([429, 'too-many-failures', '600']);
    expect((await answer(clumsy, phone.wrongCode())).json).toMatchObject({
      reason: 'wrong-code',
      triesLeft: 3,
    });
    expect((await answer(clumsy, phone.code())).status).toBe(429);
    expect((await answer(neighbour, phone.code())).json.outcome).toBe('passed');
    const elsewhere = from(system, '203.0.113.7');
    system.world.advance(MINUTE);
    expect((await answer(failed, phone.code(), elsewhere)).json.outcome).toBe('passed');
  });

  it('O-7 every refusal counts for the address, a typing error does not', async () => {
    system = await startSystem('sqlite', { limits: true });
    await failUntilLeft(2);
    const { token } = await system.openCheck();
    expect((await answer(token, '12345')).status).toBe(400);
    expect((await answer(token, '123456')).json.reason).toBe('not-registered');
    expect((await stateOf(unknown)).status).toBe(404);
    expect((await stateOf(unknown)).status).toBe(429);
  });

  it('O-7 the addresses of one IPv6 network count as one', async () => {
    system = await startSystem('sqlite', { limits: true });
    await failUntilLeft(0, from(system, '2001:db8:0:1::1'));
    expect((await stateOf(unknown, from(system, '2001:db8:0:1:ffff::2'))).status).toBe(429);
    expect((await stateOf(unknown, from(system, '2001:db8:0:2::1'))).status).toBe(404);
  });

  it('O-7 a forwarded address counts only from a configured proxy', async () => {
    system = await startSystem('sqlite', { limits: true });
    await failUntilLeft(0);
    const reply = await system.send({
      ...{ method: 'GET', path: `/check/${unknown}/state` },
      headers: { 'x-forwarded-for': '203.0.113.7' },
    });
    expect(reply.status).toBe(429);
  });

  it('O-7 an institution opens six thousand checks a minute', async () => {
    system = await startSystem('sqlite', { limits: true });
    const { apiKey } = system.institution;
    // Refused for its return address: an opening that costs the test little.
    const opening = () =>
      system.app.server.inject({
        ...{ method: 'POST', url: '/v1/checks', headers: { authorization: `Bearer ${apiKey}` } },
        payload: { ...exam, returnUrl: 'https://elsewhere.example/' },
      });
    const statuses = new Map<number, number>();
    for (let nth = 0; nth < 6_000; nth++) {
      const { statusCode } = await opening();
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
    }
    expect([...statuses]).toEqual([[422, 6_000]]);
    system.world.advance(20 * SECOND);
    expect(limitedBy(await open(apiKey))).toEqual([429, 'institution-limit', '40']);
    expect(await limited('institution')).toBe(1);
    system.world.advance(40 * SECOND);
    expect((await open(apiKey)).status).toBe(201);
  });

  it('O-7 without limits nothing is counted', async () => {
    system = await startSystem('sqlite', { limits: false });
    const { token } = await system.openCheck();
    for (let nth = 0; nth < 31; nth++) expect((await answer(token, '12345')).status).toBe(400);
    await failUntilLeft(0);
    expect((await stateOf(unknown)).status).toBe(404);
  });
});
