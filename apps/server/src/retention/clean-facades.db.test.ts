import type { Insertable } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ACCREDIT,
  examForm,
  logForm,
  openFacade,
  postForm,
  SUBSTITUTE_LOG,
} from '../../test/support/drop-in.ts';
import { dialects, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import type { DropInCounterRow, DropInRecordRow } from '../db/schema-facade.ts';
import { addInstitution } from '../institutions/add-institution.ts';
import { setRetention } from '../institutions/set-retention.ts';
import { countAllDue } from './clean-up.ts';
import { clean, oldDevice, oldLearner, seoul } from './old-rows.fixture.ts';

const DAY_MS = 24 * 60 * 60_000;

const oldRecord = (
  id: string,
  at: number,
  more: Partial<DropInRecordRow> = {},
): Insertable<DropInRecordRow> => ({
  ...{ id, institution_id: 'inst', learner_ref: 'trainee-17', course_id: 'safety-101', round: '' },
  ...{ occasion_kind: 'exam', occasion_number: 1, kind: 'code', standing: 'unsigned', check_id: null },
  ...{ device_id: null, step: null, source_key: null, at },
  ...more,
});

const counter = (device: string, more: Partial<DropInCounterRow> = {}): Insertable<DropInCounterRow> => ({
  ...{ institution_id: 'inst', device_id: device, channel: 'anonymous', failures: 0, failed_json: '[]' },
  ...{ closed_at: null, passed_then: 0, wrong_key: null, wrong_at: null },
  ...more,
});

for (const dialect of dialects) {
  describe(`what façades keep on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    async function begun(): Promise<void> {
      system = await startSystem(dialect);
      const { database, world } = system;
      world.time = seoul('2026-11-23T12:00:00');
      await addInstitution(database, world, { id: 'short', name: '짧은', origins: ['https://lms.example'] });
      await setRetention(system, { id: 'short', years: 1, actor: 'command' });
    }

    const records = () =>
      system.database.sql.selectFrom('drop_in_record').selectAll().orderBy('id').execute();
    const counters = async () => {
      const rows = await system.database.sql
        .selectFrom('drop_in_counter')
        .selectAll()
        .orderBy('device_id')
        .orderBy('channel')
        .execute();
      return rows.map(({ device_id: device, channel }) => `${device} ${channel}`);
    };
    const insertCounters = (...rows: Insertable<DropInCounterRow>[]) =>
      system.database.sql.insertInto('drop_in_counter').values(rows).execute();
    const due = async () => {
      const all = await countAllDue({ ...system, auditYears: 3 });
      return all
        .filter(({ due: rows }) => rows > 0)
        .map(({ name, institution, due: rows }) => [name, institution, rows]);
    };

    async function devices(status: 'active' | 'ended', ...ids: string[]): Promise<void> {
      const now = system.world.now();
      const ended = status === 'active' ? { status, ended_at: null } : { status };
      await system.database.sql
        .insertInto('learner')
        .values(ids.map((id) => oldLearner(id, now)))
        .execute();
      await system.database.sql
        .insertInto('device')
        .values(ids.map((id) => oldDevice(id, id, now, ended)))
        .execute();
    }

    it('P-2 what came through a façade stays so many years of its institution', async () => {
      await begun();
      const lastOf = (year: number) => seoul(`${year}-11-22T23:59:59.999`);
      const short = { institution_id: 'short' };
      await system.database.sql
        .insertInto('drop_in_record')
        .values([
          oldRecord('a-gone', lastOf(2023)),
          oldRecord('a-gone-log', lastOf(2023), { kind: 'substitute', source_key: 'hash' }),
          oldRecord('a-gone-signed', lastOf(2023), { standing: 'signed', check_id: 'chk_1' }),
          oldRecord('a-stays', lastOf(2023) + 1),
          oldRecord('a-stays-long', lastOf(2025)),
          oldRecord('b-gone', lastOf(2025), short),
          oldRecord('b-stays', lastOf(2025) + 1, short),
        ])
        .execute();
      expect(await due()).toEqual([
        ['drop-in-record', 'inst', 3],
        ['drop-in-record', 'short', 1],
      ]);
      expect(await clean(system)).toBe(4);
      expect((await records()).map(({ id }) => id)).toEqual(['a-stays', 'a-stays-long', 'b-stays']);
      const tallied = await system.database.sql
        .selectFrom('retention_tally')
        .select(['chore', 'institution_id', 'cleaned'])
        .orderBy('institution_id')
        .execute();
      expect(tallied).toEqual([
        { chore: 'drop-in-record', institution_id: 'inst', cleaned: 3 },
        { chore: 'drop-in-record', institution_id: 'short', cleaned: 1 },
      ]);
    });

    it('C-9 a page’s code and log that come again are 200 while their record is kept, and one row', async () => {
      system = await startSystem(dialect);
      const { world } = system;
      const phone = await system.registered();
      await openFacade(system);
      const typed = phone.code();
      const code = async () => (await postForm(system, ACCREDIT, { ...examForm, OTPNO: typed })).json.code;
      const log = async () =>
        /<Remark>(.*)<\/Remark>/.exec((await postForm(system, SUBSTITUTE_LOG, logForm)).text)?.[1];
      expect([await code(), await log()]).toEqual(['200', '200']);
      const before = await records();
      expect(before).toHaveLength(2);
      world.advance(20_000);
      expect(await clean(system)).toBe(0);
      expect([await code(), await log()]).toEqual(['200', '200']);
      expect(await records()).toEqual(before);
      world.advance(3 * 365 * DAY_MS);
      await clean(system);
      expect(await log()).toBe('200');
      expect(await records()).toEqual(before);
      world.advance(3 * DAY_MS);
      await clean(system);
      expect(await records()).toEqual([]);
      expect(await code()).not.toBe('200');
      expect(await log()).toBe('200');
      expect(await records()).toHaveLength(1);
    });

    it('C-5 a counter goes when it says no more than none would, a day after', async () => {
      await begun();
      const now = system.world.now();
      const [over, bound] = [now - DAY_MS - 1, now - DAY_MS];
      const wrong = (at: number) => ({ wrong_key: 'hash', wrong_at: at });
      const failed = (...times: number[]) => ({ failed_json: JSON.stringify(times) });
      const closed = (at: number) => ({ ...wrong(at), ...failed(at), failures: 5, closed_at: at });
      const vouched = { channel: 'vouched' } as const;
      const ids = ['closed-bound', 'closed-over', 'empty', 'failed-bound', 'failed-over', 'in-a-row', 'last'];
      await devices('active', ...ids, 'elsewhere');
      await insertCounters(
        counter('closed-bound', closed(bound)),
        counter('closed-over', closed(over)),
        counter('empty'),
        counter('failed-bound', failed(over, bound)),
        counter('failed-over', failed(over - 1, over)),
        counter('in-a-row', { ...wrong(over - 9 * DAY_MS), ...failed(over - 9 * DAY_MS), failures: 4 }),
        counter('last', { ...wrong(bound), ...vouched }),
        counter('closed-over', { ...wrong(over), ...vouched }),
        counter('elsewhere', { ...closed(bound), institution_id: 'short' }),
      );
      expect(await due()).toEqual([
        ['drop-in-counter', 'inst', 3],
        ['drop-in-counter-vouched', 'inst', 1],
      ]);
      expect(await clean(system)).toBe(4);
      expect(await counters()).toEqual([
        'closed-bound anonymous',
        'elsewhere anonymous',
        'failed-bound anonymous',
        'in-a-row anonymous',
        'last vouched',
      ]);
      system.world.advance(1);
      expect(await clean(system)).toBe(4);
      expect(await counters()).toEqual(['in-a-row anonymous']);
    });

    it('C-5 four wrong codes and a clean-up days after are still four', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await openFacade(system);
      const wrong = async (nth: number) => {
        const form = { ...examForm, OTPNO: phone.wrongCode(undefined, nth) };
        return (await postForm(system, ACCREDIT, form)).json.code;
      };
      for (const nth of [0, 1, 2, 3]) expect(await wrong(nth)).toBe('AP001');
      system.world.advance(3 * DAY_MS);
      await clean(system);
      expect([await wrong(4), await wrong(5)]).toEqual(['AP001', 'AP009']);
      system.world.advance(DAY_MS + 1);
      await clean(system);
      expect(await counters()).toEqual([]);
      expect(await wrong(6)).toBe('AP001');
    });

    it('C-5 a counter ends with its registration, whatever it counted', async () => {
      await begun();
      const now = system.world.now();
      const full = { failures: 5, failed_json: `[${now}]`, closed_at: now, wrong_key: 'hash', wrong_at: now };
      await devices('active', 'active');
      await devices('ended', 'over');
      await insertCounters(
        counter('active', full),
        counter('nobody', full),
        counter('over', full),
        counter('over', { channel: 'vouched', wrong_key: 'hash', wrong_at: now }),
      );
      expect(await clean(system)).toBe(3);
      expect(await counters()).toEqual(['active anonymous']);
    });

    it('P-2 more counters than a batch are gone through once, in both channels', async () => {
      await begun();
      const ids = Array.from({ length: 130 }, (_, nth) => `d-${String(nth).padStart(3, '0')}`);
      await devices('active', ...ids);
      const rows = ids.map((id, nth) => counter(id, { failures: nth % 2 }));
      await insertCounters(...rows, ...rows.map((row) => ({ ...row, channel: 'vouched' as const })));
      expect(await clean(system)).toBe(130);
      expect(await counters()).toHaveLength(130);
    });

    it('P-2 a withdrawal leaves nothing personal of what façades kept', async () => {
      system = await startSystem(dialect);
      const { database, keyring } = system;
      const phone = await system.registered();
      await openFacade(system);
      await postForm(system, ACCREDIT, { ...examForm, OTPNO: phone.code() });
      await postForm(system, ACCREDIT, { ...examForm, CLASS_TME: '02', OTPNO: phone.wrongCode() });
      await postForm(system, SUBSTITUTE_LOG, logForm);
      expect(await counters()).toHaveLength(1);
      expect((await phone.request('DELETE', '/app-api/learner')).status).toBe(204);
      await clean(system);
      expect(await counters()).toEqual([]);
      const kept = await records();
      expect(kept).toHaveLength(2);
      const number = '+821012345678';
      const personal = [
        ...[홍길동.name, '1012345678', '010-1234-5678', phone.wrongCode()],
        ...[keyring.hash('phone', number), keyring.hash('name', 홍길동.name), logForm.m_trnID],
      ];
      for (const value of personal) expect(JSON.stringify(kept)).not.toContain(value);
      expect(kept.map(({ learner_ref: learner }) => learner)).toEqual([홍길동.id, 홍길동.id]);
      const learners = await database.sql.selectFrom('learner').select(['phone_key', 'name_key']).execute();
      expect(learners).toEqual([{ phone_key: null, name_key: null }]);
    });
  });
}
