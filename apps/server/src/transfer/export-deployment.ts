import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Database, Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import { clearHead, SALT_BYTES, sealChunks } from './chunks.ts';
import { closeDeployment } from './close-deployment.ts';
import { RowDigest } from './digest.ts';
import type { Progress } from './progress.ts';
import { checkRow, FORMAT, type Row, type TableHead, type Total, TransferError } from './rules.ts';
import { countRows, findDeployment, readColumns, readLevel, readPage, readSequence } from './store.ts';
import { type MovedName, movedNames, movedTables } from './tables.ts';

export interface Exporting {
  database: Database;
  keyring: Keyring;
  world: World;
  /** Version of the program. */
  version: string;
  progress: Progress;
}

export interface Exported {
  rows: number;
  tables: Readonly<Record<string, Total>>;
}

const PAGE_ROWS = 1_000;

/**
 * Writes one state of the whole deployment into an encrypted file (docs/spec/transfer.md). Until it is complete it is
 * called `<out>.partial`. @param final closes the deployment before @throws TransferError
 */
export async function exportDeployment(
  exporting: Exporting,
  { out, final }: { out: string; final: boolean },
): Promise<Exported> {
  const { database, keyring, world } = exporting;
  await refuseExisting(out);
  const partial = `${out}.partial`;
  // Before the deployment is closed: where no file can be made, nothing is closed for it.
  const file = await newFile(partial);
  const salt = world.random(SALT_BYTES);
  const { id, key } = keyring.transferKey(salt);
  const aad = clearHead(id, salt);
  const totals: Record<string, Total> = {};
  try {
    if (final) await closeDeployment(database, world);
    await database.snapshot((tx) =>
      pipeline(
        async function* () {
          yield aad;
          yield* sealChunks({ key, aad }, linesOf(tx, exporting, final, totals));
        },
        file.createWriteStream({ flush: true }),
      ),
    );
    await rename(partial, out);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
  await syncFolder(dirname(out));
  return { rows: Object.values(totals).reduce((sum, { rows }) => sum + rows, 0), tables: totals };
}

async function refuseExisting(path: string): Promise<void> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return;
  await file.close();
  throw new TransferError(`${path} exists already; an export is never overwritten`);
}

/** What an interrupted export left is taken away; the new file is its owner's alone. */
async function newFile(path: string): Promise<FileHandle> {
  try {
    await rm(path, { force: true });
    return await open(path, 'wx', 0o600);
  } catch (error) {
    throw new TransferError(`${path} cannot be written (${(error as { code?: string }).code ?? 'unknown'})`);
  }
}

/** After it the name survives a loss of power, too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;

async function* linesOf(
  tx: Tx,
  { world, version, progress }: Exporting,
  final: boolean,
  totals: Record<string, Total>,
): AsyncGenerator<Buffer> {
  const counts = new Map<MovedName, number>();
  for (const name of movedNames) counts.set(name, await countRows(tx, name));
  const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
  progress.begin('export', rows);
  yield Buffer.from(lineOf(await headOf(tx, { program: version, exportedAt: world.now(), final, rows })));
  for (const [name, count] of counts) {
    const head = await tableHead(tx, name, count);
    yield Buffer.from(lineOf(head));
    totals[name] = yield* rowsOfTable(tx, name, head, progress);
  }
  yield Buffer.from(lineOf({ end: totals }));
}

async function headOf(tx: Tx, known: { program: string; exportedAt: number; final: boolean; rows: number }) {
  const deployment = await findDeployment(tx);
  if (!deployment) throw new TransferError('this database holds no deployment');
  const level = await readLevel(tx);
  const { created_at: createdAt, demo_at: demoAt, key_mark: keyMark } = deployment;
  return { motp: 'transfer', format: FORMAT, ...known, level, createdAt, demoAt, keyMark } as const;
}

async function tableHead(tx: Tx, table: MovedName, rows: number): Promise<TableHead> {
  const columns = await readColumns(tx, table);
  const { identity } = movedTables[table];
  if (identity === undefined) return { table, columns, rows };
  return { table, columns, rows, sequence: await readSequence(tx, table, identity) };
}

async function* rowsOfTable(
  tx: Tx,
  table: MovedName,
  { columns }: TableHead,
  progress: Progress,
): AsyncGenerator<Buffer, Total> {
  const typed = Object.entries(columns);
  const digest = new RowDigest();
  for await (const rows of pagesOf(tx, table, Object.keys(columns))) {
    const lines = rows.map((row) => {
      checkRow(table, typed, row);
      const line = JSON.stringify(row);
      digest.add(line);
      return line;
    });
    yield Buffer.from(`${lines.join('\n')}\n`);
    progress.done(rows.length, table);
  }
  return digest.total();
}

/** Every row of a table in the order of its key; `columns` says in which order the values are. */
export async function* pagesOf(
  tx: Tx,
  table: MovedName,
  columns: readonly string[],
): AsyncGenerator<readonly Row[]> {
  const keyAt = movedTables[table].key.map((name) => columns.indexOf(name));
  for (let after: Row | undefined; ; ) {
    const rows = await readPage(tx, { table, columns }, after, PAGE_ROWS);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = keyAt.map((at) => last[at] ?? null);
  }
}
