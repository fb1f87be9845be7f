import { type RawBuilder, sql } from 'kysely';
import { rowsOf } from '../db/batch.ts';
import type { Dialect } from '../db/dialect.ts';
import type { Tx } from '../db/open.ts';
import type { DeploymentRow, TransferRow } from '../db/schema.ts';
import type { Columns, ColumnType, Row, Value } from './rules.ts';
import { type MovedName, movedNames, movedTables } from './tables.ts';

const ONLY = 1;

export async function readMark(tx: Tx): Promise<TransferRow | undefined> {
  return tx.sql.selectFrom('transfer').selectAll().where('id', '=', ONLY).executeTakeFirst();
}

/** @returns whether there was none before, whoever else tries */
export async function insertMark(tx: Tx, mark: Omit<TransferRow, 'id'>): Promise<boolean> {
  const { numInsertedOrUpdatedRows: inserted } = await tx.sql
    .insertInto('transfer')
    .values({ id: ONLY, ...mark })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted === 1n;
}

/** @returns whether an import was under way and is complete by this call */
export async function completeMark(tx: Tx, now: number): Promise<boolean> {
  const { numUpdatedRows } = await tx.sql
    .updateTable('transfer')
    .set({ state: 'imported', done_at: now })
    .where('id', '=', ONLY)
    .where('state', '=', 'importing')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Puts the mark in the place of the one that was there. */
export async function writeMark(tx: Tx, mark: Omit<TransferRow, 'id'>): Promise<void> {
  await deleteMark(tx);
  await tx.sql
    .insertInto('transfer')
    .values({ id: ONLY, ...mark })
    .execute();
}

export async function deleteMark(tx: Tx): Promise<void> {
  await tx.sql.deleteFrom('transfer').execute();
}

/** Of two imports at once one goes on: the other finds another line. @returns whether the line was as expected */
export async function advanceMark(tx: Tx, from: number, to: number): Promise<boolean> {
  const { numUpdatedRows } = await tx.sql
    .updateTable('transfer')
    .set({ line: to })
    .where('id', '=', ONLY)
    .where('state', '=', 'importing')
    .where('line', '=', from)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function findDeployment(tx: Tx): Promise<DeploymentRow | undefined> {
  return tx.sql.selectFrom('deployment').selectAll().executeTakeFirst();
}

/** Names of the migrations that ran, in their order. */
export async function readLevel(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
    tx.sql,
  );
  return rows.map(({ name }) => name);
}

const TYPES: Readonly<Record<string, ColumnType>> = { text: 'text', bigint: 'bigint', integer: 'bigint' };

/** The columns of a table as this database has them, by name, so that both write them in one order. */
export async function readColumns(tx: Tx, table: string): Promise<Columns> {
  const query =
    tx.dialect === 'sqlite'
      ? sql<{ name: string; type: string }>`select name, type from pragma_table_info(${table})`
      : sql<{ name: string; type: string }>`select column_name as name, data_type as type
          from information_schema.columns where table_schema = current_schema() and table_name = ${table}`;
  const { rows } = await query.execute(tx.sql);
  const named = rows.map(({ name, type }) => [name, typeOf(table, name, type)] as const);
  return Object.fromEntries(named.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function typeOf(table: string, column: string, type: string): ColumnType {
  const known = TYPES[type.toLowerCase()];
  if (!known) throw new Error(`${table}.${column} is ${type}: what is that in the other database?`);
  return known;
}

export async function countRows(tx: Tx, table: string): Promise<number> {
  const { rows } = await sql<{ rows: number }>`select count(*) as rows from ${sql.table(table)}`.execute(
    tx.sql,
  );
  return Number(rows[0]?.rows ?? 0);
}

/** Of all tables that are moved, those that have rows. */
export async function filledTables(tx: Tx): Promise<string[]> {
  const filled: string[] = [];
  for (const name of movedNames) {
    const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(tx.sql);
    if (rows.length > 0) filled.push(name);
  }
  return filled;
}

/** Rows after one, in the order of the primary key. */
export async function readPage(
  tx: Tx,
  { table, columns }: { table: MovedName; columns: readonly string[] },
  after: readonly Value[] | undefined,
  most: number,
): Promise<Row[]> {
  const key = sql.join(movedTables[table].key.map((name) => sql.ref(name)));
  const beyond = after ? sql`where (${key}) > (${sql.join([...after])})` : sql``;
  const { rows } = await sql<Record<string, Value>>`
    select ${named(columns)} from ${sql.table(table)} ${beyond} order by ${key} limit ${most}`.execute(
    tx.sql,
  );
  return rows.map((row) => columns.map((column) => row[column] ?? null));
}

const named = (columns: readonly string[]): RawBuilder<unknown> =>
  sql.join(columns.map((column) => sql.ref(column)));

/** One statement; a column that the database numbers itself keeps the number it has. */
export async function insertRows(
  tx: Tx,
  table: MovedName,
  columns: readonly [string, ColumnType][],
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = columns.map(([name]) => name);
  const objects = rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])));
  const isNumbered = tx.dialect === 'postgres' && movedTables[table].identity !== undefined;
  await sql`insert into ${sql.table(table)} (${named(names)}) ${sql.raw(isNumbered ? 'overriding system value' : '')}
    select ${named(names)} from ${rowsOf(tx.dialect, Object.fromEntries(columns), objects)}`.execute(tx.sql);
}

