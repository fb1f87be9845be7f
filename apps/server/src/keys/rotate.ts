import type { Database, Tx } from '../db/open.ts';
import { comparableName, parsePhone } from '../learners/rules.ts';
import type { Keyring } from './keyring.ts';
import {
  finishLookup,
  type LookedUpColumn,
  type LookedUpTable,
  lookedUp,
  readSealed,
  replaceSealed,
  type SealedRow,
  type SealedTable,
  sealedColumns,
  setLookup,
} from './store.ts';

const BATCH = 500;

/** Told after every batch, so that long work shows progress. */
export type Progress = (table: string, rows: number) => void;

/**
 * Seals everything again with the key in front (P-2), while servers run: each value is replaced only if nobody
 * changed it meanwhile. @returns how many values were sealed again
 */
export async function reseal(database: Database, keyring: Keyring, progress: Progress): Promise<number> {
  let resealed = 0;
  for (const table of sealedColumns) {
    for await (const rows of batches(database, table)) {
      for (const row of rows) resealed += await resealRow(database, keyring, table, row);
      progress(table.table, rows.length);
    }
  }
  return resealed;
}

async function* batches(tx: Tx, table: SealedTable): AsyncGenerator<SealedRow[]> {
  for (let after = ''; ; ) {
    const rows = await readSealed(tx, table, after, BATCH);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last.id;
  }
}

async function resealRow(
  tx: Tx,
  keyring: Keyring,
  table: SealedTable,
  { id, values }: SealedRow,
): Promise<number> {
  let resealed = 0;
  for (const [column, before] of Object.entries(values)) {
    if (before === null || !keyring.isStale(before)) continue;
    const place = { table: table.table, column, row: id };
    await replaceSealed(tx, table, {
      id,
      column,
      before,
      after: keyring.seal(place, keyring.open(place, before)),
    });
    resealed++;
  }
  return resealed;
}

/**
 * Hashes names and numbers again with another lookup key, in one transaction and with every server stopped: two
 * lookup keys at once would defeat the unique index of R-5.
 */
export async function rehash(
  database: Database,
  keyring: Keyring,
  next: Keyring,
  progress: Progress,
): Promise<void> {
  await database.transaction(async (tx) => {
    for (const table of sealedColumns) {
      if (!isLookedUp(table.table)) continue;
      for await (const rows of batches(tx, table)) {
        for (const row of rows) await rehashRow(tx, keyring, next, table.table, row);
        progress(table.table, rows.length);
      }
    }
    await finishLookup(tx, next.hash('key-mark', 'motp'));
  });
}

const isLookedUp = (table: string): table is LookedUpTable => Object.hasOwn(lookedUp, table);

/** How a value is written when it is looked up. */
const normalised: Readonly<Record<LookedUpColumn, (plain: string) => string>> = {
  name: comparableName,
  phone: (plain) => parsePhone(plain) ?? '',
  di: (plain) => plain,
};

/** What is not there in plain cannot be hashed again; finishing empties those hashes. */
async function rehashRow(
  tx: Tx,
  keyring: Keyring,
  next: Keyring,
  table: LookedUpTable,
  { id, values }: SealedRow,
): Promise<void> {
  const keys: [LookedUpColumn, string][] = [];
  for (const column of lookedUp[table]) {
    const sealed = values[column];
    if (!sealed) continue;
    const plain = keyring.open({ table, column, row: id }, sealed).toString();
    keys.push([column, next.hash(column, normalised[column](plain))]);
  }
  if (keys.length > 0) await setLookup(tx, table, id, keys);
}
