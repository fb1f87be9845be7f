import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../apps/server/src/db/open.ts';
import { realWorld } from '../../apps/server/src/world.ts';

const ROWS_AT_ONCE = 20_000;
const DAY_MS = 24 * 60 * 60_000;

export interface OldRows {
  /** Checks passed two years ago, of which nothing but the evidence is left. */
  evidence: number;
  /** Checks passed some days ago, with their person. */
  persons: number;
  /** Lines of the audit trail, five years old. */
  events: number;
}

/** As wide as real ones; tokens and numbers lie scattered in their indexes, ids by time, as they do in use. */
export async function loadOldRows(
  database: Database,
  institution: string,
  { evidence, persons, events }: OldRows,
  progress: (loaded: number) => void,
): Promise<void> {
  const now = realWorld.now();
  let loaded = 0;
  const load = async (count: number, statement: (from: number, to: number) => RawBuilder<unknown>) => {
    for (let from = 0; from < count; from += ROWS_AT_ONCE) {
      const to = Math.min(count, from + ROWS_AT_ONCE);
      await statement(from, to).execute(database.sql);
      loaded += to - from;
      progress(loaded);
    }
  };
  await load(events, (from, to) => insertEvents(database, institution, now - 5 * 366 * DAY_MS, [from, to]));
  const aged = (prefix: string, at: number, sealed: string | null) => (from: number, to: number) =>
    insertChecks(database, { institution, prefix, at, sealed }, [from, to]);
  await load(evidence, aged('chk_0a', now - 2 * 366 * DAY_MS, null));
  await load(persons, aged('chk_0b', now - 3 * DAY_MS, 'x'.repeat(80)));
  await tidy(database);
}

type Range = readonly [from: number, to: number];

function numbers({ dialect }: Database, [from, to]: Range) {
  return dialect === 'postgres'
    ? sql`generate_series(${sql.lit(from)}, ${sql.lit(to - 1)}) as n(nth)`
    : sql`(with recursive n(nth) as (select ${sql.lit(from)} union all select nth + 1 from n where nth < ${sql.lit(to - 1)})
        select nth from n)`;
}

const text = (number: string) => sql.raw(`cast(${number} as text)`);

/** 43 characters that lie nowhere in particular. */
const scattered = ({ dialect }: Database) =>
  sql.raw(
    dialect === 'postgres'
      ? 'substr(md5(random()::text) || md5(random()::text), 1, 43)'
      : 'substr(hex(randomblob(22)), 1, 43)',
  );

function insertChecks(
  database: Database,
  {
    institution,
    prefix,
    at,
    sealed,
  }: { institution: string; prefix: string; at: number; sealed: string | null },
  range: Range,
): RawBuilder<unknown> {
  const passedAt = sql`${sql.lit(at)} + nth`;
  const person = sql.lit(sealed);
  const random = scattered(database);
  return sql`insert into "check" (id, institution_id, learner_ref, name_key, name_sealed, phone_key, phone_sealed,
      course_id, course_title, round, occasion_kind, occasion_number, locale, token_hash, status, reasons_json, method,
      device_id, created_at, expires_at, passed_at, compared)
    select ${sql.lit(prefix)} || ${text('100000000 + nth')} || substr(${random}, 1, 20), ${sql.lit(institution)},
      'old-' || ${text('(cast(nth as bigint) * 7919) % 100003')}, ${random}, ${person}, ${random}, ${person}, 'safety-101', 'safety', '3',
      'exam', nth % 7, 'ko', ${random}, 'passed', '["exam"]', 'motp', 'dev_' || ${text('(cast(nth as bigint) * 7919) % 100003')},
      ${passedAt}, ${passedAt}, ${passedAt}, 0
    from ${numbers(database, range)}`;
}

const insertEvents = (
  database: Database,
  institution: string,
  at: number,
  range: Range,
): RawBuilder<unknown> =>
  sql`insert into audit_event (at, kind, actor, institution_id, learner_id, device_id, check_id, data_json)
    select ${sql.lit(at)} + nth, 'check.refused', 'learner', ${sql.lit(institution)}, 'lrn_' || ${text('100000000 + nth')},
      'dev_' || ${text('100000000 + nth')}, 'chk_' || ${text('100000000 + nth')}, '{"reason":"wrong-code","triesLeft":3}'
    from ${numbers(database, range)}`;

/** What a database does in its own time after a large change is done before anything is measured. */
async function tidy(database: Database): Promise<void> {
  if (database.dialect === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(database.sql);
  else await sql`vacuum analyze "check", audit_event`.execute(database.sql);
}
