import { type RawBuilder, sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { tally } from '../../test/support/wrong-codes.ts';
import type { Database } from '../db/open.ts';
import { historyQuery } from './store.ts';

const course = { id: 'safety-101', title: '산업안전보건' };
const MINUTE_MS = 60_000;

for (const dialect of dialects) {
  describe(`deciding on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const ask = (number: number, more: object = {}) =>
      system.send({
        method: 'POST',
        path: '/v1/checks',
        headers: { authorization: `Bearer ${system.institution.apiKey}` },
        body: { learner: 홍길동, course, occasion: { kind: 'lesson', number }, ...more },
      });

    async function begun(): Promise<void> {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const opened = await ask(1);
      const token = new URL(opened.json.url).pathname.split('/')[2] ?? '';
      expect((await system.answer(token, phone.code())).json.outcome).toBe('passed');
    }

    it('S-2 of twenty new lessons at once exactly seven more are let through', async () => {
      await begun();
      const numbers = Array.from({ length: 20 }, (_, index) => index + 2);
      const replies = await Promise.all(numbers.map((number) => ask(number)));
      // Lessons 9 and 17 are asked for a check, which takes a place as well.
      const outcomes = tally(replies.map(({ json }) => (json.status === 'blocked' ? 'blocked' : 'through')));
      expect(outcomes).toEqual({ through: 7, blocked: 13 });
      const kept = await system.database.sql.selectFrom('lesson_passage').select('number').execute();
      const open = replies.filter(({ json }) => json.status === 'open');
      expect(kept.length + open.length).toBe(7);
    });

    it('S-1 twenty questions at once about one new lesson are one answer and one passage', async () => {
      await begun();
      const replies = await Promise.all(Array.from({ length: 20 }, () => ask(2)));
      expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
      expect(replies[0]?.json.status).toBe('not-required');
      const kept = await system.database.sql.selectFrom('lesson_passage').selectAll().execute();
      expect(kept).toEqual([
        {
          institution_id: 'inst',
          learner_ref: 홍길동.id,
          course_id: course.id,
          round: '',
          number: 2,
          first_at: system.world.now(),
        },
      ]);
    });

    it('S-3 who asks while the answer is under way is told what came of it', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const opened = await ask(1);
      const token = new URL(opened.json.url).pathname.split('/')[2] ?? '';
      const [answered, ...asked] = await Promise.all([
        system.answer(token, phone.code()),
        ...Array.from({ length: 10 }, (_, index) => ask(1, { session: { id: `s-${index}` } })),
      ]);
      const passed = answered?.json.outcome === 'passed';
      const rows = await system.database.sql.selectFrom('check').select('status').execute();
      const counted = tally(rows.map(({ status }) => status));
      expect(counted).toEqual(passed ? expect.objectContaining({ passed: 1 }) : { open: 1, expired: 10 });
      if (passed) expect(asked.at(-1)?.json.status).toBe('not-required');
      expect((await ask(1)).json.status).toBe(passed ? 'not-required' : 'open');
    });

    it('S-1 what is asked before every step is read from indexes, however many checks are past', async () => {
      await begun();
      const { database, world } = system;
      await multiply(database, 3_000);
      const key = { institution_id: 'inst', learner_ref: 홍길동.id, course_id: course.id, round: '' };
      const plan = await planOf(database, historyQuery(key, true, world.now()));
      expect(plan).toContain('check_history');
      expect(plan).toContain(dialect === 'sqlite' ? 'USING COVERING INDEX check_history' : 'Index Only Scan');
      expect(plan).toMatch(/lesson_passage_pkey|sqlite_autoindex_lesson_passage_1/);
      expect(plan).not.toMatch(/Seq Scan|SCAN (check|lesson_passage)/);
    });

    it('S-1 a learner’s checks are read from an index', async () => {
      await begun();
      await multiply(system.database, 3_000);
      const list = sql`select id from "check" where institution_id = 'inst' and learner_ref = ${홍길동.id}
        and (created_at, id) < (${system.world.now() + MINUTE_MS}, 'chk_f') order by created_at desc, id desc limit 51`;
      expect(await planOf(system.database, list)).toContain('check_institution_id_learner_ref_created_at_id');
    });
  });
}

/** As many passed checks and lessons of other learners, as one statement. */
async function multiply({ dialect, sql: connection }: Database, count: number): Promise<void> {
  const numbers =
    dialect === 'postgres'
      ? sql`generate_series(1, ${count}) as n(nth)`
      : sql`(with recursive n(nth) as (select 1 union all select nth + 1 from n where nth < ${count}) select nth from n)`;
  const text = dialect === 'postgres' ? sql`nth::text` : sql`cast(nth as text)`;
  await sql`insert into lesson_passage
    select 'inst', 'other-' || ${text}, 'safety-101', '', 2, 0 from ${numbers}`.execute(connection);
  await sql`insert into "check" (id, institution_id, learner_ref, name_key, phone_key, course_id, course_title, round,
      occasion_kind, occasion_number, locale, token_hash, status, reasons_json, created_at, expires_at, passed_at,
      compared)
    select 'chk_' || ${text}, 'inst', 'other-' || ${text}, '', '', 'safety-101', '', '', 'lesson', 1, 'ko', ${text},
      'passed', '[]', 0, 0, 0, 0 from ${numbers}`.execute(connection);
  await sql
    .raw(dialect === 'postgres' ? 'vacuum analyze "check", lesson_passage' : 'analyze')
    .execute(connection);
}

async function planOf({ dialect, sql: connection }: Database, query: RawBuilder<unknown>): Promise<string> {
  const explain = sql.raw(dialect === 'postgres' ? 'explain' : 'explain query plan');
  const { rows } = await sql`${explain} ${query}`.execute(connection);
  return rows.map((row) => Object.values(row as object).join(' ')).join('\n');
}
