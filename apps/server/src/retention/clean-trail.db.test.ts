import { afterEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem } from '../../test/support/system.ts';
import { keepMark, type Marks, spendAfterRestore } from '../deployment/continuity.ts';
import { setRetention } from '../institutions/set-retention.ts';
import { clean, oldCheck, oldEvent, seoul } from './old-rows.fixture.ts';

const DAY_MS = 24 * 60 * 60_000;

for (const dialect of dialects) {
  describe(`the old end of the trail on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const insert = (...events: ReturnType<typeof oldEvent>[]) =>
      system.database.sql.insertInto('audit_event').values(events).execute();

    const trail = async () =>
      (await system.database.sql.selectFrom('audit_event').selectAll().orderBy('id').execute()).map(
        ({ kind, at, institution_id: institution, data_json: data }) => ({
          ...{ kind, at, institution },
          data: data === null ? null : JSON.parse(data),
        }),
      );

    const kinds = async () => (await trail()).map(({ kind }) => kind);

    async function begun(now: string): Promise<void> {
      system = await startSystem(dialect);
      await system.database.sql.deleteFrom('audit_event').execute();
      system.world.time = seoul(now);
    }

    it('O-5 the trail goes from its old end as configured, and rights stay three years', async () => {
      await begun('2026-11-23T12:00:00');
      const old = seoul('2024-11-22T23:59:59.999');
      await insert(
        oldEvent(seoul('2023-11-22T23:00:00'), { kind: 'api-key.made' }),
        oldEvent(seoul('2023-11-23T00:00:00'), { kind: 'institution.added' }),
        oldEvent(old),
        oldEvent(seoul('2024-11-23T00:00:00'), { kind: 'check.refused' }),
        oldEvent(old, { kind: 'check.ended' }),
        oldEvent(system.world.now(), { kind: 'check.opened' }),
      );
      expect(await clean(system, { auditYears: 3 })).toBe(1);
      expect(await clean(system, { auditYears: 2 })).toBe(2);
      expect(await kinds()).toEqual(['institution.added', 'check.refused', 'check.opened']);
    });

    it('O-5 a line of the trail says of each day what went, how many and up to when', async () => {
      await begun('2026-11-23T12:00:00');
      const old = seoul('2023-11-20T12:00:00');
      const checks = Array.from({ length: 150 }, (_, nth) => oldCheck(`old-${nth}`, old + nth));
      await system.database.sql.insertInto('check').values(checks).execute();
      await insert(oldEvent(old), oldEvent(old), oldEvent(old));
      expect(await clean(system)).toBe(152);
      expect(await clean(system)).toBe(0);
      expect(await kinds()).toEqual(['check.passed']);
      system.world.time = seoul('2026-11-24T00:00:00');
      await clean(system);
      const at = system.world.now();
      const before = '2023-11-22T15:00:00.000Z';
      const line = { kind: 'retention.cleaned', at };
      const of = (chore: string, cleaned: number) => ({ day: '2026-11-23', chore, cleaned, before });
      // The last of the old events was the newest then, and is not any more.
      expect(await trail()).toEqual([
        { ...line, institution: null, data: of('audit-event', 2) },
        { ...line, institution: 'inst', data: of('check', 150) },
      ]);
      system.world.time = seoul('2026-11-25T00:00:00');
      await clean(system);
      expect((await trail()).slice(2)).toEqual([
        {
          ...{ ...line, at: system.world.now(), institution: null },
          data: {
            ...{ day: '2026-11-24', chore: 'audit-event', cleaned: 1 },
            before: '2023-11-23T15:00:00.000Z',
          },
        },
      ]);
      expect(await system.database.sql.selectFrom('retention_tally').selectAll().execute()).toEqual([]);
    });

    it('P-6 a deployment that slept for years keeps its newest event, and is not taken for a restored backup', async () => {
      await begun('2026-11-23T12:00:00');
      const marks = memoryMarks();
      await insert(oldEvent(system.world.now()), oldEvent(system.world.now(), { kind: 'check.ended' }));
      await keepMark(system.database, marks, 'one');
      const seen = marks.read('one');
      system.world.advance(5 * 366 * DAY_MS);
      expect(await clean(system)).toBe(1);
      expect(await kinds()).toEqual(['check.ended']);
      expect(await spendAfterRestore(system.database, marks, 'one', system.world)).toBe(false);
      // Ids are given out once: what is written later is ahead of the mark, however little is left.
      await clean(system);
      await insert(oldEvent(system.world.now()));
      await keepMark(system.database, marks, 'one');
      expect(marks.read('one')).toBeGreaterThan(seen);
    });

    it('P-6 a backup from before a clean-up is still found to be behind', async () => {
      await begun('2026-11-23T12:00:00');
      const marks = memoryMarks();
      await insert(oldEvent(seoul('2020-01-01T00:00:00')), oldEvent(system.world.now()));
      await keepMark(system.database, marks, 'one');
      marks.write('one', marks.read('one') + 1);
      expect(await clean(system)).toBe(1);
      expect(await spendAfterRestore(system.database, marks, 'one', system.world)).toBe(true);
    });

    it('O-5 changing how long evidence is kept is in the trail, saying the same again is not', async () => {
      await begun('2026-11-23T12:00:00');
      const set = (id: string, years: number) => setRetention(system, { id, years, actor: 'command' });
      expect(await set('inst', 5)).toEqual({ kind: 'set', before: 3 });
      expect(await set('inst', 5)).toEqual({ kind: 'set', before: 5 });
      expect(await set('nobody', 5)).toEqual({ kind: 'institution-unknown' });
      expect(await trail()).toEqual([
        {
          ...{ kind: 'institution.retention-changed', at: system.world.now(), institution: 'inst' },
          data: { before: 3, after: 5 },
        },
      ]);
    });
  });
}

function memoryMarks(): Marks {
  const marks = new Map<string, number>();
  return {
    read: (identity) => marks.get(identity) ?? 0,
    write: (identity, event) => void marks.set(identity, event),
  };
}
