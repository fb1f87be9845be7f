import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { createDatabase } from '../../../../test/support/postgres.ts';
import type { Dialect } from '../db/dialect.ts';
import { type Database, openDatabase } from '../db/open.ts';
import { insertDeployment } from '../deployment/store.ts';
import type { Keyring } from '../keys/keyring.ts';
import { sealedColumns } from '../keys/store.ts';
import type { World } from '../world.ts';
import { type Exported, exportDeployment } from './export-deployment.ts';
import { type CheckedFile, checkFile, type Imported, importDeployment } from './import-deployment.ts';
import type { Progress } from './progress.ts';
import type { Columns, ColumnType, Row, Value } from './rules.ts';
import { findDeployment, insertRows, readColumns } from './store.ts';
import { type MovedName, movedNames, movedTables } from './tables.ts';

export const silent: Progress = { begin: () => undefined, done: () => undefined };

/** Files and databases of one test. */
export interface Stage {
  folder: string;
  file(name: string): string;
  /** An empty database that nothing was migrated in yet. */
  target(dialect: Dialect): Promise<Database>;
  close(): Promise<void>;
}

export function openStage(): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'motp-transfer-'));
  const cleanups: (() => Promise<unknown>)[] = [];
  let targets = 0;
  return {
    folder,
    file: (name) => join(folder, name),
    async target(dialect) {
      const fresh = dialect === 'postgres' ? await createDatabase() : undefined;
      const database = openDatabase(fresh?.url ?? `sqlite:${join(folder, `target-${targets++}.db`)}`);
      if (fresh) cleanups.push(() => fresh.drop());
      cleanups.push(() => database.close());
      return database;
    },
    async close() {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
      if (existsSync(folder)) rmSync(folder, { recursive: true });
    },
  };
}

export interface Source {
  database: Database;
  keyring: Keyring;
  world: World;
}

/** What opening a deployment does; a test's system is wired up without it. */
async function bindKey({ database, keyring, world }: Source): Promise<void> {
  if (await findDeployment(database)) return;
  const now = world.now();
  await insertDeployment(database, {
    created_at: now,
    demo_at: now,
    key_mark: keyring.hash('key-mark', 'motp'),
  });
}

export async function exported(source: Source, out: string, final = true): Promise<Exported> {
  await bindKey(source);
  const { database, keyring, world } = source;
  return exportDeployment({ database, keyring, world, version: '0.0.0', progress: silent }, { out, final });
}

type Opener = Pick<Source, 'keyring' | 'world'> & { isDemo?: boolean };

export const checked = (path: string, { isDemo = true, ...opener }: Opener): Promise<CheckedFile> =>
  checkFile(path, { isDemo, progress: silent, ...opener });

export async function imported(
  target: Database,
  path: string,
  { keyring, world, isDemo = true }: Opener,
): Promise<Imported> {
  const importing = { keyring, world, isDemo, progress: silent };
  return importDeployment(target, await checkFile(path, importing), importing);
}

/** Rows of one table as objects, in an order that no database chooses. */
export async function rowsIn(database: Database, table: MovedName): Promise<Record<string, Value>[]> {
  const { rows } = await sql<Record<string, Value>>`select * from ${sql.table(table)}`.execute(database.sql);
  const byName = (row: Record<string, Value>) =>
    Object.fromEntries(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)));
  const keyOf = (row: Record<string, Value>) =>
    JSON.stringify(movedTables[table].key.map((name) => row[name]));
  return rows.map(byName).sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

export async function contentsOf(database: Database): Promise<Record<MovedName, Record<string, Value>[]>> {
  const all: [MovedName, Record<string, Value>[]][] = [];
  for (const name of movedNames) all.push([name, await rowsIn(database, name)]);
  return Object.fromEntries(all) as Record<MovedName, Record<string, Value>[]>;
}

/** What is odd in one database and must arrive in the other as it is. */
const ODD = `'"\\ \u2028 \u{1f6b6} ${'홍길동'.normalize('NFD')} {"a":1} 007`;
const NUMBERS = [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

/** Four rows in every table, with every odd value that a column can keep. Nothing of them is open or active. */
export async function fillEveryTable(source: Source): Promise<void> {
  const { database, keyring } = source;
  await bindKey(source);
  await database.transaction(async (tx) => {
    for (const table of movedNames) {
      if (table === 'deployment') continue;
      const columns = await readColumns(tx, table);
      const rows = NUMBERS.map((_, nth) => oddRow(keyring, table, columns, nth));
      await insertRows(tx, table, Object.entries(columns), rows);
    }
  });
}

/** Windows that stand open are closed by the import, and a null would say that they do. */
const NEVER_NULL = ['closed_at'];

function oddRow(keyring: Keyring, table: MovedName, columns: Columns, nth: number): Row {
  const { key, identity } = movedTables[table];
  const id = `${table}-${nth}`;
  const sealed = sealedColumns.find((each) => each.table === table);
  return Object.entries(columns).map(([column, type]) => {
    if (column === identity) return 9_000_000 + nth * 10;
    if (sealed && column === sealed.id) return id;
    if (column.endsWith('_sealed')) {
      const place = { table, column: column.replace(/_sealed$/, ''), row: id };
      return keyring.seal(place, `${column} ${ODD}`);
    }
    return oddValue(column, type, nth, key.includes(column));
  });
}

/** Columns that may be null, in all tables where they are. */
const NULLABLE =
  /^(help_phone|help_url|last_used_at|revoked_at|withdrawn_at|locked_at|disputed_at|ended_at|done_at|birth_date|data_json|batch|former_until|leased_until|last_status|last_error|thumbprint\?|reason\?|state)$/;

function oddValue(column: string, type: ColumnType, nth: number, isKey: boolean): Value {
  if (nth === 1 && !isKey && NULLABLE.test(column) && !NEVER_NULL.includes(column)) return null;
  if (type === 'bigint') return NUMBERS[nth] ?? 0;
  return column.endsWith('_json') ? JSON.stringify([ODD]) : `${column} ${nth} ${ODD}`;
}
