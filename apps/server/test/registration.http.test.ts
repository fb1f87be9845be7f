import { compactDecrypt, decodeProtectedHeader } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem, 홍길동 } from './support/system.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const learner = { name: 홍길동.name, phone: 홍길동.phone };

for (const dialect of dialects) {
  describe(`a registration on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const wrongOf = (code: string) => (code === '000000' ? '000001' : '000000');
    const sms = () => system.smsCode(learner.phone);

    it('R-3 the seed comes encrypted to the app’s key and bound to device and registration', async () => {
      system = await startSystem(dialect);
      const phone = await system.phone();
      const begun = await phone.begin(learner);
      expect(begun.status).toBe(202);
      expect(begun.json).toEqual({
        registration: expect.stringMatching(/^reg_/),
        identity: [],
        proof: {
          kind: 'sms',
          digits: 6,
          reference: expect.stringMatching(/^[A-Z2-9]{3}$/),
          expiresAt: new Date(system.world.now() + 5 * MINUTE).toISOString(),
          resendAt: new Date(system.world.now() + 30 * SECOND).toISOString(),
        },
      });
      const { registration } = begun.json;
      const proved = await phone.prove(registration, await sms());
      expect(proved.json).toMatchObject({
        otp: { algorithm: 'SHA256', digits: 6, period: 60 },
        learner,
        now: system.world.now(),
      });
      const header = decodeProtectedHeader(proved.json.seed);
      const text = (value: unknown) => Buffer.from(String(value), 'base64url').toString();
      expect([header.alg, header.enc]).toEqual(['ECDH-ES', 'A256GCM']);
      expect([text(header.apu), text(header.apv)]).toEqual([phone.thumbprint, registration]);
      expect(phone.seed?.byteLength).toBe(32);
    });

    it('R-2 the message says what the code does, shows the reference and carries the WebOTP line', async () => {
      system = await startSystem(dialect);
      const phone = await system.phone();
      const begun = await phone.begin(learner);
      const outbox = await system.send({ method: 'GET', path: '/demo/outbox?to=01012345678' });
      const [message] = outbox.json.messages;
      expect(message).toMatchObject({ to: '01012345678', at: new Date(system.world.now()).toISOString() });
      const lines = message.text.split('\n');
      expect(lines[0]).toBe(`[mOTP] 인증번호 ${message.code} (${begun.json.proof.reference})`);
      expect(lines[1]).toBe('앱 등록용, 남에게 알리지 마세요');
      expect(lines.at(-1)).toBe(`@localhost #${message.code}`);
    });

    it('R-2 five wrong codes end a proof; a lost reply is found again with the right one', async () => {
      system = await startSystem(dialect);
      const phone = await system.phone();
      const first = (await phone.begin(learner)).json.registration;
      const code = await sms();
      const left: number[] = [];
      for (let nth = 0; nth < 5; nth++) {
        const reply = await phone.prove(first, wrongOf(code));
        expect([reply.status, reply.json.code]).toEqual([422, 'wrong-proof']);
        left.push(reply.json.triesLeft);
      }
      expect(left).toEqual([4, 3, 2, 1, 0]);
      expect((await phone.prove(first, code)).json.code).toBe('registration-over');
      const second = (await phone.begin(learner)).json.registration;
      const right = await sms();
      const proved = await phone.prove(second, right);
      const seed = phone.seed;
      const again = await phone.prove(second, right);
      expect(again.json.device).toBe(proved.json.device);
      expect(phone.seed).toEqual(seed);
      system.world.advance(5 * MINUTE);
      expect((await phone.prove(second, right)).json.code).toBe('registration-over');
    });

    it('R-2 a code is valid for five minutes and only for the key that began', async () => {
      system = await startSystem(dialect);
      const phone = await system.phone();
      const other = await system.phone();
      const { registration } = (await phone.begin(learner)).json;
      const code = await sms();
      const stolen = await other.prove(registration, code);
      expect([stolen.status, stolen.json.code]).toEqual([404, 'registration-unknown']);
      system.world.advance(5 * MINUTE);
      const late = await phone.prove(registration, code);
      expect([late.status, late.json.code]).toEqual([410, 'registration-over']);
    });

    it('R-2 resending makes a new code, ends the old, keeps the tries, at most three times', async () => {
      system = await startSystem(dialect, { limits: true });
      const phone = await system.phone();
      const { registration } = (await phone.begin(learner)).json;
      const path = `/app-api/registrations/${registration}/resend`;
      const old = await sms();
      await phone.prove(registration, wrongOf(old));
      const early = await phone.request('POST', path);
      expect([early.status, early.json.code, early.headers['retry-after']]).toEqual([
        429,
        'message-limit',
        '30',
      ]);
      for (let nth = 0; nth < 3; nth++) {
        system.world.advance(30 * SECOND);
        const resent = await phone.request('POST', path);
        expect([resent.status, resent.json.registration]).toEqual([202, registration]);
      }
      system.world.advance(30 * SECOND);
      expect((await phone.request('POST', path)).status).toBe(429);
      const refused = await phone.prove(registration, old);
      expect(refused.json).toMatchObject({ code: 'wrong-proof', triesLeft: 3 });
      expect((await phone.prove(registration, await sms())).status).toBe(200);
    });

    it('R-2 a number gets one message in 30 s and five in an hour, over all registrations', async () => {
      system = await startSystem(dialect, { limits: true });
      const statuses: number[] = [];
      for (let nth = 0; nth < 6; nth++) {
        const phone = await system.phone();
        statuses.push((await phone.begin(learner)).status);
        system.world.advance(30 * SECOND);
      }
      expect(statuses).toEqual([202, 202, 202, 202, 202, 429]);
    });

    it('R-2 ten wrong codes on a day close SMS proof of the number until the next day', async () => {
      system = await startSystem(dialect, { limits: true });
      for (let round = 0; round < 2; round++) {
        const phone = await system.phone();
        const { registration } = (await phone.begin(learner)).json;
        const wrong = wrongOf(await sms());
        for (let nth = 0; nth < 5; nth++) await phone.prove(registration, wrong);
        system.world.advance(MINUTE);
      }
      const phone = await system.phone();
      const closed = await phone.begin(learner);
      const untilMidnight = (Date.UTC(2026, 10, 23, 15) - system.world.now()) / SECOND;
      expect([closed.status, closed.json.code]).toEqual([429, 'proof-closed']);
      expect(closed.headers['retry-after']).toBe(String(Math.ceil(untilMidnight)));
      system.world.time = Date.UTC(2026, 10, 23, 15);
      expect((await phone.begin(learner)).status).toBe(202);
    });

    it('R-2 an address begins at most twenty unproved registrations an hour', async () => {
      system = await startSystem(dialect, { limits: true });
      const begin = async (nth: number) => {
        const phone = await system.phone();
        return phone.begin({ name: '홍길동', phone: `010-2000-${String(nth).padStart(4, '0')}` });
      };
      for (let nth = 0; nth < 20; nth++) expect((await begin(nth)).status).toBe(202);
      const refused = await begin(20);
      expect([refused.status, refused.json.code]).toEqual([429, 'registration-limit']);
      system.world.advance(60 * MINUTE);
      expect((await begin(21)).status).toBe(202);
    });

    it('R-2a another name on a number is refused only after the SMS code was right', async () => {
      system = await startSystem(dialect);
      await system.registered();
      const phone = await system.phone();
      const begun = await phone.begin({ ...learner, name: '김영희' });
      expect(begun.status).toBe(202);
      const code = await sms();
      expect((await phone.prove(begun.json.registration, wrongOf(code))).json.code).toBe('wrong-proof');
      const refused = await phone.prove(begun.json.registration, code);
      expect([refused.status, refused.json.code]).toEqual([422, 'identity-required']);
      system.world.time = Date.UTC(2028, 10, 23, 3, 0, 5);
      await phone.register({ ...learner, name: '김영희' }, system.smsCode);
    });

    it('R-5 a new registration ends the older one, whose app hears that it was replaced', async () => {
      system = await startSystem(dialect);
      const old = await system.registered();
      const fresh = await system.registered();
      expect((await old.request('GET', '/app-api/device')).json).toMatchObject({ status: 'replaced' });
      expect((await fresh.request('GET', '/app-api/device')).json).toMatchObject({ status: 'active' });
      const { token } = await system.openCheck();
      const refused = await system.answer(token, old.code());
      expect(refused.json.reason).toBe(old.code() === fresh.code() ? undefined : 'wrong-code');
      expect((await system.answer(token, fresh.code())).json.outcome).toBe('passed');
      const others = [
        old.request('DELETE', '/app-api/device'),
        old.request('DELETE', '/app-api/learner'),
        old.begin(learner),
        old.request('POST', '/app-api/registrations/reg_1/resend'),
        old.prove('reg_1', '123456'),
      ];
      for (const over of await Promise.all(others)) {
        expect([over.status, over.json.code]).toEqual([410, 'device-over']);
      }
    });

    it('R-8 a reset ends the registration at once', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      expect((await phone.request('DELETE', '/app-api/device')).status).toBe(204);
      expect((await phone.request('GET', '/app-api/device')).json).toMatchObject({
        status: 'reset',
        learner,
      });
      const { token } = await system.openCheck();
      expect((await system.answer(token, phone.code())).json.reason).toBe('not-registered');
    });

    it('P-2 who withdraws consent leaves no name and number behind', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token, id } = await system.openCheck();
      await system.answer(token, phone.code());
      expect((await phone.request('DELETE', '/app-api/learner')).status).toBe(204);
      const device = await phone.request('GET', '/app-api/device');
      expect(device.json).toMatchObject({ status: 'ended', learner: { name: '', phone: '' } });
      const headers = { authorization: `Bearer ${system.institution.apiKey}` };
      const view = await system.send({ method: 'GET', path: `/v1/checks/${id}`, headers });
      expect(view.json).toMatchObject({ id, status: 'passed', receipt: expect.any(String) });
      await system.registered({ name: '김영희', phone: 홍길동.phone });
    });

    it('R-1 only required consents, Korean mobile numbers and a bound encryption key begin one', async () => {
      system = await startSystem(dialect);
      const phone = await system.phone();
      const code = async (fields: object) => (await phone.begin({ ...learner, ...fields })).json.code;
      expect(await code({ consents: [] })).toBe('consent-required');
      expect(await code({ consents: ['terms-1', 'terms-0'] })).toBe('malformed');
      expect(await code({ phone: '02-120' })).toBe('malformed');
      expect(await code({ phone: '02-2100-2114' })).toBe('phone-not-mobile');
      expect(await code({ phone: '+1 202 555 0123' })).toBe('phone-not-mobile');
      expect(await code({ name: '\u200b ' })).toBe('malformed');
      const x = 'A'.repeat(43);
      expect(await code({ encryptionKey: { kty: 'EC', crv: 'P-256', x, y: x } })).toBe('malformed');
      const body = { ...learner, consents: ['terms-1'], encryptionKey: phone.encryptionJwk };
      const unbound = await phone.request('POST', '/app-api/registrations', body, {
        enc_jkt: phone.thumbprint,
      });
      expect([unbound.status, unbound.json.code]).toEqual([401, 'bad-proof']);
    });

    it('R-3 a proof of possession is checked whole and used once', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const path = '/app-api/device';
      const ask = async (dpop?: string) => {
        const reply = await system.send({ method: 'GET', path, headers: dpop === undefined ? {} : { dpop } });
        return reply.status === 200 ? 200 : reply.json.code;
      };
      expect(await ask()).toBe('bad-proof');
      expect(await ask('a.b.c')).toBe('bad-proof');
      expect(await ask(await phone.proof('POST', path))).toBe('bad-proof');
      expect(await ask(await phone.proof('GET', '/app-api/other'))).toBe('bad-proof');
      expect(await ask(await phone.proof('GET', path, { htu: 'https://evil.example/app-api/device' }))).toBe(
        'bad-proof',
      );
      expect(await ask(await phone.proof('GET', path, {}, { typ: 'JWT' }))).toBe('bad-proof');
      const seconds = system.world.now() / SECOND;
      expect(await ask(await phone.proof('GET', path, { iat: seconds - 61 }))).toBe('proof-stale');
      expect(await ask(await phone.proof('GET', path, { iat: seconds + 61 }))).toBe('proof-stale');
      expect(await ask(await phone.proof('GET', path, { htu: `http://localhost:4000${path}?a#b` }))).toBe(
        200,
      );
      const once = await phone.proof('GET', path);
      expect(await ask(once)).toBe(200);
      expect(await ask(once)).toBe('proof-replayed');
      const stranger = await system.phone();
      expect(await ask(await stranger.proof('GET', path))).toBe('device-unknown');
    });

    it('R-2 a seed that was encrypted to one phone opens on no other', async () => {
      system = await startSystem(dialect);
      const phone = await system.phone();
      const { registration } = (await phone.begin(learner)).json;
      const proved = await phone.prove(registration, await sms());
      const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, [
        'deriveBits',
      ]);
      await expect(compactDecrypt(proved.json.seed, pair.privateKey)).rejects.toThrow();
    });
  });
}
