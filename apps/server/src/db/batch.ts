import { type RawBuilder, sql } from 'kysely';
import type { Dialect } from './open.ts';

/**
 * Many rows as one parameter, so that a batch of any size is one statement with one text: prepared once,
 * and never a bound on the number of parameters.
 */
export function rowsOf<Column extends string>(
  dialect: Dialect,
  columns: Readonly<Record<Column, 'text' | 'bigint'>>,
  rows: readonly Readonly<Record<NoInfer<Column>, string | number | null>>[],
): RawBuilder<unknown> {
  const names = Object.entries<'text' | 'bigint'>(columns);
  const json = JSON.stringify(rows, Object.keys(columns));
  if (dialect === 'postgres') {
    const record = sql.join(names.map(([name, type]) => sql`${sql.ref(name)} ${sql.raw(type)}`));
    return sql`jsonb_to_recordset(${json}::jsonb) as v(${record})`;
  }
  const picked = sql.join(names.map(([name]) => sql`value ->> ${sql.lit(name)} as ${sql.ref(name)}`));
  return sql`(select ${picked} from json_each(${json})) as v`;
}

/** `column in (…)` over a list of any length with one parameter. */
export function isOneOf(dialect: Dialect, column: string, values: readonly string[]): RawBuilder<boolean> {
  return dialect === 'postgres'
    ? sql<boolean>`${sql.ref(column)} = any(${values})`
    : sql<boolean>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`;
}
