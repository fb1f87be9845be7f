import { sql } from 'kysely';
import { freeRows } from '../db/free-rows.ts';
import type { Tx } from '../db/open.ts';
import type { DpopProofRow } from '../db/schema.ts';

/** @returns false when this proof was used before: the primary key decides */
export async function insertProof(tx: Tx, row: DpopProofRow): Promise<boolean> {
  const result = await tx.sql
    .insertInto('dpop_proof')
    .values({ ...row, expires_at: Math.ceil(row.expires_at) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function deleteProofs(tx: Tx, now: number): Promise<void> {
  await tx.sql
    .deleteFrom('dpop_proof')
    .where(freeRows(tx, 'dpop_proof', sql`expires_at < ${now}`))
    .execute();
}
