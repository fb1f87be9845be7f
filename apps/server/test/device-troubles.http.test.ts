import { afterEach, describe, expect, it } from 'vitest';
import { Certifier } from '../src/identity/certifier.fixture.ts';
import type { Phone } from './support/phone.ts';
import { type System, type SystemOptions, startSystem, 홍길동 } from './support/system.ts';
import type { WireReply } from './support/transport.ts';
import { wrongCodes } from './support/wrong-codes.ts';

const DAY_MS = 24 * 60 * 60_000;
const NEW_NUMBER = '010-8765-4321';

const answerOf = ({ status, json }: WireReply) => json?.code ?? status;

describe('troubles of a registered app', () => {
  let system: System;
  afterEach(() => system?.close());

  const start = async (options: SystemOptions = {}) => {
    system = await startSystem('sqlite', options);
  };
  const view = (phone: Phone) => phone.request('GET', '/app-api/device').then(({ json }) => json);
  const dispute = (phone: Phone, body: object = {}) => phone.request('POST', '/app-api/device/dispute', body);
  const change = (phone: Phone, number: string, more: object = {}) =>
    phone.request('POST', '/app-api/device/phone', { phone: number, ...more });
  const prove = (phone: Phone, registration: string, code: string) =>
    phone.request('POST', '/app-api/device/phone/proof', { registration, code });

  async function passed(phone: Phone, number = 1): Promise<string> {
    const { id, token } = await system.openCheck({ occasion: { kind: 'exam', number } });
    expect((await system.answer(token, phone.code())).json.outcome).toBe('passed');
    return id;
  }

  /** Five wrong codes. */
  async function lock(phone: Phone): Promise<void> {
    const { token } = await system.openCheck({ occasion: { kind: 'exam', number: 99 } });
    for (const code of wrongCodes(phone, system.world.now(), 5)) await system.answer(token, code);
  }

  async function completed(attempt: { attempt: string; secret: string }) {
    const { secret } = attempt;
    const path = `/identity/return/${attempt.attempt}`;
    return (await system.send({ method: 'POST', path, body: { secret, parameters: {} } })).json;
  }

  it('R-5 a check that was not me locks the registration and is marked in the history', async () => {
    await start();
    const phone = await system.registered();
    const id = await passed(phone);
    expect((await view(phone)).checks).toMatchObject([{ id, disputed: false }]);
    expect((await dispute(phone, { check: id })).status).toBe(204);
    expect(await view(phone)).toMatchObject({
      status: 'active',
      locked: true,
      lockedBecause: 'disputed',
      disputedAt: new Date(system.world.now()).toISOString(),
      checks: [{ id, disputed: true }],
    });
    const { token } = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
    system.world.advance(60_000);
    expect((await system.answer(token, phone.code())).json.reason).toBe('locked');
  });

  it('R-5 a replaced app says until when it may say so, and says it once', async () => {
    await start();
    const old = await system.registered();
    system.world.advance(1_000);
    const thief = await system.registered();
    const until = new Date(system.world.now() + 30 * DAY_MS).toISOString();
    expect(await view(old)).toMatchObject({ status: 'replaced', disputableUntil: until });
    expect((await dispute(old)).status).toBe(204);
    expect(await view(thief)).toMatchObject({ locked: true, lockedBecause: 'disputed' });
    const after = await view(old);
    expect(after.disputableUntil).toBeUndefined();
    expect(after).toMatchObject({ status: 'replaced', locked: false });
    expect(after.disputedAt).toBe(new Date(system.world.now()).toISOString());
    expect((await dispute(old)).status).toBe(204);
  });

  it('P-3 what cannot be disputed is refused in words', async () => {
    await start();
    const phone = await system.registered();
    const stranger = await system.phone();
    expect(answerOf(await dispute(stranger))).toBe('device-unknown');
    expect(answerOf(await dispute(phone, { check: 'chk_unknown' }))).toBe('check-unknown');
    expect(answerOf(await dispute(phone, { check: 1 }))).toBe('malformed');
    expect(answerOf(await dispute(phone, { other: 'x' }))).toBe('unknown-field');
    expect(await view(phone)).toMatchObject({ locked: false });
    await phone.request('DELETE', '/app-api/device');
    expect(answerOf(await dispute(phone))).toBe('device-over');
  });

  it('R-9 a new number is changed by the code that was sent to it; app and history stay', async () => {
    await start();
    const phone = await system.registered();
    const id = await passed(phone);
    const begun = await change(phone, NEW_NUMBER);
    expect(begun.status).toBe(202);
    expect(begun.json).toMatchObject({ identity: [], proof: { kind: 'sms', digits: 6 } });
    const outbox = await system.send({ method: 'GET', path: '/demo/outbox?to=01087654321' });
    expect(outbox.json.messages[0].text).toContain('번호 변경용');
    const code = await system.smsCode(NEW_NUMBER);
    const wrong = code === '000000' ? '000001' : '000000';
    const refused = await prove(phone, begun.json.registration, wrong);
    expect([answerOf(refused), refused.json.triesLeft]).toEqual(['wrong-proof', 4]);
    const proved = await prove(phone, begun.json.registration, code);
    expect(proved.status).toBe(200);
    expect(proved.json).toMatchObject({
      status: 'active',
      learner: { name: '홍길동', phone: NEW_NUMBER },
      checks: [{ id }],
    });
    expect(await prove(phone, begun.json.registration, code)).toMatchObject({ status: 200 });
    system.world.advance(60_000);
    const { token } = await system.openCheck({ learner: { ...홍길동, phone: NEW_NUMBER }, force: true });
    expect((await system.answer(token, phone.code())).json.outcome).toBe('passed');
    const old = await system.openCheck({ course: { id: 'other', title: '다른 과정' } });
    expect((await system.answer(old.token, phone.code())).json.reason).toBe('phone-differs');
  });

  it('R-9 the code of a change can be sent again, and says the same', async () => {
    await start();
    const phone = await system.registered();
    const begun = await change(phone, NEW_NUMBER, { locale: 'en' });
    system.world.advance(30_000);
    const path = `/app-api/registrations/${begun.json.registration}/resend`;
    const resent = await phone.request('POST', path);
    expect(resent).toMatchObject({ status: 202, json: { identity: [] } });
    const progress = await phone.request('GET', `/app-api/registrations/${begun.json.registration}`);
    expect(progress.json).toMatchObject({ delivery: 'waiting', identity: [] });
    const outbox = await system.send({ method: 'GET', path: '/demo/outbox?to=01087654321' });
    const texts = outbox.json.messages.map(({ text }: { text: string }) => text);
    expect(texts).toEqual([
      expect.stringContaining("To change the app's number"),
      expect.stringContaining("To change the app's number"),
    ]);
    const proved = await prove(phone, begun.json.registration, await system.smsCode(NEW_NUMBER));
    expect(proved.status).toBe(200);
  });

  it('R-9 a change proves no registration, and a registration no change', async () => {
    await start();
    const phone = await system.registered();
    const changing = (await change(phone, NEW_NUMBER)).json.registration;
    const code = await system.smsCode(NEW_NUMBER);
    expect(answerOf(await phone.prove(changing, code))).toBe('registration-unknown');
    const pending = (await phone.begin({ name: '홍길동', phone: '010-2222-3333' })).json.registration;
    const other = await system.smsCode('010-2222-3333');
    expect(answerOf(await prove(phone, pending, other))).toBe('registration-unknown');
    const stranger = await system.phone();
    expect(answerOf(await prove(stranger, changing, code))).toBe('registration-unknown');
    expect((await prove(phone, changing, code)).status).toBe(200);
  });

  it('P-3 numbers that cannot be taken are refused before anything is sent', async () => {
    await start();
    const phone = await system.registered();
    expect(answerOf(await change(phone, '010-1234-5678'))).toBe('phone-unchanged');
    expect(answerOf(await change(phone, '+82 10 1234 5678'))).toBe('phone-unchanged');
    expect(answerOf(await change(phone, '02-555-1234'))).toBe('phone-not-mobile');
    expect(answerOf(await change(phone, '+1 212 555 0123'))).toBe('phone-not-mobile');
    expect(answerOf(await change(phone, 'nobody'))).toBe('malformed');
    expect(answerOf(await change(await system.phone(), NEW_NUMBER))).toBe('device-unknown');
    expect(answerOf(await prove(phone, 'reg_unknown', '123456'))).toBe('registration-unknown');
    expect(answerOf(await prove(phone, 'reg_unknown', '12345'))).toBe('not-a-code');
    await lock(phone);
    expect(answerOf(await change(phone, NEW_NUMBER))).toBe('identity-required');
    await phone.request('DELETE', '/app-api/device');
    expect(answerOf(await change(phone, NEW_NUMBER))).toBe('device-over');
    const sent = await system.database.sql.selectFrom('message').select('id').execute();
    expect(sent).toHaveLength(1);
  });

  it('R-9 a registration that was locked since does not take the new number', async () => {
    await start();
    const phone = await system.registered();
    const begun = await change(phone, NEW_NUMBER);
    await lock(phone);
    const refused = await prove(phone, begun.json.registration, await system.smsCode(NEW_NUMBER));
    expect(answerOf(refused)).toBe('identity-required');
    expect(refused.json.detail).toContain('잠겨');
    expect((await view(phone)).learner.phone).toBe(홍길동.phone);
  });

  it('R-2 changes of a number count like registrations: one message in 30 seconds', async () => {
    await start({ limits: true });
    const phone = await system.registered();
    expect((await change(phone, NEW_NUMBER)).status).toBe(202);
    const second = await change(phone, NEW_NUMBER);
    expect([answerOf(second), second.headers['retry-after']]).toEqual(['message-limit', '30']);
  });

  it('C-6 a locked app is unlocked by a certified identity check that was started in it', async () => {
    const certifier = new Certifier();
    await start({ providers: { phone: certifier } });
    const phone = await system.registered();
    expect(
      answerOf(
        await phone.request('POST', '/app-api/device/identity', { method: 'phone', purpose: 'unlock' }),
      ),
    ).toBe('identity-unavailable');
    await dispute(phone);
    const ask = { method: 'phone', purpose: 'unlock' };
    const begun = await phone.request('POST', '/app-api/device/identity', ask);
    expect(begun.status).toBe(200);
    expect(certifier.started[0]?.person).toEqual({ name: '홍길동', phone: '+821012345678' });
    certifier.certifies({ name: '홍길동', phone: '+821012345678' as never });
    expect(await completed(begun.json)).toEqual({ outcome: 'passed' });
    expect(await view(phone)).toMatchObject({ locked: false });
    await passed(phone);
  });

  it('C-6 another person lifts no lock', async () => {
    const certifier = new Certifier();
    await start({ providers: { phone: certifier } });
    const phone = await system.registered();
    await dispute(phone);
    certifier.certifies({ name: '김영희', phone: '+821012345678' as never });
    const ask = { method: 'phone', purpose: 'unlock' };
    const begun = await phone.request('POST', '/app-api/device/identity', ask);
    expect(await completed(begun.json)).toMatchObject({ outcome: 'refused', reason: 'identity-differs' });
    expect(await view(phone)).toMatchObject({ locked: true, lockedBecause: 'disputed' });
  });

  it('R-9 a certified name replaces the registered one', async () => {
    const certifier = new Certifier();
    await start({ providers: { phone: certifier } });
    const phone = await system.registered();
    const ask = { method: 'phone', purpose: 'name' };
    const begun = await phone.request('POST', '/app-api/device/identity', ask);
    expect(certifier.started[0]?.person).toEqual({ name: '', phone: '+821012345678' });
    certifier.certifies({ name: '홍 길순', phone: '+821012345678' as never });
    expect(await completed(begun.json)).toEqual({ outcome: 'passed' });
    expect((await view(phone)).learner).toEqual({ name: '홍 길순', phone: 홍길동.phone });
    const { token } = await system.openCheck({ learner: { ...홍길동, name: '홍길순' } });
    expect((await system.answer(token, phone.code())).json.outcome).toBe('passed');
  });

  it('C-6 a method that nothing can be compared with is not offered until the number was certified', async () => {
    const certifier = new Certifier();
    const ipin = new Certifier({ phone: false }, 'ipin');
    await start({ providers: { phone: certifier, ipin } });
    const phone = await system.registered();
    await dispute(phone);
    const ask = (method: string, purpose: string) =>
      phone.request('POST', '/app-api/device/identity', { method, purpose });
    expect((await view(phone)).identity).toEqual(['phone']);
    expect(answerOf(await ask('ipin', 'unlock'))).toBe('identity-unavailable');
    certifier.certifies({ name: '홍길동', phone: '+821012345678' as never, di: 'di-1' });
    expect(await completed((await ask('phone', 'name')).json)).toEqual({ outcome: 'passed' });
    expect(await view(phone)).toMatchObject({ locked: true });
    expect((await view(phone)).identity).toEqual(['phone', 'ipin']);
    ipin.certifies({ name: '홍길동', di: 'di-2' });
    expect(await completed((await ask('ipin', 'unlock')).json)).toMatchObject({ outcome: 'refused' });
    ipin.certifies({ name: '홍길동', di: 'di-1' });
    expect(await completed((await ask('ipin', 'unlock')).json)).toEqual({ outcome: 'passed' });
    expect(await view(phone)).toMatchObject({ locked: false });
  });
});
