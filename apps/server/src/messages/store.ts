import { type Insertable, type Selectable, sql } from 'kysely';
import { isOneOf } from '../db/batch.ts';
import { freeRows } from '../db/free-rows.ts';
import type { Tx } from '../db/open.ts';
import type { MessageRow } from '../db/schema.ts';

export type StoredMessage = Selectable<MessageRow>;

export async function insertMessage(tx: Tx, row: Insertable<MessageRow>): Promise<void> {
  await tx.sql.insertInto('message').values(row).execute();
}

/** Takes due messages for one sender: until `leasedUntil` no other server takes them. */
export async function claimMessages(tx: Tx, now: number, leasedUntil: number): Promise<StoredMessage[]> {
  const most = 20;
  const due = tx.sql
    .selectFrom('message')
    .selectAll()
    .where('status', '=', 'waiting')
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(most);
  const rows = await (tx.dialect === 'postgres' ? due.forUpdate().skipLocked() : due).execute();
  if (rows.length > 0) {
    const ids = rows.map(({ id }) => id);
    await sql`update message set next_at = ${leasedUntil}, attempts = attempts + 1
      where ${isOneOf(tx.dialect, 'id', ids)}`.execute(tx.sql);
  }
  return rows;
}

export async function setDelivered(tx: Tx, id: string, now: number, keepText: boolean): Promise<void> {
  const erased = keepText ? {} : { to_sealed: null, text_sealed: null };
  await tx.sql
    .updateTable('message')
    .set({ status: 'sent', done_at: now, ...erased })
    .where('id', '=', id)
    .execute();
}

export async function setNextTry(tx: Tx, id: string, nextAt: number): Promise<void> {
  await tx.sql.updateTable('message').set({ next_at: nextAt }).where('id', '=', id).execute();
}

/** What became of the newest message that proves the number of a registration. */
export async function newestOfRegistration(
  tx: Tx,
  registrationId: string,
): Promise<Pick<StoredMessage, 'status' | 'attempts'> | undefined> {
  return tx.sql
    .selectFrom('message')
    .select(['status', 'attempts'])
    .where('registration_id', '=', registrationId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** When the n-th newest message since then was written; undefined when there are fewer. */
export async function nthNewestSince(tx: Tx, nth: number, since: number): Promise<number | undefined> {
  const row = await tx.sql
    .selectFrom('message')
    .select('created_at')
    .where('created_at', '>', since)
    .orderBy('created_at', 'desc')
    .offset(nth - 1)
    .limit(1)
    .executeTakeFirst();
  return row?.created_at;
}

/** A message that is not tried again: it ends before its time. */
export async function setRefused(tx: Tx, id: string, now: number): Promise<void> {
  await tx.sql
    .updateTable('message')
    .set({ status: 'expired', done_at: now, to_sealed: null, text_sealed: null })
    .where('id', '=', id)
    .execute();
}

/** Texts go when they are of no use any more; a message that was never delivered is recorded as expired. */
export async function eraseExpired(tx: Tx, now: number): Promise<void> {
  await tx.sql
    .updateTable('message')
    .set({ status: 'expired', done_at: now })
    .where(freeRows(tx, 'message', sql`status = 'waiting' and expires_at <= ${now}`))
    .execute();
  await tx.sql
    .updateTable('message')
    .set({ to_sealed: null, text_sealed: null })
    .where(freeRows(tx, 'message', sql`expires_at <= ${now} and text_sealed is not null`))
    .execute();
}

/** For the demo’s outbox: what has not expired, newest first. */
export async function liveMessages(tx: Tx, now: number): Promise<StoredMessage[]> {
  const most = 200;
  return tx.sql
    .selectFrom('message')
    .selectAll()
    .where('expires_at', '>', now)
    .where('text_sealed', 'is not', null)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}

/**
 * For the metrics: how many wait, up to 10000, and when the oldest of the first 2000 was written. Both by the partial
 * index, and bounded, so that a scrape during an outage does not hold up the answers on SQLite.
 */
export async function countWaiting(tx: Tx): Promise<{ count: number; oldest: number | null }> {
  const { rows } = await sql<{ count: number; oldest: number | null }>`select
    (select count(*) from (select 1 from message where status = 'waiting' limit 10000) as c) as count,
    (select min(created_at) from
      (select created_at from message where status = 'waiting' limit 2000) as o) as oldest`.execute(tx.sql);
  return rows[0] ?? { count: 0, oldest: null };
}