/** The last number that the database gave out for a table; 0 before the first. */
export async function readSequence(tx: Tx, table: string, column: string): Promise<number> {
  const query =
    tx.dialect === 'sqlite'
      ? sql<{ last: number | null }>`select seq as last from sqlite_sequence where name = ${table}`
      : sql<{ last: number | null }>`
          select pg_sequence_last_value(pg_get_serial_sequence(${table}, ${column})::regclass) as last`;
  const { rows } = await query.execute(tx.sql);
  return Number(rows[0]?.last ?? 0);
}

/** The next number that the database gives out is beyond `last` and beyond every row. */
export async function writeSequence(tx: Tx, table: string, column: string, last: number): Promise<void> {
  const { rows } = await sql<{ newest: number | null }>`
    select max(${sql.ref(column)}) as newest from ${sql.table(table)}`.execute(tx.sql);
  const used = Math.max(last, Number(rows[0]?.newest ?? 0));
  if (used < 1) return;
  if (tx.dialect === 'postgres') {
    await sql`select setval(pg_get_serial_sequence(${table}, ${column}), ${used})`.execute(tx.sql);
    return;
  }
  await sql`delete from sqlite_sequence where name = ${table}`.execute(tx.sql);
  await sql`insert into sqlite_sequence (name, seq) values (${table}, ${used})`.execute(tx.sql);
}

/** PostgreSQL plans by what it counted; after a bulk load it has counted nothing yet. */
export async function countForPlans(tx: Tx): Promise<void> {
  if (tx.dialect === 'sqlite') return;
  for (const name of movedNames) await sql`analyze ${sql.table(name)}`.execute(tx.sql);
}

/** In the order in which every writer of a registration locks (ADR 0008), so that closing waits and never deadlocks. */
export async function waitForWriters(tx: Tx): Promise<void> {
  if (tx.dialect === 'sqlite') return;
  await sql`lock table registration, limit_counter, learner in exclusive mode`.execute(tx.sql);
}

const FROZEN = 'this deployment was moved';
const VERBS = ['insert', 'update', 'delete'] as const;

/**
 * From the commit on nothing writes into the tables that are moved, whoever is connected. Of SQLSTATE class 57: to
 * whoever asks, the database is away.
 */
export async function freeze(tx: Tx): Promise<void> {
  if (tx.dialect === 'postgres') {
    await sql`create or replace function motp_moved() returns trigger language plpgsql as
      ${sql.lit(`begin raise exception '${FROZEN}' using errcode = '57M01'; end`)}`.execute(tx.sql);
  }
  for (const each of freezers(tx.dialect)) await sql.raw(each.create).execute(tx.sql);
}

export async function thaw(tx: Tx): Promise<void> {
  for (const each of freezers(tx.dialect)) await sql.raw(each.drop).execute(tx.sql);
  if (tx.dialect === 'postgres') await sql`drop function if exists motp_moved()`.execute(tx.sql);
}

const freezers = (dialect: Dialect): { create: string; drop: string }[] =>
  movedNames.flatMap((table) => (dialect === 'postgres' ? [postgresFreezer(table)] : sqliteFreezers(table)));

const postgresFreezer = (table: string) => ({
  create: `create trigger motp_moved before insert or update or delete or truncate on "${table}"
    for each statement execute function motp_moved()`,
  drop: `drop trigger if exists motp_moved on "${table}"`,
});

const sqliteFreezers = (table: string) =>
  VERBS.map((verb) => ({
    create: `create trigger motp_moved_${table}_${verb} before ${verb} on "${table}"
      begin select raise(abort, '${FROZEN}'); end`,
    drop: `drop trigger if exists motp_moved_${table}_${verb}`,
  }));
