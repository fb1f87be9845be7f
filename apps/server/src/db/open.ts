import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { Kysely, PostgresDialect, SqliteDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { batchTable, PREPARED, WIDEST_BATCH } from './batch.ts';
import type { Schema } from './schema.ts';
import { Turns } from './turns.ts';

export type Dialect = 'sqlite' | 'postgres';

/** One transaction. Stores take it; only use cases begin one. */
export interface Tx {
  readonly dialect: Dialect;
  readonly sql: Transaction<Schema> | Kysely<Schema>;
  /** Runs `work` once after the commit, also after one whose outcome is unknown; never after a rollback. */
  afterCommit(work: () => void): void;
  /** Is told what goes into the trail, for the metrics. */
  readonly noted?: (facts: readonly Fact[]) => void;
}

/** What the trail says of a fact, without whom it concerns. */
export interface Fact {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string | number | boolean | null>>;
}

/** The connections of a pool: in use, open but idle, asked for and not there yet, and how many there may be. */
export interface Pool {
  readonly used: number;
  readonly idle: number;
  readonly waiting: number;
  readonly most: number;
}

export interface Database extends Tx {
  readonly sql: Kysely<Schema>;
  /** Runs `work` in one transaction. SQLite takes the write lock at once, PostgreSQL locks rows. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Runs `work` while no transaction of this process is under way, where there is one writer at a time: for another
   * thread's transactions, so that neither thread sleeps in the other's lock. Several `work` may run at once.
   */
  besideNone<T>(work: () => Promise<T>): Promise<T>;
  /** PostgreSQL only. */
  readonly pool?: () => Pool;
  close(): Promise<void>;
}

/** `sqlite:FILE` or `postgres://…` @throws when the address is neither or cannot be opened */
export function openDatabase(url: string): Database {
  if (url.startsWith('sqlite:')) return database('sqlite', openSqlite(url.slice('sqlite:'.length)));
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url);
  throw new Error('MOTP_DATABASE must be sqlite:FILE or postgres://…');
}

function database(dialect: Dialect, sql: Kysely<Schema>): Database {
  const turns = new Turns();
  const isSingle = dialect === 'sqlite';
  return {
    dialect,
    sql,
    afterCommit: (work) => work(),
    transaction: (work) => {
      const run = () => inTransaction(dialect, sql, work);
      return isSingle ? turns.take('own', run) : run();
    },
    besideNone: (work) => (isSingle ? turns.take('other', work) : work()),
    close: () => sql.destroy(),
  };
}

/** The commit was sent and no answer came: only the rows themselves can tell whether it holds. */
export class CommitUnknownError extends Error {
  override name = 'CommitUnknownError';
}

async function inTransaction<T>(
  dialect: Dialect,
  sql: Kysely<Schema>,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const trx = await sql.startTransaction().execute();
  // A rollback also gives the connection back; it fails only together with the connection.
  const rollback = () =>
    trx
      .rollback()
      .execute()
      .catch(() => undefined);
  const after: (() => void)[] = [];
  const tell = () => {
    for (const each of new Set(after)) each();
  };
  let result: T;
  try {
    result = await work({ dialect, sql: trx, afterCommit: (each) => after.push(each) });
  } catch (error) {
    await rollback();
    throw error;
  }
  try {
    await trx.commit().execute();
  } catch (cause) {
    await rollback();
    tell();
    throw new CommitUnknownError('the outcome of a commit is unknown', { cause });
  }
  tell();
  return result;
}

/** P-1: WAL with `synchronous=FULL`, so that a commit that was answered survives a loss of power. */
function openSqlite(file: string): Kysely<Schema> {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const raw = new SqliteDatabase(file, { timeout: 5_000 });
  raw.pragma('journal_mode = WAL');
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

type Query = (text: string, values: unknown[]) => Promise<unknown>;

/**
 * Statements that are marked as `prepared` get a name: planning one takes PostgreSQL as long as answering ten codes
 * with it. The others are planned with their values, which partial indexes need.
 */
function preparing(client: pg.PoolClient): void {
  const names = new Map<string, string>();
  const query = client.query.bind(client) as unknown as Query &
    ((config: pg.QueryConfig) => Promise<unknown>);
  const named: Query = (text, values) => {
    if (typeof text !== 'string' || !text.startsWith(PREPARED)) return query(text, values);
    const name = names.get(text) ?? `motp_${names.size}`;
    names.set(text, name);
    return query({ name, text, values });
  };
  Object.assign(client, { query: named });
}

function openPostgres(url: string): Database {
  const int8 = 20;
  const types = new pg.TypeOverrides();
  types.setTypeParser(int8, Number);
  const pool = new pg.Pool({ connectionString: url, max: 10, types, connectionTimeoutMillis: 5_000 });
  // A connection that breaks is replaced by the pool, and whoever used it is told by its own statement; without
  // listeners, of the pool for idle ones and of each for those in use, it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    preparing(client);
  });
  const sql = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { ...database('postgres', sql), pool: () => stateOf(pool) };
}

const stateOf = ({ totalCount, idleCount, waitingCount, options }: pg.Pool): Pool => ({
  used: totalCount - idleCount,
  idle: idleCount,
  waiting: waitingCount,
  most: options.max,
});
