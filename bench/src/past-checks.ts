import { sql } from 'kysely';
import type { Database } from '../../apps/server/src/db/open.ts';
import { realWorld } from '../../apps/server/src/world.ts';

/** Each learner of the course passed this many checks: lessons 1, 9, 17, … on as many days, the last one today. */
const CHECKS_EACH = 10;
const ROWS_AT_ONCE = 50_000;
const DAY_MS = 24 * 60 * 60_000;

/** What a learner is asked about: the lesson of today's check, which stands. */
export const LAST_LESSON = 1 + 8 * (CHECKS_EACH - 1);
export const COURSE = 'safety-101';

export const learnerName = (nth: number): string => `learner-${nth}`;

/**
 * Checks that were passed, as wide as real ones, and three lessons let through by each learner. One after the other
 * belongs to another learner, so that nobody's lie together.
 * @returns how many learners
 */
export async function loadPastChecks(
  database: Database,
  institution: string,
  past: number,
  progress: (loaded: number) => void,
): Promise<number> {
  const learners = past / CHECKS_EACH;
  for (let from = 0; from < past; from += ROWS_AT_ONCE) {
    await insertChecks(database, institution, learners, from, Math.min(past, from + ROWS_AT_ONCE));
    progress(Math.min(past, from + ROWS_AT_ONCE));
  }
  await insertPassages(database, institution, learners);
  await tidy(database);
  return learners;
}

function numbers({ dialect }: Database, from: number, to: number) {
  return dialect === 'postgres'
    ? sql`generate_series(${sql.lit(from)}, ${sql.lit(to - 1)}) as n(nth)`
    : sql`(with recursive n(nth) as (select ${sql.lit(from)} union all select nth + 1 from n where nth < ${sql.lit(to - 1)})
        select nth from n)`;
}

const text = (number: string) => sql.raw(`cast(${number} as text)`);

async function insertChecks(
  database: Database,
  institution: string,
  learners: number,
  from: number,
  to: number,
): Promise<void> {
  const learner = sql`'learner-' || ${text(`nth % ${learners}`)}`;
  const nthCheck = sql.raw(`(nth / ${learners})`);
  const passedAt = sql`${sql.lit(realWorld.now())} - (${sql.lit(CHECKS_EACH - 1)} - ${nthCheck}) * ${sql.lit(DAY_MS)}`;
  const sealed = sql.lit('x'.repeat(80));
  const key = sql.lit('k'.repeat(43));
  await sql`insert into "check" (id, institution_id, learner_ref, name_key, name_sealed, phone_key, phone_sealed,
      course_id, course_title, round, occasion_kind, occasion_number, locale, token_hash, status, reasons_json, method,
      device_id, created_at, expires_at, passed_at, compared)
    select 'chk_' || ${text('nth')}, ${sql.lit(institution)}, ${learner}, ${key}, ${sealed},
      ${key} || ${text(`nth % ${learners}`)}, ${sealed}, ${sql.lit(COURSE)}, 'safety', '', 'lesson',
      1 + 8 * ${nthCheck}, 'ko', ${key} || ${text('nth')}, 'passed', '["first-of-day","lesson-interval"]', 'motp',
      'dev_' || ${text(`nth % ${learners}`)}, ${passedAt}, ${passedAt}, ${passedAt}, 0
    from ${numbers(database, from, to)}`.execute(database.sql);
}

async function insertPassages(database: Database, institution: string, learners: number): Promise<void> {
  for (const lesson of [2, 3, 4]) {
    await sql`insert into lesson_passage
      select ${sql.lit(institution)}, 'learner-' || ${text('nth')}, ${sql.lit(COURSE)}, '', ${sql.lit(lesson)}, 0
      from ${numbers(database, 0, learners)}`.execute(database.sql);
  }
}

/** What a database does in its own time after a large change is done before anything is measured. */
async function tidy(database: Database): Promise<void> {
  if (database.dialect === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(database.sql);
  else await sql`vacuum analyze "check", lesson_passage`.execute(database.sql);
}
