import { sql } from 'kysely';
import type { Tx } from '../db/open.ts';
import type { Sealed } from './keyring.ts';

/** Every sealed column: `<column>_sealed` of a row that `id` names. */
export const sealedColumns = [
  { table: 'learner', id: 'id', columns: ['name', 'phone'] },
  { table: 'device', id: 'id', columns: ['seed'] },
  { table: 'registration', id: 'id', columns: ['name', 'phone'] },
  { table: 'check', id: 'id', columns: ['name', 'phone', 'birth_date', 'session'] },
  { table: 'message', id: 'id', columns: ['to', 'text'] },
  { table: 'identity_attempt', id: 'id', columns: ['state', 'di'] },
  { table: 'certified_number', id: 'id', columns: ['phone', 'di'] },
  { table: 'former_value', id: 'id', columns: ['value'] },
  { table: 'signing_key', id: 'kid', columns: ['private'] },
] as const;

export type SealedTable = (typeof sealedColumns)[number];

export interface SealedRow {
  id: string;
  /** By column, without the ending `_sealed`. */
  values: Record<string, Sealed | null>;
}

/** Rows in id order after one, so that a long run goes on where it was. */
export async function readSealed(
  tx: Tx,
  { table, id, columns }: SealedTable,
  after: string,
  most: number,
): Promise<SealedRow[]> {
  const picked = sql.join(columns.map((column) => sql.ref(`${column}_sealed`)));
  const { rows } = await sql<Record<string, string | null>>`
    select ${sql.ref(id)} as row_id, ${picked} from ${sql.table(table)}
    where ${sql.ref(id)} > ${after} order by ${sql.ref(id)} limit ${most}`.execute(tx.sql);
  return rows.map((row) => ({
    id: String(row.row_id),
    values: Object.fromEntries(
      columns.map((column) => [column, (row[`${column}_sealed`] ?? null) as Sealed | null]),
    ),
  }));
}

/** Replaces a sealed value unless somebody changed it meanwhile. */
export async function replaceSealed(
  tx: Tx,
  { table, id }: SealedTable,
  row: { id: string; column: string; before: Sealed; after: Sealed },
): Promise<void> {
  const column = sql.ref(`${row.column}_sealed`);
  await sql`update ${sql.table(table)} set ${column} = ${row.after}
    where ${sql.ref(id)} = ${row.id} and ${column} = ${row.before}`.execute(tx.sql);
}

/** Rows that are looked up by a name or a number, with their plain values sealed beside. */
export const lookedUp = ['learner', 'registration', 'check'] as const;

export async function setLookup(
  tx: Tx,
  table: (typeof lookedUp)[number],
  id: string,
  keys: { name: string; phone: string },
): Promise<void> {
  await sql`update ${sql.table(table)} set name_key = ${keys.name}, phone_key = ${keys.phone}
    where id = ${id}`.execute(tx.sql);
}

/**
 * What cannot be hashed again ends or starts anew: devices take their learner's number, open checks and pending
 * registrations are over, counters and remembered requests begin again.
 */
export async function finishLookup(tx: Tx, mark: string): Promise<void> {
  const statements = [
    sql`update device set phone_key = (select phone_key from learner where learner.id = device.learner_id)`,
    sql`update "check" set status = 'expired' where status = 'open'`,
    sql`update "check" set name_key = '', phone_key = '' where name_sealed is null`,
    sql`update registration set tries_left = 0, name_sealed = null, phone_sealed = null where proved_at is null`,
    sql`update registration set phone_key = '', name_key = '', address_key = ''`,
    sql`delete from limit_counter`,
    sql`delete from idempotency`,
    sql`update deployment set key_mark = ${mark}`,
  ];
  for (const statement of statements) await statement.execute(tx.sql);
}
