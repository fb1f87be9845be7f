import { sql } from 'kysely';
import type { Tx } from '../db/open.ts';
import type { LessonPassageRow, PolicyVersionRow } from '../db/schema.ts';

/** One learner in one course and round at one institution. */
export type CourseKey = Pick<LessonPassageRow, 'institution_id' | 'learner_ref' | 'course_id' | 'round'>;

export interface HistoryRow {
  source: 'passed' | 'lesson' | 'open';
  kind: string;
  number: number;
  at: number;
}

/**
 * What happened before, as one statement: a check that passes meanwhile is seen as open or as passed, never as neither.
 * The statuses are literals, because SQLite takes a partial index for nothing else.
 * @param withLessons what only a lesson asks for: lessons let through, and those whose check is open at `now`
 */
export async function readHistory(
  tx: Tx,
  key: CourseKey,
  withLessons: boolean,
  now: number,
): Promise<HistoryRow[]> {
  const { rows } = await historyQuery(key, withLessons, now).execute(tx.sql);
  return rows;
}

export function historyQuery(key: CourseKey, withLessons: boolean, now: number) {
  const ofCourse = sql`institution_id = ${key.institution_id} and learner_ref = ${key.learner_ref}
    and course_id = ${key.course_id} and round = ${key.round}`;
  const passed = sql`select 'passed' as source, occasion_kind as kind, occasion_number as number, passed_at as at
    from "check" where ${ofCourse} and status = 'passed'`;
  const lessons = sql`union all select 'lesson', 'lesson', number, first_at from lesson_passage where ${ofCourse}
    union all select 'open', occasion_kind, occasion_number, expires_at from "check"
    where ${ofCourse} and occasion_kind = 'lesson' and status = 'open' and expires_at > ${now}`;
  return withLessons ? sql<HistoryRow>`${passed} ${lessons}` : sql<HistoryRow>`${passed}`;
}

/** Notes the first time; a lesson that was let through before stays as it was. */
export async function insertPassage(tx: Tx, row: LessonPassageRow): Promise<void> {
  await tx.sql
    .insertInto('lesson_passage')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * New lessons of one learner and course are counted one after another until the commit. SQLite has one writer; on
 * PostgreSQL what is not there yet cannot be locked, so its key is.
 */
export async function lockCourse(tx: Tx, key: CourseKey): Promise<void> {
  await lock(tx, ['schedule', key.institution_id, key.learner_ref, key.course_id, key.round]);
}

/** Changes of one policy go one after another: each is the version after the one before. */
export async function lockPolicy(tx: Tx, institution: string, course: string): Promise<void> {
  await lock(tx, ['policy', institution, course]);
}

async function lock(tx: Tx, key: readonly string[]): Promise<void> {
  if (tx.dialect === 'sqlite') return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${JSON.stringify(key)}, 0))`.execute(tx.sql);
}

/** The newest versions of the institution's own policy and of the course's. */
export async function newestPolicies(
  tx: Tx,
  institution: string,
  course: string,
): Promise<PolicyVersionRow[]> {
  return tx.sql
    .selectFrom('policy_version as each')
    .selectAll()
    .where('institution_id', '=', institution)
    .where('course_id', 'in', ['', course])
    .where('version', '=', (expression) =>
      expression
        .selectFrom('policy_version as newest')
        .select(({ fn }) => fn.max('newest.version').as('version'))
        .whereRef('newest.institution_id', '=', 'each.institution_id')
        .whereRef('newest.course_id', '=', 'each.course_id'),
    )
    .execute();
}

export async function insertPolicy(tx: Tx, row: PolicyVersionRow): Promise<void> {
  await tx.sql.insertInto('policy_version').values(row).execute();
}
