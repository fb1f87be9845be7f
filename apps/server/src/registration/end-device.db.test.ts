import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { dialects, exam, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { outcomeOf } from '../../test/support/wrong-codes.ts';
import { endExpiredChecks } from '../checks/end-expired.ts';
import { dumpOf } from '../db/contents.fixture.ts';
import { Certifier } from '../identity/certifier.fixture.ts';
import type { PhoneNumber } from '../learners/rules.ts';
import { insertPeople } from '../retention/old-rows.fixture.ts';
import { endUnused } from './end-device.ts';
import { forgetAbandoned } from './forget-abandoned.ts';

const person = { name: 홍길동.name, phone: 홍길동.phone };

for (const dialect of dialects) {
  describe(`the end of a registration on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const lms = (path: string) =>
      system.send({ method: 'GET', path, headers: { authorization: `Bearer ${system.institution.apiKey}` } });

    it('P-2 withdrawal removes the personal data and keeps the evidence', async () => {
      system = await startSystem(dialect);
      const { database, keyring, world } = system;
      const phone = await system.registered();
      const passed = await system.openCheck({
        learner: { ...홍길동, birthDate: '1990-01-31' },
        session: { id: 's' },
      });
      const receipt = (await system.answer(passed.token, phone.code())).json.receipt;
      const open = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
      await (await system.phone()).begin(person);
      world.advance(1_000);
      expect((await phone.request('DELETE', '/app-api/learner')).status).toBe(204);

      const learner = await database.sql.selectFrom('learner').selectAll().executeTakeFirstOrThrow();
      expect(learner).toMatchObject({
        ...{ name_key: null, name_sealed: null, phone_key: null, phone_sealed: null },
        withdrawn_at: world.now(),
      });
      const device = await database.sql.selectFrom('device').selectAll().executeTakeFirstOrThrow();
      expect(device).toMatchObject({ status: 'ended', seed_sealed: null, ended_at: world.now() });
      const view = await phone.request('GET', '/app-api/device');
      expect(view.json).toMatchObject({ status: 'ended', learner: { name: '', phone: '' } });

      expect((await lms(`/v1/checks/${open.id}`)).json.status).toBe('expired');
      const kept = await lms(`/v1/checks/${passed.id}`);
      expect(kept.json).toMatchObject({ status: 'passed', learner: { id: 홍길동.id }, method: 'motp' });
      expect(decodeJwt(kept.json.receipt)).toEqual(decodeJwt(receipt));
      const events = await database.sql.selectFrom('audit_event').select(['kind', 'learner_id']).execute();
      const own = events.filter(({ learner_id: id }) => id === learner.id).map(({ kind }) => kind);
      expect(own).toEqual(['registration.proved', 'check.passed', 'learner.withdrawn']);

      world.advance(10 * 60_000);
      await endExpiredChecks(system);
      await forgetAbandoned(database, world.now());
      const rows = await database.sql.selectFrom('check').selectAll().execute();
      const personal = rows.flatMap((row) => [row.name_sealed, row.phone_sealed, row.birth_date_sealed]);
      expect(personal).toEqual(personal.map(() => null));
      const pending = await database.sql.selectFrom('registration').selectAll().execute();
      expect(pending.map(({ name_sealed, phone_sealed }) => [name_sealed, phone_sealed])).toEqual([
        [null, null],
        [null, null],
      ]);
      const keys = [keyring.hash('name', '홍길동'), keyring.hash('phone', '+821012345678')];
      const lines = (await dumpOf(database)).filter((line) => !line.startsWith('limit_counter'));
      expect(lines.filter((line) => keys.some((key) => line.includes(key)))).toEqual([]);
    });

    it('P-2 withdrawal forgets for whom the number was certified, and names from before', async () => {
      const certifier = new Certifier();
      system = await startSystem(dialect, { providers: { phone: certifier } });
      const { database, keyring } = system;
      const phone = await system.registered();
      const ask = { method: 'phone', purpose: 'name' };
      const begin = async () => (await phone.request('POST', '/app-api/device/identity', ask)).json;
      certifier.certifies({ name: '홍길순', phone: '+821012345678' as PhoneNumber, di: 'di-of-hong' });
      const { attempt, secret } = await begin();
      const back = await system.send({
        ...{ method: 'POST', path: `/identity/return/${attempt}` },
        body: { secret, parameters: {} },
      });
      expect(back.json).toEqual({ outcome: 'passed' });
      await begin();
      expect((await phone.request('DELETE', '/app-api/learner')).status).toBe(204);
      for (const table of ['certified_number', 'former_value'] as const) {
        expect(await database.sql.selectFrom(table).selectAll().execute()).toEqual([]);
      }
      const attempts = await database.sql.selectFrom('identity_attempt').selectAll().execute();
      const emptied = { phone_key: '', state_sealed: null, di_sealed: null };
      expect(attempts).toMatchObject([emptied, emptied]);
      const keys = [
        keyring.hash('di', 'di-of-hong'),
        keyring.hash('phone', '+821012345678'),
        ...['홍길동', '홍길순'].map((name) => keyring.hash('name', name)),
      ];
      const lines = (await dumpOf(database)).filter((line) => !line.startsWith('limit_counter'));
      expect(lines.filter((line) => keys.some((key) => line.includes(key)))).toEqual([]);
    });

    it('P-2 whoever withdrew can register again, and nobody can go on with what was pending', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const other = await system.phone();
      const begun = await other.begin({ ...person, name: '김영희' });
      const code = await system.smsCode(person.phone);
      await phone.request('DELETE', '/app-api/learner');
      expect((await other.prove(begun.json.registration, code)).json.code).toBe('registration-over');
      system.world.advance(1_000);
      const again = await system.registered();
      const { token } = await system.openCheck();
      expect(outcomeOf(await system.answer(token, phone.code()))).toBe('wrong-code');
      expect(outcomeOf(await system.answer(token, again.code()))).toBe('passed');
      expect((await phone.request('DELETE', '/app-api/learner')).json.code).toBe('device-over');
    });

    it('P-2 withdrawal and answers at once end without a 500, and nothing passes after', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const checks = [];
      for (let number = 1; number <= 10; number++) {
        checks.push(await system.openCheck({ occasion: { kind: 'exam', number } }));
      }
      const code = phone.code();
      const expected = ['passed', 'code-used', 'check-over'];
      const [withdrawn, ...answers] = await Promise.all([
        phone.request('DELETE', '/app-api/learner'),
        ...checks.map(({ token }) => system.answer(token, code)),
      ]);
      expect(withdrawn.status).toBe(204);
      expect(answers.map(outcomeOf).filter((outcome) => !expected.includes(outcome))).toEqual([]);
      expect(answers.filter(({ json }) => json.outcome === 'passed').length).toBeLessThanOrEqual(1);
      const { token } = await system.openCheck({ course: { ...exam.course, id: 'later' } });
      expect(outcomeOf(await system.answer(token, code))).toBe('not-registered');
    });

    it('R-2a a registration unused for twelve months ends by itself, one that was used goes on', async () => {
      const day = 24 * 60 * 60_000;
      system = await startSystem(dialect);
      const { database, world } = system;
      const unused = await system.registered();
      const used = await system.registered({ name: '김영희', phone: '010-8765-4321' });
      world.advance(300 * day);
      const { token } = await system.openCheck({
        learner: { id: 'trainee-18', name: '김영희', phone: '010-8765-4321' },
      });
      expect(outcomeOf(await system.answer(token, used.code()))).toBe('passed');
      world.advance(65 * day - 1);
      expect(await endUnused({ database, world })).toBe(0);
      world.advance(1);
      expect(await endUnused({ database, world })).toBe(1);
      const views = await Promise.all([unused, used].map((phone) => phone.request('GET', '/app-api/device')));
      expect(views.map(({ json }) => json.status)).toEqual(['ended', 'active']);
      expect(await endUnused({ database, world })).toBe(0);
      world.advance(300 * day);
      expect(await endUnused({ database, world })).toBe(0);
      world.advance(2 * day);
      expect(await endUnused({ database, world })).toBe(1);
      expect((await used.request('GET', '/app-api/device')).json.status).toBe('ended');
    });

    it('R-2a after an upgrade the clean-up looks at everybody, so many a round, before it ends anybody', async () => {
      system = await startSystem(dialect);
      const { database, world } = system;
      const unused = await system.registered();
      world.advance(400 * 24 * 60 * 60_000);
      const now = world.now();
      await insertPeople(database, 5_001, now);
      // As the migration leaves them on PostgreSQL.
      await database.sql.updateTable('device').set({ idle_since: 0 }).execute();
      const looked = async () => {
        const at = database.sql.selectFrom('device').select('id').where('idle_since', '=', now);
        return (await at.execute()).length;
      };
      expect([await endUnused({ database, world }), await looked()]).toEqual([0, 5_000]);
      expect((await unused.request('GET', '/app-api/device')).json.status).toBe('active');
      expect([await endUnused({ database, world }), await looked()]).toEqual([1, 5_001]);
      expect((await unused.request('GET', '/app-api/device')).json.status).toBe('ended');
    });
  });
}
