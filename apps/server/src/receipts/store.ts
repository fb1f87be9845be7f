import type { Insertable, Selectable } from 'kysely';
import type { Tx } from '../db/open.ts';
import type { SigningKeyRow } from '../db/schema.ts';

export type StoredSigningKey = Selectable<SigningKeyRow>;

/** Newest first: the first that is not retired signs, all of them verify. */
export async function readSigningKeys(tx: Tx): Promise<StoredSigningKey[]> {
  return tx.sql.selectFrom('signing_key').selectAll().orderBy('created_at', 'desc').orderBy('kid').execute();
}

export async function insertSigningKey(tx: Tx, row: Insertable<SigningKeyRow>): Promise<void> {
  await tx.sql.insertInto('signing_key').values(row).execute();
}
