import { sql } from 'kysely';
import type { Database } from './open.ts';

async function tablesOf(database: Database): Promise<string[]> {
  const query =
    database.dialect === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table'`
      : sql<{ name: string }>`select table_name as name from information_schema.tables
          where table_schema = 'public' and table_type = 'BASE TABLE'`;
  const { rows } = await query.execute(database.sql);
  return rows.map(({ name }) => name).sort();
}

/** Every row of every table as `table {…}`: what somebody with a dump can read. */
export async function dumpOf(database: Database): Promise<string[]> {
  const lines: string[] = [];
  for (const table of await tablesOf(database)) {
    const { rows } = await sql`select * from ${sql.table(table)}`.execute(database.sql);
    lines.push(...rows.map((row) => `${table} ${JSON.stringify(row)}`));
  }
  return lines;
}

/** Where an embedded database lies. */
export async function fileOf(database: Database): Promise<string> {
  const { rows } = await sql<{ name: string; file: string }>`pragma database_list`.execute(database.sql);
  return rows.find(({ name }) => name === 'main')?.file ?? '';
}
