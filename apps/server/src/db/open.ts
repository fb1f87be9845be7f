import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely';
import { CommitUnknownError } from './commit-unknown.ts';
import type { Dialect } from './dialect.ts';
import { openSqlite } from './open-sqlite.ts';
import { type PoolState, type PostgresSettings, postgresPool } from './postgres-pool.ts';
import type { Schema } from './schema.ts';
import { Turns } from './turns.ts';

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

export interface Database extends Tx {
  readonly sql: Kysely<Schema>;
  /** Runs `work` in one transaction. SQLite takes the write lock at once, PostgreSQL locks rows. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Reads one state of the database while others write. `work` uses its `tx` alone and writes nothing. */
  snapshot<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Runs `work` while no transaction of this process is under way, where there is one writer at a time: for another
   * thread's transactions, so that neither thread sleeps in the other's lock. Several `work` may run at once.
   */
  besideNone<T>(work: () => Promise<T>): Promise<T>;
  /** PostgreSQL only. */
  readonly pool?: () => PoolState;
  close(): Promise<void>;
}

/** `sqlite:FILE` or `postgres://…` @throws when the address is neither or cannot be opened */
export function openDatabase(url: string, settings: PostgresSettings = {}): Database {
  if (url.startsWith('sqlite:')) return database('sqlite', openSqlite(url.slice('sqlite:'.length)));
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url, settings);
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
    snapshot: (work) => inSnapshot(dialect, sql, work),
    close: () => sql.destroy(),
  };
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
    if (error instanceof CommitUnknownError) tell();
    throw error;
  }
  try {
    await trx.commit().execute();
  } catch (cause) {
    await rollback();
    tell();
    throw new CommitUnknownError(cause);
  }
  tell();
  return result;
}

/** SQLite: a deferred transaction reads beside the writer; `begin` here would be the writer's. */
const SNAPSHOT: Readonly<Record<Dialect, string>> = {
  sqlite: 'begin deferred',
  postgres: 'begin isolation level repeatable read read only',
};

function inSnapshot<T>(dialect: Dialect, sql: Kysely<Schema>, work: (tx: Tx) => Promise<T>): Promise<T> {
  return sql.connection().execute(async (connection) => {
    await connection.executeQuery(CompiledQuery.raw(SNAPSHOT[dialect]));
    try {
      return await work({ dialect, sql: connection, afterCommit: (each) => each() });
    } finally {
      // Fails only together with the connection.
      await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => undefined);
    }
  });
}

function openPostgres(url: string, settings: PostgresSettings): Database {
  const pool = postgresPool(url, settings);
  const sql = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { ...database('postgres', sql), pool: () => pool.state() };
}
