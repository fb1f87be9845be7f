import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { batchTable, WIDEST_BATCH } from './batch.ts';
import type { Schema } from './schema.ts';

/** How long one waits for another's transaction. */
const PATIENCE_MS = 5_000;
const BETWEEN_TRIES_MS = 10;

/** P-1: WAL with `synchronous=FULL`, so that a commit that was answered survives a loss of power. */
export function openSqlite(file: string): Kysely<Schema> {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const raw = new SqliteDatabase(file, { timeout: PATIENCE_MS });
  keepALog(raw);
  raw.pragma('synchronous = FULL');
  raw.pragma('foreign_keys = ON');
  raw.pragma('secure_delete = ON');
  // A statement that changes many pages keeps their old contents until it ends: in memory, not in a file.
  raw.pragma('temp_store = MEMORY');
  // 64 MiB instead of 2: the pages that an evening's answers touch stay in memory (docs/performance.md).
  raw.pragma('cache_size = -65536');
  // Four times SQLite's own figure (16 MB of log): copying it back costs a sync each time (docs/performance.md).
  raw.pragma('wal_autocheckpoint = 4000');
  makeBatchTables(raw);
  return new Kysely<Schema>({
    dialect: new SqliteDialect({ database: { prepare: preparedOnce(raw), close: () => raw.close() } }),
  });
}

/**
 * SQLite does not wait for another process that writes a file while this one gives it its log, which is so when two
 * open a new file at once: it says at once that the file is locked. A file that has its log is only read.
 */
function keepALog(raw: SqliteDatabase.Database): void {
  const nothing = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  for (let waited = 0; ; waited += BETWEEN_TRIES_MS) {
    try {
      raw.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      const isBusy = error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY');
      if (!isBusy || waited >= PATIENCE_MS) throw error;
      Atomics.wait(nothing, 0, 0, BETWEEN_TRIES_MS);
    }
  }
}

/**
 * Table-valued functions over rows that are handed in as one parameter (`rowsOf`): SQLite's own `json_each` reads
 * each value of each row anew, which takes three times as long (docs/performance.md).
 */
function makeBatchTables(raw: SqliteDatabase.Database): void {
  for (let width = 1; width <= WIDEST_BATCH; width++) {
    raw.table(batchTable(width), {
      columns: Array.from({ length: width }, (_, nth) => `c${nth}`),
      parameters: ['rows'],
      *rows(json) {
        yield* JSON.parse(String(json)) as unknown[][];
      },
    });
  }
}

/**
 * Kysely begins deferred transactions, which fail half-way when two processes write; `begin immediate`
 * waits at the start. Statements are prepared once: the hot path has a fixed set of texts.
 */
function preparedOnce(raw: SqliteDatabase.Database): (sql: string) => SqliteDatabase.Statement {
  const statements = new Map<string, SqliteDatabase.Statement>();
  const kept = 500;
  return (sql) => {
    const text = sql === 'begin' ? 'begin immediate' : sql;
    const known = statements.get(text);
    if (known) return known;
    const statement = raw.prepare(text);
    if (statements.size < kept) statements.set(text, statement);
    return statement;
  };
}
