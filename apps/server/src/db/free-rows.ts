import { type RawBuilder, sql } from 'kysely';
import type { Tx } from './open.ts';
import type { Schema } from './schema.ts';

/** Few enough for a fraction of a second. */
const MOST = 5_000;

/**
 * For clean-up: rows that nobody holds, so that it neither waits nor deadlocks, whatever the order in which others
 * lock (ADR 0008); what somebody holds is left for the next round, and so is what is past `most`. PostgreSQL's manual
 * has the form (UPDATE, notes): the array is made once, where `in` could be asked again for every row.
 */
export function freeRows(
  { dialect }: Pick<Tx, 'dialect'>,
  table: keyof Schema,
  where: RawBuilder<unknown>,
  most = MOST,
): RawBuilder<boolean> {
  const from = sql`from ${sql.table(table)} where ${where} limit ${most}`;
  return dialect === 'postgres'
    ? sql<boolean>`ctid = any(array(select ctid ${from} for update skip locked))`
    : sql<boolean>`rowid in (select rowid ${from})`;
}
