import { type RawBuilder, sql } from 'kysely';
import type { Dialect } from './dialect.ts';

/** The name of SQLite's table of rows that are this many columns wide; `openDatabase` makes them. */
export const batchTable = (width: number): string => `batch_${width}`;

/** No statement of many rows is wider. */
export const WIDEST_BATCH = 48;

/** In front of a statement of fixed text that PostgreSQL is to plan once a connection instead of every time. */
export const PREPARED = '/* prepared */';
export const prepared: RawBuilder<unknown> = sql.raw(PREPARED);

/**
 * The same in front of the last statement of a transaction: PostgreSQL gets the commit with it, without a round trip
 * in between. Nothing may fail between it and the end of the transaction but the statement and the commit.
 */
export const LAST = '/* prepared, last */';
export const last: RawBuilder<unknown> = sql.raw(LAST);

type ColumnType = 'text' | 'bigint';

/** Names in code, never input: as text at once, because building them anew takes longer than a small statement. */
export const listed = (columns: readonly string[], of = ''): RawBuilder<unknown> =>
  sql.raw(columns.map((name) => `${of}"${name}"`).join(', '));

/**
 * Many rows as values of one statement with one text: prepared once, whatever their number, and never a bound on the
 * number of parameters. PostgreSQL takes an array a column, SQLite all rows as one parameter.
 */
export function rowsOf<Column extends string>(
  dialect: Dialect,
  columns: Readonly<Record<Column, ColumnType>>,
  rows: readonly Readonly<Record<NoInfer<Column>, string | number | null>>[],
): RawBuilder<unknown> {
  const names = Object.keys(columns) as Column[];
  if (dialect === 'postgres') {
    const arrays = names.map(
      (name) => sql`${rows.map((row) => row[name])}${sql.raw(`::${columns[name]}[]`)}`,
    );
    return sql`unnest(${sql.join(arrays)}) as v(${listed(names)})`;
  }
  const values = JSON.stringify(rows.map((row) => names.map((name) => row[name])));
  const picked = sql.raw(names.map((name, nth) => `c${nth} as "${name}"`).join(', '));
  return sql`(select ${picked} from ${sql.raw(batchTable(names.length))}(${values})) as v`;
}

/** `column in (…)` over a list of any length with one parameter. */
export function isOneOf(dialect: Dialect, column: string, values: readonly string[]): RawBuilder<boolean> {
  return dialect === 'postgres'
    ? sql<boolean>`${sql.ref(column)} = any(${values})`
    : sql<boolean>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`;
}
