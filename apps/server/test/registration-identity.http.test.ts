import { afterEach, describe, expect, it } from 'vitest';
import { Certifier } from '../src/identity/certifier.fixture.ts';
import type { PhoneNumber } from '../src/learners/rules.ts';
import { forgetAbandoned } from '../src/registration/forget-abandoned.ts';
import type { Phone } from './support/phone.ts';
import { dialects, type System, type SystemOptions, startSystem, 홍길동 } from './support/system.ts';

const MINUTE = 60_000;
const learner = { name: 홍길동.name, phone: 홍길동.phone };
const person = { name: '홍길동', phone: '+821012345678' as PhoneNumber, di: 'di-of-홍길동' };
const otherWay = '휴대폰 본인인증으로 등록할 수 있습니다.';

for (const dialect of dialects) {
  describe(`a registration proved by an identity check on ${dialect}`, () => {
    let system: System;
    let certifier: Certifier;
    afterEach(() => system?.close());

    async function start(options: SystemOptions = {}): Promise<void> {
      certifier = new Certifier();
      certifier.certifies(person);
      system = await startSystem(dialect, { providers: { phone: certifier }, ...options });
    }

    const pending = async (fields: object = { proof: 'identity' }) => {
      const phone = await system.phone();
      const begun = await phone.begin({ ...learner, ...fields });
      expect(begun.status).toBe(202);
      return { phone, registration: begun.json.registration as string, begun };
    };
    const identityOf = (phone: Phone, registration: string, method = 'phone') =>
      phone.request('POST', `/app-api/registrations/${registration}/identity`, { method });
    const progress = (phone: Phone, registration: string) =>
      phone.request('GET', `/app-api/registrations/${registration}`);
    const statusOf = async (phone: Phone) => (await phone.request('GET', '/app-api/device')).json.status;
    const wrongOf = (code: string) => (code === '000000' ? '000001' : '000000');
    const inMinutes = (minutes: number) => new Date(system.world.now() + minutes * MINUTE).toISOString();

    it('R-2 a certified person registers without any message, and the receipt says so', async () => {
      await start();
      const { phone, registration, begun } = await pending();
      expect(begun.json).toEqual({
        registration,
        proof: { kind: 'identity', expiresAt: inMinutes(15) },
        identity: ['phone'],
      });
      expect((await progress(phone, registration)).json).toEqual({
        registration,
        delivery: 'none',
        identity: ['phone'],
      });
      const started = await identityOf(phone, registration);
      expect(started.json).toMatchObject({
        window: 'http://localhost:4000/identity/go',
        expiresAt: inMinutes(15),
      });
      const asked = () => phone.request('GET', `/app-api/identity/${started.json.attempt}`);
      expect((await asked()).json).toEqual({ outcome: 'started' });
      expect(certifier.started[0]).toMatchObject({ person: { name: '홍길동', phone: '+821012345678' } });
      const body = { secret: started.json.secret, parameters: {} };
      await system.send({ method: 'POST', path: `/identity/return/${started.json.attempt}`, body });
      expect((await asked()).json).toEqual({ outcome: 'passed' });
      const proved = await phone.proveByIdentity(registration, started.json.attempt);
      expect([proved.status, proved.json.learner]).toEqual([200, learner]);
      const { token, id } = await system.openCheck();
      expect((await system.answer(token, phone.code())).json.outcome).toBe('passed');
      const headers = { authorization: `Bearer ${system.institution.apiKey}` };
      const { receipt } = (await system.send({ method: 'GET', path: `/v1/checks/${id}`, headers })).json;
      const claims = JSON.parse(Buffer.from(receipt.split('.')[1], 'base64url').toString());
      expect(claims.registration).toMatchObject({ proof: 'identity' });
      const messages = await system.database.sql.selectFrom('message').select('id').execute();
      expect(messages).toEqual([]);
    });

    it('R-2 a lost reply is found again with the same identity check, for five minutes', async () => {
      await start();
      const { phone, registration } = await pending();
      const { attempt } = await phone.identify(registration);
      const proved = await phone.proveByIdentity(registration, attempt);
      const seed = phone.seed;
      const again = await phone.proveByIdentity(registration, attempt);
      expect([again.status, again.json.device]).toEqual([200, proved.json.device]);
      expect(phone.seed).toEqual(seed);
      system.world.advance(5 * MINUTE);
      expect((await phone.proveByIdentity(registration, attempt)).json.code).toBe('registration-over');
      expect((await identityOf(phone, registration)).json.code).toBe('registration-over');
      expect((await progress(phone, registration)).json.identity).toEqual([]);
    });

    it.each([
      ['name', { ...person, name: '김영희' }],
      ['phone', { ...person, phone: '+821087654321' as PhoneNumber }],
    ])('R-2 a certified person with another %s proves nothing and says which', async (field, said) => {
      await start();
      certifier.certifies(said);
      const { phone, registration } = await pending();
      const { attempt, completed } = await phone.identify(registration);
      const refused = { outcome: 'refused', reason: 'identity-differs', field };
      expect(completed.json).toEqual(refused);
      expect((await phone.request('GET', `/app-api/identity/${attempt}`)).json).toEqual(refused);
      const unproved = await phone.proveByIdentity(registration, attempt);
      expect([unproved.status, unproved.json.code]).toEqual([422, 'identity-required']);
      certifier.certifies(person);
      const right = await phone.identify(registration);
      expect((await phone.proveByIdentity(registration, right.attempt)).status).toBe(200);
    });

    it('R-2 an identity check proves the registration and serves the key that it was started for', async () => {
      await start();
      const mine = await pending();
      const theirs = await pending();
      const { attempt } = await theirs.phone.identify(theirs.registration);
      const refused = await mine.phone.proveByIdentity(mine.registration, attempt);
      expect([refused.status, refused.json.code]).toEqual([422, 'identity-required']);
      for (const unknown of [attempt, 'idt_none']) {
        const asked = await mine.phone.request('GET', `/app-api/identity/${unknown}`);
        expect([asked.status, asked.json.code]).toEqual([404, 'attempt-unknown']);
      }
      for (const reply of [
        await mine.phone.proveByIdentity(theirs.registration, attempt),
        await identityOf(mine.phone, theirs.registration),
        await progress(mine.phone, theirs.registration),
      ]) {
        expect([reply.status, reply.json.code]).toEqual([404, 'registration-unknown']);
      }
    });

    it('P-3 a proof is a code or an identity check, never both and never neither', async () => {
      await start();
      const { phone, registration } = await pending({});
      const path = `/app-api/registrations/${registration}/proof`;
      for (const body of [{}, { code: '123456', attempt: 'idt_1' }]) {
        const refused = await phone.request('POST', path, body);
        expect([refused.status, refused.json.code]).toEqual([400, 'malformed']);
        expect(refused.json.errors).toHaveLength(1);
      }
      expect((await phone.prove(registration, await system.smsCode(learner.phone))).status).toBe(200);
    });

    it('R-2 no code ever proves a registration that waits for an identity check', async () => {
      await start();
      const { phone, registration } = await pending();
      for (const code of ['000000', '123456']) {
        const refused = await phone.prove(registration, code);
        expect([refused.status, refused.json.code]).toEqual([422, 'identity-required']);
      }
      const resent = await phone.request('POST', `/app-api/registrations/${registration}/resend`);
      expect([resent.status, resent.json.code]).toEqual([410, 'registration-over']);
    });

    it('R-2 a deployment may take identity checks alone, whatever the app asks for', async () => {
      await start({ registrationProof: 'identity' });
      const consents = await system.send({ method: 'GET', path: '/app-api/consents' });
      expect(consents.json).toMatchObject({ proof: 'identity', identity: ['phone'] });
      for (const fields of [{}, { proof: 'sms' }, { proof: 'identity' }]) {
        expect((await pending(fields)).begun.json.proof.kind).toBe('identity');
      }
    });

    it('R-2 only a provider who says the number proves it', async () => {
      const ipin = new Certifier({ phone: false });
      await start({ providers: { ipin } });
      const consents = await system.send({ method: 'GET', path: '/app-api/consents' });
      expect(consents.json).toMatchObject({ proof: 'sms', identity: [] });
      const phone = await system.phone();
      const refused = await phone.begin({ ...learner, proof: 'identity' });
      expect([refused.status, refused.json.code]).toEqual([422, 'identity-unavailable']);
      const { phone: other, registration, begun } = await pending({});
      expect(begun.json.identity).toEqual([]);
      for (const method of ['ipin', 'phone']) {
        expect((await identityOf(other, registration, method)).json.code).toBe('identity-unavailable');
      }
    });

    it('R-2a another name is told after the right code, and a certified person takes the number over', async () => {
      await start();
      const old = await system.registered();
      const { phone, registration } = await pending({ name: '김영희' });
      const code = await system.smsCode(learner.phone);
      expect((await phone.prove(registration, wrongOf(code))).json.code).toBe('wrong-proof');
      const refused = await phone.prove(registration, code);
      expect([refused.status, refused.json.code]).toEqual([422, 'identity-required']);
      expect(refused.json.detail).toContain(otherWay);
      expect(await statusOf(old)).toBe('active');
      certifier.certifies({ ...person, name: '김영희', di: 'di-of-김영희' });
      const { attempt } = await phone.identify(registration);
      expect((await phone.proveByIdentity(registration, attempt)).status).toBe(200);
      expect([await statusOf(old), await statusOf(phone)]).toEqual(['replaced', 'active']);
      const learners = await system.database.sql
        .selectFrom('learner')
        .select(['phone_key', 'name_key'])
        .orderBy('id')
        .execute();
      expect(learners.map(({ phone_key: key }) => key !== null)).toEqual([false, true]);
      expect(learners.every(({ name_key: key }) => key !== null)).toBe(true);
    });

    it('R-5 a certified person takes back a number that was locked by dispute, messages alone do not', async () => {
      await start();
      const old = await system.registered();
      const thief = await system.registered();
      expect((await old.request('POST', '/app-api/device/dispute', {})).status).toBe(204);
      const { phone, registration } = await pending({});
      const refused = await phone.prove(registration, await system.smsCode(learner.phone));
      expect([refused.json.code, await statusOf(thief)]).toEqual(['identity-required', 'active']);
      expect(refused.json.detail).toContain(otherWay);
      system.world.advance(1);
      const { attempt } = await phone.identify(registration);
      expect((await phone.proveByIdentity(registration, attempt)).status).toBe(200);
      expect([await statusOf(thief), await statusOf(phone)]).toEqual(['replaced', 'active']);
      const { token } = await system.openCheck();
      expect((await system.answer(token, phone.code())).json.outcome).toBe('passed');
      await system.registered();
      expect(await statusOf(phone)).toBe('replaced');
    });

    it('R-2 ten wrong codes close the message, name the other way, and the other way is open', async () => {
      await start({ limits: true });
      let last = await pending({});
      for (let round = 0; round < 2; round++) {
        if (round > 0) last = await pending({});
        const wrong = wrongOf(await system.smsCode(learner.phone));
        for (let nth = 0; nth < 5; nth++) await last.phone.prove(last.registration, wrong);
        system.world.advance(MINUTE);
      }
      const phone = await system.phone();
      const closed = await phone.begin(learner);
      expect([closed.status, closed.json.code]).toEqual([429, 'proof-closed']);
      expect(closed.json.detail).toContain(otherWay);
      const { attempt } = await last.phone.identify(last.registration);
      expect((await last.phone.proveByIdentity(last.registration, attempt)).status).toBe(200);
      const fresh = await pending({ proof: 'identity' });
      const other = await fresh.phone.identify(fresh.registration);
      expect((await fresh.phone.proveByIdentity(fresh.registration, other.attempt)).status).toBe(200);
    });

    it('R-2 an identity check extends a registration once; its code ends after five minutes all the same', async () => {
      await start();
      const { phone, registration } = await pending({});
      const code = await system.smsCode(learner.phone);
      expect((await progress(phone, registration)).json.delivery).toBe('waiting');
      system.world.advance(4 * MINUTE);
      const end = inMinutes(10);
      expect((await identityOf(phone, registration)).json.expiresAt).toBe(end);
      system.world.advance(6 * MINUTE);
      expect((await phone.prove(registration, code)).json.code).toBe('registration-over');
      expect((await identityOf(phone, registration)).json.expiresAt).toBe(end);
      system.world.advance(4 * MINUTE);
      expect((await identityOf(phone, registration)).json.code).toBe('registration-over');
    });

    it('R-2 who passes at the last moment still has five minutes to fetch the seed', async () => {
      await start();
      const { phone, registration } = await pending();
      const { attempt, secret } = (await identityOf(phone, registration)).json;
      system.world.advance(15 * MINUTE - 1);
      const body = { secret, parameters: {} };
      await system.send({ method: 'POST', path: `/identity/return/${attempt}`, body });
      system.world.advance(5 * MINUTE - 1);
      expect((await phone.proveByIdentity(registration, attempt)).status).toBe(200);
    });

    it('R-2 a sixth identity check of one registration is too many; an unreachable provider says so', async () => {
      await start();
      const { phone, registration } = await pending();
      certifier.isDown(true);
      const down = await identityOf(phone, registration);
      expect([down.status, down.json.code, down.headers['retry-after']]).toEqual([
        503,
        'provider-unavailable',
        '5',
      ]);
      certifier.isDown(false);
      for (let nth = 0; nth < 4; nth++) expect((await identityOf(phone, registration)).status).toBe(200);
      const limited = await identityOf(phone, registration);
      expect([limited.status, limited.json.code, limited.headers['retry-after']]).toEqual([
        429,
        'identity-limit',
        '86400',
      ]);
    });

    it('R-2 who types a stranger’s number too often leaves the stranger’s check page open', async () => {
      await start({ limits: true });
      for (let round = 0; round < 4; round++) {
        const { phone, registration } = await pending();
        for (let nth = 0; nth < 5; nth++) expect((await identityOf(phone, registration)).status).toBe(200);
      }
      const { phone, registration } = await pending();
      expect((await identityOf(phone, registration)).json.code).toBe('identity-limit');
      const { token } = await system.openCheck();
      const begun = await system.send({
        method: 'POST',
        path: `/check/${token}/identity`,
        body: { method: 'phone' },
      });
      expect(begun.status).toBe(200);
    });

    it('R-2 who types a stranger’s number too often leaves the stranger’s own registration open', async () => {
      await start({ limits: true });
      for (let round = 0; round < 4; round++) {
        const { phone, registration } = await pending();
        for (let nth = 0; nth < 5; nth++) expect((await identityOf(phone, registration)).status).toBe(200);
      }
      await system.database.sql.updateTable('registration').set({ address_key: 'elsewhere' }).execute();
      const { phone, registration } = await pending();
      expect((await identityOf(phone, registration)).status).toBe(200);
    });

    it('P-2 consent that is withdrawn ends what waits for the number, passed or not', async () => {
      await start();
      const old = await system.registered();
      const { phone, registration } = await pending();
      const { attempt } = await phone.identify(registration);
      expect((await old.request('DELETE', '/app-api/learner')).status).toBe(204);
      expect((await phone.proveByIdentity(registration, attempt)).json.code).toBe('registration-over');
      expect((await identityOf(phone, registration)).json.code).toBe('registration-over');
    });

    it('P-2 an abandoned one keeps no name and number, and no identity check begins or counts any more', async () => {
      await start();
      const { phone, registration } = await pending();
      const { attempt, secret } = (await identityOf(phone, registration)).json;
      await forgetAbandoned(system.database, system.world.now() + 15 * MINUTE);
      expect((await identityOf(phone, registration)).status).toBe(200);
      await forgetAbandoned(system.database, system.world.now() + 15 * MINUTE + 1);
      const row = await system.database.sql
        .selectFrom('registration')
        .select(['name_key', 'name_sealed', 'phone_key', 'phone_sealed'])
        .executeTakeFirstOrThrow();
      expect(row).toEqual({ name_key: '', name_sealed: null, phone_key: '', phone_sealed: null });
      expect((await identityOf(phone, registration)).json.code).toBe('registration-over');
      const body = { secret, parameters: {} };
      const completed = await system.send({ method: 'POST', path: `/identity/return/${attempt}`, body });
      expect(completed.json).toEqual({ outcome: 'refused', reason: 'check-over' });
      expect((await phone.proveByIdentity(registration, attempt)).json.code).toBe('registration-over');
    });
  });
}
