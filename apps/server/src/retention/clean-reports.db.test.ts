import { afterEach, describe, expect, it } from 'vitest';
import { dialects } from '../../test/support/system.ts';
import type { ReportRowRow } from '../db/schema-facade.ts';
import { addInstitution } from '../institutions/add-institution.ts';
import { setRetention } from '../institutions/set-retention.ts';
import { reportStage } from '../reports/report-stage.fixture.ts';
import { clean, oldCheck, seoul, withPerson } from './old-rows.fixture.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const exam = (number: number) => ({ occasion: { kind: 'exam', number }, session: undefined });

for (const dialect of dialects) {
  describe(`numbers of reports on ${dialect}`, () => {
    const { stage, configure, send, pass, hourEnds, rows, sentSeqs } = reportStage(dialect);
    afterEach(() => stage.close());

    const lanes = () =>
      stage.system.database.sql.selectFrom('report_lane').selectAll().orderBy('kind').execute();
    const seqs = async () => (await rows()).map(({ kind, seq }) => `${kind} ${seq}`);

    it('P-2 a number goes with its check, after the years of its institution, and no earlier', async () => {
      await stage.start();
      const { database, world } = stage.system;
      await addInstitution(database, world, { id: 'short', name: '짧은', origins: ['https://lms.example'] });
      await setRetention(stage.system, { id: 'short', years: 1, actor: 'command' });
      const lastOf = (year: number) => seoul(`${year}-11-22T23:59:59.999`);
      const row = (seq: number, at: number, more: Partial<ReportRowRow> = {}): ReportRowRow => ({
        ...{
          institution_id: 'inst',
          kind: 'score_hist',
          seq,
          source: `of-${seq}`,
          check_id: `of-${seq}`,
          at,
        },
        ...{ status: 'sent', sent_at: at + 1 },
        ...more,
      });
      await database.sql
        .insertInto('check')
        .values([
          oldCheck('of-1', lastOf(2023)),
          oldCheck('of-2', lastOf(2023) + 1),
          // No clean-up touches an open check (C-1): while a check is there, its number is.
          oldCheck('of-3', lastOf(2023), { ...withPerson, status: 'open' }),
        ])
        .execute();
      await database.sql
        .insertInto('report_row')
        .values([
          row(1, lastOf(2023)),
          row(2, lastOf(2023) + 1),
          row(3, lastOf(2023)),
          row(4, lastOf(2023), { status: 'waiting', sent_at: null }),
          row(5, lastOf(2023), { status: 'early', sent_at: null }),
          row(6, lastOf(2023), { status: 'gone', sent_at: null }),
          row(7, lastOf(2023) + 1, { status: 'waiting', sent_at: null }),
          row(8, lastOf(2023), { kind: 'check_hist', status: 'waiting', sent_at: null }),
          row(1, lastOf(2025), { institution_id: 'short' }),
          row(2, lastOf(2025) + 1, { institution_id: 'short' }),
        ])
        .execute();
      // A check, and five rows of one institution and one of the other.
      expect(await clean(stage.system)).toBe(7);
      const left = await database.sql
        .selectFrom('report_row')
        .select(['institution_id', 'kind', 'seq'])
        .orderBy('institution_id')
        .orderBy('seq')
        .execute();
      expect(left.map(({ institution_id: of, kind, seq }) => `${of} ${kind} ${seq}`)).toEqual([
        'inst score_hist 2',
        'inst score_hist 3',
        'inst score_hist 7',
        'short score_hist 2',
      ]);
    });

    it('a number is never given twice, nor sent, after its row is gone', async () => {
      await stage.start();
      await configure();
      await pass(exam(1));
      hourEnds();
      await send();
      stage.system.world.time = Date.UTC(2026, 10, 23, 4, 10, 5);
      await pass(exam(2));
      hourEnds(2);
      stage.monitor.answers.push({ status: 503 });
      await send();
      expect(await seqs()).toEqual(['check_hist 1', 'check_hist 2', 'score_hist 1', 'score_hist 2']);
      const before = await lanes();
      stage.system.world.advance(3 * 366 * DAY_MS);
      await clean(stage.system);
      expect(await seqs()).toEqual([]);
      expect(await lanes()).toEqual(before);
      const targets = await stage.system.database.sql.selectFrom('report_target').selectAll().execute();
      expect(targets).toHaveLength(1);
      // In all these years nothing was passed, and every hour was looked at.
      const hour = Math.floor(stage.system.world.now() / HOUR_MS) * HOUR_MS;
      await stage.system.database.sql.updateTable('report_target').set({ taken_until: hour }).execute();
      const calls = stage.monitor.calls.length;
      await send();
      expect(stage.monitor.calls).toHaveLength(calls);
      const { database, world } = stage.system;
      await database.sql
        .insertInto('check')
        .values(oldCheck(`chk_${world.now().toString(16).padStart(12, '0')}_3`, world.now()))
        .execute();
      world.advance(2 * HOUR_MS);
      await send();
      expect(await seqs()).toEqual(['check_hist 3', 'score_hist 3']);
      expect(sentSeqs('score_hist')).toEqual([1, 2, 3]);
    });
  });
}
