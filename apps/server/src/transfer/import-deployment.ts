import { record } from '../audit/record.ts';
import { allMigrations, migrate, standing } from '../db/migrate.ts';
import type { Database, Tx } from '../db/open.ts';
import { spendUntil } from '../deployment/continuity.ts';
import { type Keyring, SealError } from '../keys/keyring.ts';
import { opensSealed } from '../keys/open-sealed.ts';
import type { World } from '../world.ts';
import { RowDigest } from './digest.ts';
import { pagesOf } from './export-deployment.ts';
import type { Progress } from './progress.ts';
import { type ExportFile, openExportFile, type RowBatch } from './read-file.ts';
import {
  differences,
  hasOtherColumns,
  headProblems,
  type TableHead,
  type Total,
  type Totals,
  TransferError,
} from './rules.ts';
import {
  advanceMark,
  completeMark,
  countForPlans,
  filledTables,
  insertMark,
  insertRows,
  readColumns,
  readMark,
  writeSequence,
} from './store.ts';
import { type MovedName, movedNames, movedTables } from './tables.ts';

export interface Importing {
  keyring: Keyring;
  world: World;
  isDemo: boolean;
  progress: Progress;
}

/** A file that was read to its end and may come in. */
export interface CheckedFile extends ExportFile {
  totals: Totals;
  tables: readonly TableHead[];
}

export interface Imported {
  rows: number;
  /** Whether an earlier import was gone on with. */
  resumed: boolean;
}

/**
 * Reads the file to its end before any database is touched: what is damaged, incomplete, of another key or of another
 * version changes nothing. Every sealed value is opened. @throws TransferError
 */
export async function checkFile(path: string, importing: Importing): Promise<CheckedFile> {
  const { keyring, isDemo, progress } = importing;
  const file = await openExportFile(path, keyring);
  const keyMark = keyring.hash('key-mark', 'motp');
  const problems = headProblems(file.head, { level: allMigrations, keyMark, isDemo });
  if (problems.length > 0) throw new TransferError(...problems);
  progress.begin('check', file.head.rows);
  const tables: TableHead[] = [];
  const batches = file.batches();
  for (let next = await batches.next(); ; next = await batches.next()) {
    if (next.done) return { ...file, totals: next.value, tables: complete(tables) };
    const { table, rows } = next.value;
    if (tables.at(-1)?.table !== table.table) tables.push(table);
    openValues(keyring, next.value);
    progress.done(rows.length, table.table);
  }
}

function openValues(keyring: Keyring, { table: { table }, columns, rows }: RowBatch): void {
  const byColumn = rows.map((row) =>
    Object.fromEntries(columns.map(([name], index) => [name, row[index] ?? null])),
  );
  try {
    opensSealed(keyring, table, byColumn);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new TransferError(
      `a value of ${table} in the file does not open with MOTP_KEY_FILE: ${error.message}`,
    );
  }
}

function complete(tables: readonly TableHead[]): readonly TableHead[] {
  const names = tables.map(({ table }) => table);
  if (names.join() !== movedNames.join())
    throw new TransferError('the file has other tables than this version of motp');
  return tables;
}

/**
 * Fills an empty database from a checked file, going on where an interrupted import of the same file was. Rows and
 * how many of them are in are committed together. @throws TransferError
 */
export async function importDeployment(
  database: Database,
  file: CheckedFile,
  importing: Importing,
): Promise<Imported> {
  const resumed = await prepare(database, file);
  await load(database, file, importing);
  const found = await readBack(database, file, importing.progress);
  const wrong = differences(file.totals, found);
  if (wrong.length > 0)
    throw new TransferError(
      `what lies in the database is not what the file holds (${wrong.join(', ')}): empty the database and begin again`,
    );
  await finish(database, file, importing.world);
  await countForPlans(database);
  return { rows: file.head.rows, resumed };
}

