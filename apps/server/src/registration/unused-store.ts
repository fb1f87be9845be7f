import { sql } from 'kysely';
import { freeRows } from '../db/free-rows.ts';
import type { Tx } from '../db/open.ts';
import type { StoredDevice } from './store.ts';

/**
 * Registrations that looked unused and were used since then: `findUnused` need not pass them again.
 * @returns how many, `most` at most
 */
export async function reviewUse(tx: Tx, usedBefore: number, most: number): Promise<number> {
  const isUsed = sql`status = 'active' and idle_since < ${usedBefore} and used_at >= ${usedBefore}`;
  const { numUpdatedRows } = await tx.sql
    .updateTable('device')
    .set(({ ref }) => ({ idle_since: ref('used_at') }))
    .where(freeRows(tx, 'device', isUsed, most))
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

export async function findUnused(tx: Tx, usedBefore: number, most: number): Promise<StoredDevice[]> {
  return tx.sql
    .selectFrom('device')
    .selectAll()
    .where('status', '=', 'active')
    .where('idle_since', '<', usedBefore)
    .where('used_at', '<', usedBefore)
    .limit(most)
    .execute();
}
