import { afterEach, describe, expect, it } from 'vitest';
import type { Phone } from '../../test/support/phone.ts';
import { dialects, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { outcomeOf, tally, wrongCodes } from '../../test/support/wrong-codes.ts';
import { formerNumbers } from './former-values.ts';

const own = { name: 홍길동.name, phone: 홍길동.phone };
const other = { name: '김영희', phone: '010-8765-4321' };
const NEW = '010-2222-3333';
const MONTHS_MS = 30 * 24 * 60 * 60_000;

for (const dialect of dialects) {
  describe(`a change of number on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const keyOf = (number: string) =>
      system.keyring.hash('phone', `+82${number.replaceAll('-', '').slice(1)}`);
    const answerOf = (reply: { status: number; json: { code?: string } }) =>
      reply.json.code ?? String(reply.status);
    const deviceOf = ({ thumbprint }: Phone) =>
      system.database.sql
        .selectFrom('device')
        .selectAll()
        .where('thumbprint', '=', thumbprint)
        .executeTakeFirstOrThrow();
    const learnerOf = async (phone: Phone) =>
      system.database.sql
        .selectFrom('learner')
        .selectAll()
        .where('id', '=', (await deviceOf(phone)).learner_id)
        .executeTakeFirstOrThrow();

    /** A change whose code is about to be typed. */
    async function pending(phone: Phone, number: string): Promise<() => ReturnType<Phone['request']>> {
      const begun = await phone.request('POST', '/app-api/device/phone', { phone: number });
      expect(begun.status).toBe(202);
      const code = await system.smsCode(number);
      const body = { registration: begun.json.registration, code };
      return () => phone.request('POST', '/app-api/device/phone/proof', body);
    }

    const trail = (kind: string) =>
      system.database.sql
        .selectFrom('audit_event')
        .select(['learner_id', 'device_id', 'institution_id', 'data_json'])
        .where('kind', '=', kind)
        .orderBy('id')
        .execute();

    /** Every active registration has the number of its learner, and no two have one. */
    async function consistent(): Promise<string[]> {
      const rows = await system.database.sql
        .selectFrom('device')
        .innerJoin('learner', 'learner.id', 'device.learner_id')
        .select(['device.phone_key as device', 'learner.phone_key as learner'])
        .where('device.status', '=', 'active')
        .execute();
      expect(rows.filter((row) => row.device !== row.learner)).toEqual([]);
      const numbers = rows.map((row) => row.device ?? expect.fail('no number'));
      expect(new Set(numbers).size).toBe(numbers.length);
      return numbers.sort();
    }

    it('R-9 the number moves, the registration and its counts stay, the old number is kept sealed', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      const [wrong = ''] = wrongCodes(phone, system.world.now(), 1);
      await system.answer(token, wrong);
      await system.answer(token, phone.code());
      await system.answer(token, wrong);
      const before = await deviceOf(phone);
      const prove = await pending(phone, NEW);
      expect(answerOf(await prove())).toBe('200');
      expect(await deviceOf(phone)).toEqual({ ...before, phone_key: keyOf(NEW) });
      const learner = await learnerOf(phone);
      const now = system.world.now();
      expect(learner).toMatchObject({ phone_key: keyOf(NEW), named_at: now });
      const { keyring, database } = system;
      expect(await formerNumbers(keyring, database, learner.id)).toEqual([
        { phoneKey: keyOf(own.phone), until: now },
      ]);
      const [{ id: registration } = expect.fail('no registration')] = await database.sql
        .selectFrom('registration')
        .select('id')
        .where('purpose', '=', 'phone')
        .where('proved_at', '=', now)
        .where('phone_sealed', 'is', null)
        .execute();
      expect(await trail('registration.number-changed')).toEqual([
        {
          learner_id: learner.id,
          device_id: before.id,
          institution_id: null,
          data_json: JSON.stringify({ registration }),
        },
      ]);
    });

    it('R-9 the number that was given up can be registered by anybody', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await (await pending(phone, NEW))();
      const next = await system.registered({ ...own, name: '김영희' });
      expect(await consistent()).toEqual([keyOf(NEW), keyOf(own.phone)].sort());
      expect((await learnerOf(next)).id).not.toBe((await learnerOf(phone)).id);
    });

    it('R-2a a number with another name is not taken over by a message', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const stranger = await system.registered(other);
      const prove = await pending(phone, other.phone);
      expect(answerOf(await prove())).toBe('identity-required');
      expect(await consistent()).toEqual([keyOf(own.phone), keyOf(other.phone)].sort());
      expect((await deviceOf(stranger)).status).toBe('active');
      const refused = await trail('registration.proof-refused');
      expect(refused.map(({ data_json: json }) => JSON.parse(json ?? '').reason)).toEqual([
        'identity-required',
      ]);
    });

    it('R-2a after 24 months the number may be this learner’s', async () => {
      system = await startSystem(dialect);
      const stranger = await system.registered(other);
      system.world.advance(25 * MONTHS_MS);
      const phone = await system.registered();
      expect(answerOf(await (await pending(phone, other.phone))())).toBe('200');
      expect((await deviceOf(stranger)).status).toBe('replaced');
      expect((await learnerOf(stranger)).phone_key).toBeNull();
    });

    it('R-5 an app of the same name on the new number ends as replaced, and its institutions are told', async () => {
      system = await startSystem(dialect);
      const old = await system.registered({ ...own, phone: NEW });
      const { token } = await system.openCheck({ learner: { ...홍길동, phone: NEW } });
      expect(outcomeOf(await system.answer(token, old.code()))).toBe('passed');
      const phone = await system.registered();
      expect(answerOf(await (await pending(phone, NEW))())).toBe('200');
      const replaced = await deviceOf(old);
      expect(replaced).toMatchObject({ status: 'replaced', seed_sealed: null, ended_at: system.world.now() });
      expect(await consistent()).toEqual([keyOf(NEW)]);
      const event = { learner_id: replaced.learner_id, device_id: replaced.id, data_json: null };
      expect(await trail('registration.replaced')).toEqual([
        { ...event, institution_id: null },
        { ...event, institution_id: 'inst' },
      ]);
      expect((await old.request('POST', '/app-api/device/dispute', {})).status).toBe(204);
      expect(await deviceOf(phone)).toMatchObject({ locked_because: 'disputed' });
      const again = await pending(await system.registered(other), NEW);
      expect(answerOf(await again())).toBe('identity-required');
    });

    it('R-9 two learners of one name who change to one number at once leave one owner', async () => {
      system = await startSystem(dialect);
      const phones = [await system.registered(), await system.registered({ ...own, phone: other.phone })];
      const proofs = [];
      for (const phone of phones) proofs.push(await pending(phone, NEW));
      const replies = await Promise.all(proofs.map((prove) => prove()));
      expect(tally(replies.map(answerOf))).toEqual({ 200: 2 });
      expect(await consistent()).toEqual([keyOf(NEW)]);
      const devices = await Promise.all(phones.map(deviceOf));
      expect(tally(devices.map(({ status }) => status))).toEqual({ active: 1, replaced: 1 });
    });

    it('R-2a of two names that change to one number at once the first keeps it', async () => {
      system = await startSystem(dialect);
      const phones = [await system.registered(), await system.registered(other)];
      const proofs = [];
      for (const phone of phones) proofs.push(await pending(phone, NEW));
      const replies = await Promise.all(proofs.map((prove) => prove()));
      expect(tally(replies.map(answerOf))).toEqual({ 200: 1, 'identity-required': 1 });
      const loser = replies.findIndex(({ status }) => status !== 200);
      expect(await consistent()).toEqual([keyOf(NEW), keyOf([own, other][loser]?.phone ?? '')].sort());
    });

    it('R-9 two changes of one app at once end with one of both numbers', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const proofs = [await pending(phone, NEW), await pending(phone, other.phone)];
      const replies = await Promise.all(proofs.map((prove) => prove()));
      expect(tally(replies.map(answerOf))).toEqual({ 200: 2 });
      const [number] = await consistent();
      expect([keyOf(NEW), keyOf(other.phone)]).toContain(number);
      const { keyring, database } = system;
      const former = await formerNumbers(keyring, database, (await learnerOf(phone)).id);
      const known = [...former.map(({ phoneKey }) => phoneKey), number];
      expect(known.sort()).toEqual([own.phone, NEW, other.phone].map(keyOf).sort());
    });

    it('R-9 two apps that change to each other’s number at once end without a fault', async () => {
      system = await startSystem(dialect);
      const phones = [await system.registered(), await system.registered({ ...own, phone: NEW })] as const;
      const proofs = [await pending(phones[0], NEW), await pending(phones[1], own.phone)];
      const replies = await Promise.all(proofs.map((prove) => prove()));
      expect(tally(replies.map(answerOf))).toEqual({ 200: 1, 'device-over': 1 });
      expect(await consistent()).toHaveLength(1);
    });

    it('R-9 a change and a registration of that number at once leave one owner', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const prove = await pending(phone, NEW);
      const made = await system.phone();
      system.world.advance(1);
      const begun = await made.begin({ ...own, phone: NEW });
      const code = await system.smsCode(NEW);
      const [changed, proved] = await Promise.all([prove(), made.prove(begun.json.registration, code)]);
      expect([answerOf(changed), answerOf(proved)]).toEqual(['200', '200']);
      const [number] = await consistent();
      expect(number).toBe(keyOf(NEW));
      const states = [(await deviceOf(phone)).status, (await deviceOf(made)).status];
      expect(states.sort()).toEqual(['active', 'replaced']);
    });

    it('R-9 a change and answers at once: every answer finds the number it was opened for, or none', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const checks = [];
      for (const [index, number] of [own.phone, NEW, own.phone, NEW].entries()) {
        const learner = { ...홍길동, id: `trainee-${index}`, phone: number };
        checks.push(await system.openCheck({ learner }));
      }
      const prove = await pending(phone, NEW);
      const code = phone.code();
      const [changed, ...answers] = await Promise.all([
        prove(),
        ...checks.map(({ token }) => system.answer(token, code)),
      ]);
      expect(changed.status).toBe(200);
      const outcomes = tally(answers.map(outcomeOf));
      expect(
        Object.keys(outcomes).filter((one) => !['passed', 'code-used', 'not-registered'].includes(one)),
      ).toEqual([]);
      expect(outcomes.passed ?? 0).toBeLessThanOrEqual(1);
      const device = await deviceOf(phone);
      expect(device).toMatchObject({ phone_key: keyOf(NEW), failures: 0 });
    });

    it('R-2 of 40 wrong codes of a change at once five are judged', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const begun = await phone.request('POST', '/app-api/device/phone', { phone: NEW });
      const code = await system.smsCode(NEW);
      const { registration } = begun.json;
      const prove = (typed: string) =>
        phone.request('POST', '/app-api/device/phone/proof', { registration, code: typed });
      const wrong = Array.from({ length: 41 }, (_, nth) => String(nth).padStart(6, '0'))
        .filter((each) => each !== code)
        .slice(0, 40);
      const replies = await Promise.all(wrong.map(prove));
      expect(tally(replies.map(answerOf))).toEqual({ 'wrong-proof': 5, 'registration-over': 35 });
      expect(answerOf(await prove(code))).toBe('registration-over');
      expect(await consistent()).toEqual([keyOf(own.phone)]);
    });

    it('P-2 whoever withdraws takes the numbers along that they had before', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await system.openCheck();
      await (await pending(phone, NEW))();
      const next = await system.registered({ ...own, name: '김영희' });
      const theirs = await system.openCheck({ learner: { ...홍길동, name: '김영희' } });
      expect((await phone.request('DELETE', '/app-api/learner')).status).toBe(204);
      const { sql } = system.database;
      expect(await sql.selectFrom('former_value').selectAll().execute()).toEqual([]);
      const checks = await sql.selectFrom('check').select(['id', 'name_sealed', 'phone_key']).execute();
      const kept = checks.filter(({ name_sealed: name }) => name !== null);
      expect(kept.map(({ id, phone_key: key }) => [id, key])).toEqual([[theirs.id, keyOf(own.phone)]]);
      const registrations = await sql.selectFrom('registration').select('phone_key').execute();
      expect(registrations.filter(({ phone_key: key }) => key === keyOf(NEW))).toEqual([]);
      expect((await deviceOf(next)).status).toBe('active');
    });
  });
}