/** @returns whether an import of this file is under way @throws TransferError when the database is not for it */
async function prepare(database: Database, file: CheckedFile): Promise<boolean> {
  const found = await standing(database);
  const isEmpty = found.kind === 'behind' && found.missing.length === allMigrations.length;
  if (isEmpty) await migrate(database);
  else if (found.kind !== 'current')
    throw new TransferError('the database is out of date: run `motp migrate`, or take an empty one');
  await compareColumns(database, file.tables);
  const mark = await readMark(database);
  if (mark?.state === 'importing' && mark.file === file.id) return true;
  if (mark?.state === 'importing')
    throw new TransferError(
      'the import of another file into this database is not complete: go on with that one, or empty the database',
    );
  if (mark?.state === 'imported' && mark.file === file.id)
    throw new TransferError('this file was imported into this database already: nothing is left to do');
  await refuseFilled(database);
  return false;
}

async function refuseFilled(tx: Tx): Promise<void> {
  const filled = await filledTables(tx);
  if (filled.length > 0)
    throw new TransferError(`the database is not empty (${filled.join(', ')}): an import wants an empty one`);
}

async function compareColumns(database: Database, tables: readonly TableHead[]): Promise<void> {
  for (const { table, columns } of tables) {
    if (hasOtherColumns(columns, await readColumns(database, table)))
      throw new TransferError(`${table} has other columns in the file than in this database`);
  }
}

async function load(database: Database, file: CheckedFile, { world, progress }: Importing): Promise<void> {
  progress.begin('import', file.head.rows);
  let line = (await readMark(database))?.line ?? 0;
  for await (const batch of file.batches()) {
    const { table, rows } = batch;
    if (batch.line > line) {
      await database.transaction((tx) => takeIn(tx, file, batch, line, world.now()));
      line = batch.line;
    }
    progress.done(rows.length, table.table);
  }
}

async function takeIn(tx: Tx, file: CheckedFile, batch: RowBatch, line: number, now: number): Promise<void> {
  if (line === 0) await begin(tx, file, now);
  if (!(await advanceMark(tx, line, batch.line))) throw new TransferError(ANOTHER);
  // A batch may have begun before the line where an earlier run stopped.
  const missing = batch.rows.slice(-Math.min(batch.rows.length, batch.line - line));
  await insertRows(tx, batch.table.table as MovedName, batch.columns, missing);
}

/** The first batch holds the deployment's own row: a server that starts at this moment loses against it, or wins. */
async function begin(tx: Tx, file: CheckedFile, now: number): Promise<void> {
  const mark = { state: 'importing', file: file.id, line: 0, began_at: now, done_at: null } as const;
  if (!(await insertMark(tx, mark))) throw new TransferError(ANOTHER);
  await refuseFilled(tx);
}

const ANOTHER = 'another import into this database is running: wait for it';

async function readBack(database: Database, file: CheckedFile, progress: Progress): Promise<Totals> {
  progress.begin('verify', file.head.rows);
  const found: Record<string, Total> = {};
  await database.snapshot(async (tx) => {
    for (const { table, columns } of file.tables) {
      const digest = new RowDigest();
      for await (const rows of pagesOf(tx, table as MovedName, Object.keys(columns))) {
        for (const row of rows) digest.add(JSON.stringify(row));
        progress.done(rows.length, table);
      }
      found[table] = digest.total();
    }
  });
  return found;
}

/** What was accepted at the source until now is spent here, as after a restored backup (C-7, P-6). */
async function finish(database: Database, file: CheckedFile, world: World): Promise<void> {
  const { head, tables } = file;
  await database.transaction(async (tx) => {
    const now = world.now();
    if (!(await completeMark(tx, now))) throw new TransferError(ANOTHER);
    for (const { table, sequence = 0 } of tables) {
      const { identity } = movedTables[table as MovedName];
      if (identity !== undefined) await writeSequence(tx, table, identity, sequence);
    }
    await spendUntil(tx, now, 'deployment.imported');
    const data = { exportedAt: head.exportedAt, final: head.final, rows: head.rows };
    await record(tx, { at: now, kind: 'deployment.imported', actor: 'command', data });
  });
}
