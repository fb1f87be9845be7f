import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Tx } from '../db/open.ts';
import type { ApiKeyRow, InstitutionRow } from '../db/schema.ts';

export type StoredInstitution = Selectable<InstitutionRow>;

export async function findInstitution(tx: Tx, id: string): Promise<StoredInstitution | undefined> {
  return tx.sql.selectFrom('institution').selectAll().where('id', '=', id).executeTakeFirst();
}

/** @returns false when the id is taken */
export async function insertInstitution(tx: Tx, row: Insertable<InstitutionRow>): Promise<boolean> {
  const result = await tx.sql
    .insertInto('institution')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function insertApiKey(tx: Tx, row: Insertable<ApiKeyRow>): Promise<void> {
  await tx.sql.insertInto('api_key').values(row).execute();
}

export async function findByApiKey(
  tx: Tx,
  hash: string,
): Promise<{ institution: StoredInstitution; keyId: string; lastUsedAt: number | null } | undefined> {
  const row = await tx.sql
    .selectFrom('api_key')
    .innerJoin('institution', 'institution.id', 'api_key.institution_id')
    .selectAll('institution')
    .select(['api_key.id as key_id', 'api_key.last_used_at'])
    .where('hash', '=', hash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row && { institution: row, keyId: row.key_id, lastUsedAt: row.last_used_at };
}

/** What the keys of an institution that are in use hash to; oldest first. */
export async function liveKeyHashes(tx: Tx, institution: string): Promise<string[]> {
  const rows = await tx.sql
    .selectFrom('api_key')
    .select('hash')
    .where('institution_id', '=', institution)
    .where('revoked_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(({ hash }) => hash);
}

export async function touchApiKey(tx: Tx, id: string, now: number): Promise<void> {
  await tx.sql.updateTable('api_key').set({ last_used_at: now }).where('id', '=', id).execute();
}

export async function setInstitution(tx: Tx, id: string, values: Updateable<InstitutionRow>): Promise<void> {
  await tx.sql.updateTable('institution').set(values).where('id', '=', id).execute();
}

export async function revokeApiKeys(tx: Tx, institution: string, now: number): Promise<void> {
  await tx.sql
    .updateTable('api_key')
    .set({ revoked_at: now })
    .where('institution_id', '=', institution)
    .where('revoked_at', 'is', null)
    .execute();
}
