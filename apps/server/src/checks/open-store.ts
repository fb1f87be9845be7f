import { type Insertable, sql } from 'kysely';
import { freeRows } from '../db/free-rows.ts';
import type { Tx } from '../db/open.ts';
import type { CheckRow, IdempotencyRow } from '../db/schema.ts';
import type { StoredCheck } from './store.ts';

export type NewCheck = Insertable<CheckRow>;

/** What makes two openings the same question. */
export type OccasionKey = Pick<
  CheckRow,
  'institution_id' | 'learner_ref' | 'course_id' | 'round' | 'occasion_kind' | 'occasion_number'
>;

/**
 * Openings of one occasion go one after another until the commit: on PostgreSQL a row that does not exist yet
 * cannot be locked, so their key is.
 */
export async function lockOccasion(tx: Tx, key: OccasionKey): Promise<void> {
  if (tx.dialect === 'sqlite') return;
  const { institution_id, learner_ref, course_id, round, occasion_kind, occasion_number } = key;
  const text = JSON.stringify([
    institution_id,
    learner_ref,
    course_id,
    round,
    occasion_kind,
    occasion_number,
  ]);
  await sql`select pg_advisory_xact_lock(hashtextextended(${text}, 0))`.execute(tx.sql);
}

export async function lockOpenCheck(tx: Tx, key: OccasionKey): Promise<StoredCheck | undefined> {
  const query = tx.sql
    .selectFrom('check')
    .selectAll()
    .where('institution_id', '=', key.institution_id)
    .where('learner_ref', '=', key.learner_ref)
    .where('course_id', '=', key.course_id)
    .where('round', '=', key.round)
    .where('occasion_kind', '=', key.occasion_kind)
    .where('occasion_number', '=', key.occasion_number)
    .where('status', '=', 'open');
  return (tx.dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
}

/** @returns false when another server opened this occasion meanwhile: the unique index decides. */
export async function insertCheck(tx: Tx, row: NewCheck): Promise<boolean> {
  const result = await tx.sql
    .insertInto('check')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function endCheck(tx: Tx, id: string): Promise<void> {
  await tx.sql.updateTable('check').set({ status: 'expired' }).where('id', '=', id).execute();
}

export async function findCheck(tx: Tx, institution: string, id: string): Promise<StoredCheck | undefined> {
  return tx.sql
    .selectFrom('check')
    .selectAll()
    .where('id', '=', id)
    .where('institution_id', '=', institution)
    .executeTakeFirst();
}

export async function findIdempotent(
  tx: Tx,
  institution: string,
  key: string,
): Promise<IdempotencyRow | undefined> {
  return tx.sql
    .selectFrom('idempotency')
    .selectAll()
    .where('institution_id', '=', institution)
    .where('key', '=', key)
    .executeTakeFirst();
}

/** @returns false when the key is taken: by an answer that is there, or by one that is being made. */
export async function insertIdempotent(tx: Tx, row: IdempotencyRow): Promise<boolean> {
  const result = await tx.sql
    .insertInto('idempotency')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function setIdempotentAnswer(tx: Tx, row: IdempotencyRow): Promise<void> {
  await tx.sql
    .updateTable('idempotency')
    .set({ status: row.status, body_json: row.body_json })
    .where('institution_id', '=', row.institution_id)
    .where('key', '=', row.key)
    .execute();
}

/** Housekeeping: checks past their time are over. @returns those that ended now */
export async function expireChecks(tx: Tx, now: number): Promise<StoredCheck[]> {
  const most = 1_000;
  const over = tx.sql
    .selectFrom('check')
    .select('id')
    .where('status', '=', 'open')
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(most);
  // What an answer holds is left for the next round: waiting for it out of the order of locks could deadlock.
  const free = tx.dialect === 'postgres' ? over.forUpdate().skipLocked() : over;
  return tx.sql
    .updateTable('check')
    .set({ status: 'expired' })
    .where('id', 'in', free)
    .returningAll()
    .execute();
}

/** Those before that nobody holds, so many at most. @returns how many */
export async function deleteIdempotent(tx: Tx, before: number, most: number): Promise<number> {
  const { numDeletedRows } = await tx.sql
    .deleteFrom('idempotency')
    .where(freeRows(tx, 'idempotency', sql`created_at < ${before}`, most))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
