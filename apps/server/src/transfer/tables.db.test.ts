import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { dialects } from '../../test/support/system.ts';
import { migrate } from '../db/migrate.ts';
import type { Database } from '../db/open.ts';
import { openStage, type Stage } from './stage.fixture.ts';
import { readColumns } from './store.ts';
import { movedNames, movedTables } from './tables.ts';

let stage: Stage;
afterEach(() => stage.close());

/** Kysely's own, the database's own, and the state of the move itself. */
const NOT_MOVED = [
  'kysely_migration',
  'kysely_migration_lock',
  'sqlite_sequence',
  'schema_floor',
  'transfer',
];

async function catalogue(database: Database): Promise<Record<string, { key: string[]; identity?: string }>> {
  const query =
    database.dialect === 'sqlite'
      ? sql<{ name: string; column: string; numbered: number }>`
          select m.name, c.name as "column", m.sql like '%autoincrement%' as numbered
          from sqlite_master m join pragma_table_info(m.name) c
          where m.type = 'table' and c.pk > 0 order by m.name, c.pk`
      : sql<{ name: string; column: string; numbered: boolean }>`
          select k.table_name as name, k.column_name as "column", c.is_identity = 'YES' as numbered
          from information_schema.table_constraints t
          join information_schema.key_column_usage k using (constraint_schema, constraint_name, table_name)
          join information_schema.columns c on c.table_name = k.table_name and c.column_name = k.column_name
          where t.constraint_type = 'PRIMARY KEY' and t.table_schema = 'public'
          order by k.table_name, k.ordinal_position`;
  const { rows } = await query.execute(database.sql);
  const found: Record<string, { key: string[]; identity?: string }> = {};
  for (const { name, column, numbered } of rows) {
    if (NOT_MOVED.includes(name)) continue;
    const table = found[name] ?? { key: [] };
    found[name] = { key: [...table.key, column], ...(numbered ? { identity: column } : {}) };
  }
  return found;
}

async function allTables(database: Database): Promise<string[]> {
  const query =
    database.dialect === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table'`
      : sql<{ name: string }>`select table_name as name from information_schema.tables
          where table_schema = 'public'`;
  const { rows } = await query.execute(database.sql);
  return rows.map(({ name }) => name).filter((name) => !NOT_MOVED.includes(name));
}

describe.each(dialects)('what is moved, on %s', (dialect) => {
  it('P-4 is every table that the migrations make, with its key and its numbered column', async () => {
    stage = openStage();
    const database = await stage.target(dialect);
    await migrate(database);
    expect(await catalogue(database)).toEqual(movedTables);
    expect((await allTables(database)).sort()).toEqual([...movedNames].sort());
  });

  it('P-4 has columns of the same names and types in both databases', async () => {
    stage = openStage();
    const database = await stage.target(dialect);
    const other = await stage.target(dialect === 'sqlite' ? 'postgres' : 'sqlite');
    await migrate(database);
    await migrate(other);
    for (const name of movedNames) {
      expect([name, await readColumns(database, name)]).toEqual([name, await readColumns(other, name)]);
    }
  });
});
