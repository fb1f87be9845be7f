import { afterEach, describe, expect, it } from 'vitest';
import { Certifier } from '../src/identity/certifier.fixture.ts';
import type { CertifiedPerson } from '../src/identity/provider.ts';
import type { PhoneNumber } from '../src/learners/rules.ts';
import type { Phone } from './support/phone.ts';
import { dialects, type System, type SystemOptions, startSystem, 홍길동 } from './support/system.ts';

const MINUTE = 60_000;
const learner = { name: 홍길동.name, phone: 홍길동.phone };
const person = { name: '홍길동', phone: '+821012345678' as PhoneNumber, di: 'di-of-홍길동' };

for (const dialect of dialects) {
  describe(`two numbers of a certified person on ${dialect}`, () => {
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
    const statusOf = async (phone: Phone) => (await phone.request('GET', '/app-api/device')).json.status;

    it('R-5 a certified person’s two numbers are one learner: the newer one ends the older phone', async () => {
      await start();
      const first = await pending();
      const one = await first.phone.identify(first.registration);
      await first.phone.proveByIdentity(first.registration, one.attempt);
      certifier.certifies({ ...person, phone: '+821087654321' as PhoneNumber });
      const second = await pending({ proof: 'identity', phone: '010-8765-4321' });
      const two = await second.phone.identify(second.registration);
      const proved = await second.phone.proveByIdentity(second.registration, two.attempt);
      expect(proved.json.learner).toEqual({ name: '홍길동', phone: '010-8765-4321' });
      expect([await statusOf(first.phone), await statusOf(second.phone)]).toEqual(['replaced', 'active']);
      const learners = await system.database.sql.selectFrom('learner').select('id').execute();
      expect(learners).toHaveLength(1);
      const { token } = await system.openCheck();
      expect((await system.answer(token, second.phone.code())).json.reason).toBe('not-registered');
      const former = await system.database.sql.selectFrom('former_value').selectAll().execute();
      expect(former.map(({ kind, until }) => [kind, until])).toEqual([['phone', system.world.now()]]);
      const [{ id, value_sealed: sealed }] = former as [(typeof former)[number]];
      const place = { table: 'former_value', column: 'value', row: id };
      expect(system.keyring.open(place, sealed).toString()).toBe('+821012345678');
    });

    it('R-5 a learner whom the number had already is joined by the one of the other number', async () => {
      await start();
      const byMessage = await system.registered({ ...learner, phone: '010-8765-4321' });
      const first = await pending();
      const one = await first.phone.identify(first.registration);
      await first.phone.proveByIdentity(first.registration, one.attempt);
      expect(await statusOf(byMessage)).toBe('active');
      certifier.certifies({ ...person, phone: '+821087654321' as PhoneNumber });
      const second = await pending({ proof: 'identity', phone: '010-8765-4321' });
      const two = await second.phone.identify(second.registration);
      expect((await second.phone.proveByIdentity(second.registration, two.attempt)).status).toBe(200);
      const seen = await Promise.all([byMessage, first.phone, second.phone].map(statusOf));
      expect(seen).toEqual(['replaced', 'replaced', 'active']);
      const old = await first.phone.request('GET', '/app-api/device');
      expect(old.json.learner).toEqual({ name: '홍길동', phone: '010-8765-4321' });
      const rows = await system.database.sql
        .selectFrom('learner')
        .select(['name_key', 'name_sealed', 'phone_key', 'phone_sealed'])
        .where('phone_key', 'is', null)
        .execute();
      expect(rows).toEqual([{ name_key: null, name_sealed: null, phone_key: null, phone_sealed: null }]);
    });

    it('R-5 a namesake is not linked, nor the same person under another name', async () => {
      await start();
      const first = await pending();
      const one = await first.phone.identify(first.registration);
      await first.phone.proveByIdentity(first.registration, one.attempt);
      const certified: [string, Partial<CertifiedPerson>][] = [
        ['010-3000-0001', { di: 'di-of-another-홍길동' }],
        ['010-3000-0002', { name: '홍길순' }],
      ];
      for (const [number, differing] of certified) {
        const e164 = `+82${number.slice(1).replaceAll('-', '')}` as PhoneNumber;
        certifier.certifies({ ...person, ...differing, phone: e164 });
        const name = differing.name ?? person.name;
        const next = await pending({ proof: 'identity', phone: number, name });
        const { attempt } = await next.phone.identify(next.registration);
        expect((await next.phone.proveByIdentity(next.registration, attempt)).status).toBe(200);
      }
      expect(await statusOf(first.phone)).toBe('active');
    });

    it('R-2a C-6 the next owner of a number is not compared with the DI of the one before', async () => {
      const ipin = new Certifier({ phone: false }, 'ipin-certifier');
      const known = new Certifier();
      known.certifies(person);
      await start({ providers: { phone: known, ipin } });
      const first = await pending();
      const one = await first.phone.identify(first.registration);
      await first.phone.proveByIdentity(first.registration, one.attempt);
      const methods = async (name: string, number: number) => {
        const asked = { learner: { ...홍길동, name }, occasion: { kind: 'exam', number } };
        const { token } = await system.openCheck(asked);
        return (await system.send({ method: 'GET', path: `/check/${token}/state` })).json.methods;
      };
      expect(await methods('홍길동', 1)).toEqual(['motp', 'phone', 'ipin']);
      system.world.advance(25 * 31 * 24 * 60 * MINUTE);
      await system.registered({ name: '김영희', phone: learner.phone });
      expect(await methods('김영희', 2)).toEqual(['motp', 'phone']);
    });

    it('R-2a R-5 the next owner of a recycled number is not linked, though of the same name', async () => {
      await start();
      const { token } = await system.openCheck();
      const begun = await system.send({
        method: 'POST',
        path: `/check/${token}/identity`,
        body: { method: 'phone' },
      });
      const { attempt, secret } = begun.json;
      const path = `/identity/return/${attempt}`;
      const body = { secret, parameters: {} };
      expect((await system.send({ method: 'POST', path, body })).json.outcome).toBe('passed');
      system.world.advance(MINUTE);
      const next = await system.registered();
      certifier.certifies({ ...person, phone: '+821087654321' as PhoneNumber });
      const former = await pending({ proof: 'identity', phone: '010-8765-4321' });
      const proof = await former.phone.identify(former.registration);
      await former.phone.proveByIdentity(former.registration, proof.attempt);
      expect([await statusOf(next), await statusOf(former.phone)]).toEqual(['active', 'active']);
    });

    it('R-5 R-9 who moved to a certified number later than that is not linked either', async () => {
      await start();
      const first = await pending();
      const one = await first.phone.identify(first.registration);
      await first.phone.proveByIdentity(first.registration, one.attempt);
      await first.phone.request('DELETE', '/app-api/device');
      const namesake = await system.registered({ ...learner, phone: '010-3000-0001' });
      // The number was given to a namesake, whose app moves to it.
      await system.database.sql
        .updateTable('learner')
        .set({ phone_key: null, phone_sealed: null })
        .where('phone_key', '=', system.keyring.hash('phone', person.phone))
        .execute();
      system.world.advance(MINUTE);
      const change = await namesake.request('POST', '/app-api/device/phone', { phone: learner.phone });
      const { registration } = change.json;
      const code = await system.smsCode(learner.phone);
      const moved = await namesake.request('POST', '/app-api/device/phone/proof', { registration, code });
      expect(moved.status).toBe(200);
      certifier.certifies({ ...person, phone: '+821087654321' as PhoneNumber });
      const former = await pending({ proof: 'identity', phone: '010-8765-4321' });
      const proof = await former.phone.identify(former.registration);
      await former.phone.proveByIdentity(former.registration, proof.attempt);
      expect([await statusOf(namesake), await statusOf(former.phone)]).toEqual(['active', 'active']);
    });
  });
}
