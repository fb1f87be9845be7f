import { type RawBuilder, sql } from 'kysely';
import type { Database, Tx } from '../../apps/server/src/db/open.ts';

type Value = string | number;

/**
 * Rows of one table, made in another thread: what differs as one JSON text, what is the same in all once,
 * and nothing of what is null in all.
 */
export interface TableBatch {
  table: string;
  columns: Readonly<Record<string, 'text' | 'bigint'>>;
  json: string;
  constants: Readonly<Record<string, Value>>;
}

export function tableBatch(table: string, rows: readonly object[]): TableBatch {
  const records = rows as readonly Readonly<Record<string, Value | null>>[];
  const columns: Record<string, 'text' | 'bigint'> = {};
  const constants: Record<string, Value> = {};
  for (const [name, first] of Object.entries(records[0] ?? {})) {
    const other = records.find((row) => row[name] !== first);
    const sample = first ?? other?.[name] ?? null;
    if (sample === null) continue;
    if (other) columns[name] = typeof sample === 'number' ? 'bigint' : 'text';
    else constants[name] = sample;
  }
  return { table, columns, constants, json: JSON.stringify(rows, Object.keys(columns)) };
}

/** One statement for any number of rows, as `rowsOf` of db/batch.ts, from text that is there already. */
export async function insertBatch(tx: Tx, { table, columns, json, constants }: TableBatch): Promise<void> {
  const names = sql.join([...Object.keys(columns), ...Object.keys(constants)].map((name) => sql.ref(name)));
  const same = Object.values(constants).map((value) => sql.lit(value));
  const rows =
    tx.dialect === 'postgres' ? postgresRows(columns, same, json) : sqliteRows(columns, same, json);
  await sql`insert into ${sql.table(table)} (${names}) ${rows}`.execute(tx.sql);
}

type Columns = TableBatch['columns'];
type Literals = readonly RawBuilder<unknown>[];

function postgresRows(columns: Columns, same: Literals, json: string): RawBuilder<unknown> {
  const typed = Object.entries(columns).map(([name, type]) => sql`${sql.ref(name)} ${sql.raw(type)}`);
  const picked = [...Object.keys(columns).map((name) => sql.ref(`v.${name}`)), ...same];
  return sql`select ${sql.join(picked)} from json_to_recordset(${json}::json) as v(${sql.join(typed)})`;
}

function sqliteRows(columns: Columns, same: Literals, json: string): RawBuilder<unknown> {
  const picked = [...Object.keys(columns).map((name) => sql`value ->> ${sql.lit(name)}`), ...same];
  return sql`select ${sql.join(picked)} from json_each(${json})`;
}

interface Index {
  name: string;
  definition: string;
}

/**
 * Fills tables without their indexes and makes these again, sorted, at the end: one pass each, where a million
 * scattered insertions would write nearly every page of an index with every batch.
 */
export async function withoutIndexes(
  database: Database,
  tables: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  const indexes = await indexesOf(database, tables);
  for (const { name } of indexes) await sql`drop index ${sql.ref(name)}`.execute(database.sql);
  await work();
  await database.transaction(async (tx) => {
    if (tx.dialect === 'postgres') await sql`set local maintenance_work_mem = '256MB'`.execute(tx.sql);
    for (const { definition } of indexes) await sql.raw(definition).execute(tx.sql);
  });
}

/** Those that stand for themselves; what belongs to a primary key stays. */
export async function indexesOf(database: Database, tables: readonly string[]): Promise<Index[]> {
  const list = sql.join(tables.map((name) => sql.lit(name)));
  const query =
    database.dialect === 'postgres'
      ? sql<Index>`select indexname as name, indexdef as definition from pg_indexes
          where schemaname = 'public' and tablename in (${list})
            and indexname not in (select conname from pg_constraint) order by 1`
      : sql<Index>`select name, sql as definition from sqlite_master
          where type = 'index' and sql is not null and tbl_name in (${list}) order by 1`;
  return (await query.execute(database.sql)).rows;
}

/** Nothing of a fill is worth keeping after a crash, so nothing waits for the disk until its end. */
export async function asFastAsPossible(database: Database, work: () => Promise<void>): Promise<void> {
  if (database.dialect === 'postgres') return work();
  const pragma = (text: string) => sql.raw(`pragma ${text}`).execute(database.sql);
  for (const each of ['journal_mode = off', 'synchronous = off', 'cache_size = -262144']) await pragma(each);
  await work();
  for (const each of ['journal_mode = wal', 'synchronous = full', 'cache_size = -65536']) await pragma(each);
}

/** What a database does in its own time after a large change is done before anything is measured. */
export async function tidy(database: Database, tables: readonly string[]): Promise<void> {
  if (database.dialect === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(database.sql);
  else for (const table of tables) await sql`vacuum analyze ${sql.table(table)}`.execute(database.sql);
}

/** Bytes, with indexes. */
export async function sizeOf(database: Database): Promise<number> {
  const query =
    database.dialect === 'postgres'
      ? sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`
      : sql<{
          bytes: number;
        }>`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`;
  const { rows } = await query.execute(database.sql);
  return Number(rows[0]?.bytes ?? Number.NaN);
}
