import { type Insertable, type Selectable, sql } from 'kysely';
import type { Tx } from '../db/open.ts';
import type { DropInRecordRow, DropInRow } from '../db/schema-facade.ts';

export type StoredDropIn = Selectable<DropInRow>;

interface FacadeRow {
  institution_id: string;
  /** The façade's own, or else the institution's. */
  origins_json: string;
}

const facades = (tx: Tx) =>
  tx.sql
    .selectFrom('drop_in as d')
    .innerJoin('institution as i', 'i.id', 'd.institution_id')
    .select('d.institution_id')
    .select((eb) => eb.fn.coalesce('d.origins_json', 'i.origins_json').as('origins_json'))
    .where('d.is_on', '=', 1);

export async function findByAgtid(tx: Tx, agtid: string): Promise<FacadeRow | undefined> {
  return facades(tx).where('d.agtid', '=', agtid).executeTakeFirst();
}

/** The origins of all façades that are on, as JSON lists. */
export async function allOrigins(tx: Tx): Promise<string[]> {
  return (await facades(tx).execute()).map(({ origins_json: json }) => json);
}

export async function findDropIn(tx: Tx, institution: string): Promise<StoredDropIn | undefined> {
  return tx.sql
    .selectFrom('drop_in')
    .selectAll()
    .where('institution_id', '=', institution)
    .executeTakeFirst();
}

/** Who asks for one AGTID at the same moment goes one after another; SQLite has one writer. */
export async function lockAgtid(tx: Tx, agtid: string): Promise<void> {
  if (tx.dialect === 'sqlite') return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${JSON.stringify(['agtid', agtid])}, 0))`.execute(
    tx.sql,
  );
}

export async function findOwnerOf(tx: Tx, agtid: string): Promise<string | undefined> {
  const row = await tx.sql
    .selectFrom('drop_in')
    .select('institution_id')
    .where('agtid', '=', agtid)
    .executeTakeFirst();
  return row?.institution_id;
}

/** One row for an institution; the unique index on `agtid` refuses another's. */
export async function putDropIn(tx: Tx, row: Insertable<DropInRow>): Promise<void> {
  const { institution_id: _, ...values } = row;
  await tx.sql
    .insertInto('drop_in')
    .values(row)
    .onConflict((conflict) => conflict.column('institution_id').doUpdateSet(values))
    .execute();
}

/** @returns the institutions whose façades were on, in order */
export async function turnAllOff(tx: Tx, now: number): Promise<string[]> {
  const rows = await tx.sql
    .updateTable('drop_in')
    .set({ is_on: 0, changed_at: now })
    .where('is_on', '=', 1)
    .returning('institution_id')
    .execute();
  return rows.map(({ institution_id: id }) => id).sort();
}

/** @returns false when the same was logged before */
export async function insertLogged(tx: Tx, row: Insertable<DropInRecordRow>): Promise<boolean> {
  const result = await tx.sql
    .insertInto('drop_in_record')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}
