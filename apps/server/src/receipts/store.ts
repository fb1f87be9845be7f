import { type Insertable, type Selectable, sql } from 'kysely';
import type { Tx } from '../db/open.ts';
import type { SigningKeyRow } from '../db/schema.ts';

export type StoredSigningKey = Selectable<SigningKeyRow>;

/** Newest first: the first that is not retired signs, all of them verify. */
export async function readSigningKeys(tx: Tx): Promise<StoredSigningKey[]> {
  return tx.sql.selectFrom('signing_key').selectAll().orderBy('created_at', 'desc').orderBy('kid').execute();
}

/** Servers that start together look for a key one after another: each publishes the key that another signs with. */
export async function lockSigningKeys(tx: Tx): Promise<void> {
  if (tx.dialect === 'sqlite') return;
  await sql`select pg_advisory_xact_lock(hashtextextended('signing-keys', 0))`.execute(tx.sql);
}

export async function insertSigningKey(tx: Tx, row: Insertable<SigningKeyRow>): Promise<void> {
  await tx.sql.insertInto('signing_key').values(row).execute();
}
