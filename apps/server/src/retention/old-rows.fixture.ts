import type { Insertable } from 'kysely';
import type { System } from '../../test/support/system.ts';
import type { Database } from '../db/open.ts';
import type { AuditEventRow, CheckRow, DeviceRow, LearnerRow } from '../db/schema.ts';
import type { Sealed } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import { type CleaningDependencies, cleanUp } from './clean-up.ts';

/** A moment in Asia/Seoul, `2026-11-23T00:00:00`. */
export const seoul = (text: string): number => Date.parse(`${text}+09:00`);

/** The clean-up without its pauses. */
export const cleaner = (
  { database, world }: { database: Database; world: World },
  more: Partial<CleaningDependencies> = {},
): CleaningDependencies => ({
  ...{ database, world, auditYears: 3, stopwatch: () => 0, pause: async () => undefined },
  signal: new AbortController().signal,
  ...more,
});

export const clean = (system: System, more: Partial<CleaningDependencies> = {}): Promise<number> =>
  cleanUp(cleaner(system, more));

const sealed = 'sealed' as Sealed;

/** A check that was passed then, its person erased long ago. */
export function oldCheck(id: string, at: number, more: Partial<CheckRow> = {}): Insertable<CheckRow> {
  return {
    ...{ id, institution_id: 'inst', learner_ref: `learner-of-${id}`, name_key: 'n', phone_key: `p-${id}` },
    ...{ course_id: 'safety-101', course_title: '산업안전보건', round: '', occasion_kind: 'exam' },
    ...{ occasion_number: 1, locale: 'ko', token_hash: `token-${id}`, status: 'passed', method: 'motp' },
    ...{ reasons_json: '["exam"]', compared: 0 },
    ...{ created_at: at - 60_000, expires_at: at + 540_000, passed_at: at },
    ...more,
  };
}

export const withPerson = { name_sealed: sealed, phone_sealed: sealed } as const;

export const oldEvent = (
  at: number,
  more: Partial<Omit<AuditEventRow, 'id'>> = {},
): Insertable<AuditEventRow> => ({
  ...{ at, kind: 'check.passed', actor: 'learner' },
  ...more,
});

export const oldLearner = (id: string, at: number, more: Partial<LearnerRow> = {}): LearnerRow => ({
  ...{ id, name_key: 'n', name_sealed: sealed, phone_key: `p-${id}`, phone_sealed: sealed },
  ...{ named_at: at, created_at: at, withdrawn_at: null },
  ...more,
});

/** A registration that ended then. */
export const oldDevice = (
  id: string,
  learner: string,
  at: number,
  more: Partial<Insertable<DeviceRow>> = {},
): Insertable<DeviceRow> => ({
  ...{ id, learner_id: learner, thumbprint: `t-${id}`, status: 'ended', phone_key: `p-${learner}` },
  ...{ seed_sealed: null, last_step: -1, spent_json: '[]', failures: 0, failed_json: '[]' },
  ...{ locked_at: null, locked_because: null, disputed_at: null, compared_day: null, compared: 0 },
  ...{ consents_json: '["terms-1"]', proof: 'sms', registered_at: at - 1, used_at: at - 1, ended_at: at },
  ...more,
});

const AT_ONCE = 500;

/** Learners, each with an active registration that was used then and a check that was passed then. */
export async function insertPeople({ sql: into }: Database, count: number, at: number): Promise<void> {
  const active = { status: 'active', ended_at: null, used_at: at, idle_since: at } as const;
  for (let from = 0; from < count; from += AT_ONCE) {
    const ids = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, nth) => `person-${from + nth}`);
    const devices = ids.map((id) => oldDevice(id, id, at, active));
    await into
      .insertInto('learner')
      .values(ids.map((id) => oldLearner(id, at)))
      .execute();
    await into.insertInto('device').values(devices).execute();
    await into
      .insertInto('check')
      .values(ids.map((id) => oldCheck(id, at)))
      .execute();
  }
}

/** The ids of what is left in a table. */
export async function left(
  { database }: Pick<System, 'database'>,
  table: 'check' | 'device' | 'learner' | 'identity_attempt' | 'registration' | 'message',
): Promise<string[]> {
  const rows = await database.sql.selectFrom(table).select('id').orderBy('id').execute();
  return rows.map(({ id }) => id);
}
