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
  { table: 'webhook_endpoint', id: 'institution_id', columns: ['url', 'secret', 'former'] },
  { table: 'report_target', id: 'institution_id', columns: ['url', 'key'] },
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

/** Rows that are looked up by keyed hashes of values that are sealed beside: `<column>_key`. */
export const lookedUp = {
  learner: ['name', 'phone'],
  registration: ['name', 'phone'],
  check: ['name', 'phone'],
  certified_number: ['phone', 'di'],
} as const;

export type LookedUpTable = keyof typeof lookedUp;
export type LookedUpColumn = (typeof lookedUp)[LookedUpTable][number];

export async function setLookup(
  tx: Tx,
  table: LookedUpTable,
  id: string,
  keys: readonly (readonly [LookedUpColumn, string])[],
): Promise<void> {
  const columns = sql.join(keys.map(([column, key]) => sql`${sql.ref(`${column}_key`)} = ${key}`));
  await sql`update ${sql.table(table)} set ${columns} where id = ${id}`.execute(tx.sql);
}

/**
 * What cannot be hashed again ends or starts anew: devices take their learner's number, open checks, pending
 * registrations and identity checks under way are over, counters and remembered requests begin again.
 */
export async function finishLookup(tx: Tx, mark: string): Promise<void> {
  const statements = [
    sql`update device set phone_key = (select phone_key from learner where learner.id = device.learner_id),
      name_key = (select name_key from learner where learner.id = device.learner_id and device.status = 'active')`,
    sql`update "check" set status = 'expired' where status = 'open'`,
    sql`update "check" set name_key = '', phone_key = '' where name_sealed is null and phone_key <> ''`,
    sql`update registration set tries_left = 0, name_sealed = null, phone_sealed = null where proved_at is null`,
    sql`update identity_attempt set status = 'refused', reason = 'check-over', done_at = expires_at
      where status in ('starting', 'started', 'completing')`,
    sql`update identity_attempt set phone_key = '', state_sealed = null, di_sealed = null`,
    sql`update registration set phone_key = '', name_key = '', address_key = ''`,
    sql`delete from limit_counter`,
    sql`delete from idempotency`,
    sql`update deployment set key_mark = ${mark}`,
  ];
  for (const statement of statements) await statement.execute(tx.sql);
}
