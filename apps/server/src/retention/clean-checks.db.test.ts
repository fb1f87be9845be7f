import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { outcomeOf } from '../../test/support/wrong-codes.ts';
import { endExpiredChecks } from '../checks/end-expired.ts';
import { addInstitution } from '../institutions/add-institution.ts';
import { setRetention } from '../institutions/set-retention.ts';
import { clean, left, oldCheck, seoul, withPerson } from './old-rows.fixture.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

for (const dialect of dialects) {
  describe(`evidence on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const lms = (path: string) =>
      system.send({ method: 'GET', path, headers: { authorization: `Bearer ${system.institution.apiKey}` } });

    const ask = (body: object) =>
      system.send({
        method: 'POST',
        path: '/v1/checks',
        headers: { authorization: `Bearer ${system.institution.apiKey}` },
        body: { course: { id: 'safety-101', title: '산업안전보건' }, learner: 홍길동, ...body },
      });

    const insert = (...checks: ReturnType<typeof oldCheck>[]) =>
      system.database.sql.insertInto('check').values(checks).execute();

    const readCheck = (id: string) =>
      system.database.sql.selectFrom('check').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

    it('P-2 a day after a check was over its person is erased, and its receipt can still be made', async () => {
      system = await startSystem(dialect);
      const { world } = system;
      const phone = await system.registered();
      const passed = await system.openCheck({
        learner: { ...홍길동, birthDate: '1990-01-31' },
        session: { id: 'session-1' },
        returnUrl: 'http://127.0.0.1:4001/back?who=hong',
      });
      const receipt = (await system.answer(passed.token, phone.code())).json.receipt;
      const before = await readCheck(passed.id);
      world.time = before.expires_at + DAY_MS;
      await endExpiredChecks(system);
      expect(await clean(system)).toBe(0);
      expect(await readCheck(passed.id)).toEqual(before);
      world.advance(1);
      expect(await clean(system)).toBe(1);
      expect(await readCheck(passed.id)).toEqual({
        ...before,
        ...{ name_sealed: null, phone_sealed: null, birth_date_sealed: null },
        ...{ session_sealed: null, session_key: null, return_url: null },
      });
      const kept = await lms(`/v1/checks/${passed.id}`);
      expect(decodeJwt(kept.json.receipt)).toEqual(decodeJwt(receipt));
      expect(outcomeOf(await system.answer(passed.token, phone.code()))).toBe('check-over');
    });

    it('C-1 an open check is never touched, whatever its age', async () => {
      system = await startSystem(dialect);
      const { id, token } = await system.openCheck();
      const before = await readCheck(id);
      system.world.advance(4 * 366 * DAY_MS);
      await clean(system);
      expect(await readCheck(id)).toEqual(before);
      expect(token).not.toBe('');
    });

    it('P-2 evidence stays so many years of its institution and goes with the midnight in Seoul after', async () => {
      system = await startSystem(dialect);
      const { database, world } = system;
      await addInstitution(database, world, { id: 'short', name: '짧은', origins: ['https://lms.example'] });
      const set = await setRetention(system, { id: 'short', years: 1, actor: 'command' });
      expect(set).toEqual({ kind: 'set', before: 3 });
      world.time = seoul('2026-11-23T00:00:00');
      const lastOf = (year: number) => seoul(`${year}-11-22T23:59:59.999`);
      const firstOf = (year: number) => seoul(`${year}-11-23T00:00:00`);
      const short = { institution_id: 'short' };
      const expired = { status: 'expired', passed_at: null, method: null } as const;
      await insert(
        oldCheck('a-gone', lastOf(2023)),
        oldCheck('a-gone-expired', lastOf(2023), { ...expired, expires_at: lastOf(2023) }),
        oldCheck('a-stays', firstOf(2023)),
        oldCheck('a-stays-expired', firstOf(2023), { ...expired, expires_at: firstOf(2023) }),
        oldCheck('a-stays-long', lastOf(2025)),
        oldCheck('a-stays-open', lastOf(2023), { status: 'open', passed_at: null }),
        oldCheck('a-stays-with-person', lastOf(2023), {
          ...withPerson,
          status: 'open',
          passed_at: null,
          round: '2',
        }),
        oldCheck('b-gone', lastOf(2025), short),
        oldCheck('b-stays', firstOf(2025), short),
      );
      expect(await clean(system)).toBe(3);
      expect(await left(system, 'check')).toEqual([
        'a-stays',
        'a-stays-expired',
        'a-stays-long',
        'a-stays-open',
        'a-stays-with-person',
        'b-stays',
      ]);
      world.advance(DAY_MS - 1);
      expect(await clean(system)).toBe(0);
      world.advance(1);
      expect(await clean(system)).toBe(3);
    });

    it('P-2 what was asked of a provider for a check goes with it, and nothing else', async () => {
      system = await startSystem(dialect);
      const { database, world } = system;
      const long = world.now() - 4 * 366 * DAY_MS;
      await insert(oldCheck('gone', long), oldCheck('stays', world.now()));
      const attempt = (id: string, subject: string) => ({
        ...{ id, purpose: 'check' as const, subject_id: subject, phone_key: 'p', method: 'phone' as const },
        ...{ provider: 'portone', secret_hash: 's', status: 'passed' as const },
        ...{ created_at: world.now(), expires_at: world.now(), done_at: world.now() },
      });
      await database.sql
        .insertInto('identity_attempt')
        .values([attempt('of-gone', 'gone'), attempt('of-stays', 'stays')])
        .execute();
      expect(await clean(system)).toBe(1);
      expect(await left(system, 'check')).toEqual(['stays']);
      expect(await left(system, 'identity_attempt')).toEqual(['of-stays']);
    });

    it('S-2 when the evidence of the entry is gone after years, the course asks again', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const entry = { occasion: { kind: 'entry', number: 1 } };
      const opened = await ask(entry);
      await system.answer(new URL(opened.json.url).pathname.split('/')[2] ?? '', phone.code());
      await ask({ occasion: { kind: 'lesson', number: 2 } });
      system.world.advance(2 * 366 * DAY_MS);
      await clean(system);
      expect((await ask(entry)).json.status).toBe('not-required');
      expect(await system.database.sql.selectFrom('lesson_passage').selectAll().execute()).toHaveLength(1);
      system.world.advance(366 * DAY_MS);
      await clean(system);
      expect(await system.database.sql.selectFrom('lesson_passage').selectAll().execute()).toEqual([]);
      expect((await ask(entry)).json).toMatchObject({ status: 'open', reasons: ['entry'] });
    });

    it('C-3 without the evidence of an earlier pass another number is not-registered, no more phone-differs', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      await system.answer(token, phone.code());
      const other = { learner: { ...홍길동, phone: '010-9999-9999' } };
      const answer = async (number: number) => {
        const { token: again } = await system.openCheck({ ...other, occasion: { kind: 'exam', number } });
        return outcomeOf(await system.answer(again, phone.code()));
      };
      system.world.advance(MINUTE_MS);
      expect(await answer(2)).toBe('phone-differs');
      system.world.advance(3 * 366 * DAY_MS);
      await endExpiredChecks(system);
      await clean(system);
      expect(await answer(3)).toBe('not-registered');
    });
  });
}
