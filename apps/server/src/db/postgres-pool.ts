import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { LAST, PREPARED } from './batch.ts';
import { CommitUnknownError } from './commit-unknown.ts';

export interface PostgresSettings {
  /** Connections of this process at most. */
  connections?: number;
  /** How long its statements may take; without it (commands) as long as they need. */
  pace?: keyof typeof PACES;
}

const DEFAULT_CONNECTIONS = 10;
const CONNECT_MS = 5_000;

/**
 * `serving`: a code that waited five seconds is not judged, so no statement is worth more. `query_timeout` is our own
 * clock, for a cable that was pulled: TCP would wait a quarter of an hour. Keepalive would find nothing sooner, since
 * idle connections are closed after ten seconds. The last one is for the other side of that cable: a server that
 * vanished in a transaction holds the locks of its learners until PostgreSQL ends its session.
 * `migrating`: while a change of a table waits for its lock, everybody else waits behind it.
 */
const PACES = {
  serving: {
    lock_timeout: 4_000,
    statement_timeout: 5_000,
    query_timeout: 6_000,
    idle_in_transaction_session_timeout: 10_000,
  },
  migrating: { lock_timeout: 3_000 },
} as const satisfies Record<string, pg.PoolConfig>;

const INT8 = 20;

/** The connections of a pool: in use, open but idle, asked for and not there yet, and how many there may be. */
export interface PoolState {
  readonly used: number;
  readonly idle: number;
  readonly waiting: number;
  readonly most: number;
}

/** Connections that heal: one that broke, hangs or leads to a read-only server is replaced, not used again. */
export function postgresPool(
  url: string,
  { connections, pace }: PostgresSettings,
): PostgresPool & { state(): PoolState } {
  const types = new pg.TypeOverrides();
  types.setTypeParser(INT8, Number);
  const pool = new pg.Pool({
    ...{ connectionString: url, types, connectionTimeoutMillis: CONNECT_MS },
    max: connections ?? DEFAULT_CONNECTIONS,
    // A statement is sent at once, whatever the ones before it are still waiting for: see `transacting`.
    pipeline: true,
    ...(pace ? PACES[pace] : {}),
  });
  // A connection that breaks is replaced by the pool, and whoever used it is told by its own statement; without
  // listeners, of the pool for idle ones and of each for those in use, it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    connect: async () => guarded(await pool.connect()),
    end: () => pool.end(),
    state: () => ({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      most: pool.options.max,
    }),
  };
}

const names = new Map<string, string>();

/**
 * Statements that are marked as `prepared` get a name: planning one takes PostgreSQL as long as answering ten codes
 * with it. The others are planned with their values, which partial indexes need.
 */
function named(text: string, values: unknown[]): pg.QueryConfig {
  if (!text.startsWith(PREPARED) && !text.startsWith(LAST)) return { text, values };
  const name = names.get(text) ?? `motp_${names.size}`;
  names.set(text, name);
  return { name, text, values };
}

type Send = (text: string, parameters: unknown[]) => Promise<pg.QueryResult>;

/** After a fault that spoils the connection nothing more is sent over it, and it is closed when it is given back. */
function guarded(client: pg.PoolClient): PostgresPoolClient {
  let spoilt: Error | undefined;
  const send: Send = async (text, parameters) => {
    if (spoilt) throw spoilt;
    try {
      return await client.query(named(text, parameters));
    } catch (error) {
      if (error instanceof Error && isSpoiling(error)) spoilt = error;
      throw error;
    }
  };
  const query = transacting(send) as unknown as PostgresPoolClient['query'];
  return { query, release: () => client.release(spoilt) };
}

const nothing = { command: '', rowCount: 0, rows: [] } as unknown as pg.QueryResult;

/**
 * Spares a transaction two round trips: `begin` goes out with the first statement, `commit` with one that is marked as
 * `last`.
 */
function transacting(send: Send): Send {
  let isToBegin = false;
  let committing: Promise<pg.QueryResult> | undefined;
  return async (text, parameters) => {
    if (committing && isEnd(text)) {
      const commit = committing;
      committing = undefined;
      return commit;
    }
    if (text === 'begin') {
      isToBegin = true;
      return nothing;
    }
    if (isToBegin) {
      isToBegin = false;
      return isEnd(text) ? nothing : withBegin(send, text, parameters);
    }
    if (!text.startsWith(LAST)) return send(text, parameters);
    const { outcome, commit } = withCommit(send, text, parameters);
    committing = commit;
    return outcome;
  };
}

/** Together only with a statement that reads: should `begin` fail alone, nothing was changed outside of a transaction. */
async function withBegin(send: Send, text: string, parameters: unknown[]): Promise<pg.QueryResult> {
  const began = send('begin', []);
  if (!isReading(text)) await began;
  const [beginning, read] = await Promise.allSettled([began, send(text, parameters)]);
  if (beginning.status === 'rejected') throw beginning.reason;
  if (read.status === 'rejected') throw read.reason;
  return read.value;
}

/** When the statement fails, PostgreSQL makes a rollback of the commit; without its word for that, nothing is known. */
function withCommit(send: Send, text: string, parameters: unknown[]) {
  const settled = send(text, parameters);
  const commit = send('commit', []);
  // It is awaited below, or by whoever commits.
  commit.catch(() => undefined);
  const outcome = settled.catch(async (error) => {
    const { command } = await commit.catch((cause) => {
      throw new CommitUnknownError(cause);
    });
    throw command === 'ROLLBACK' ? error : new CommitUnknownError(error);
  });
  return { outcome, commit };
}

const isEnd = (text: string): boolean => text === 'commit' || text === 'rollback';
const isReading = (text: string): boolean => /^(\/\*[^*]*\*\/)?\s*select\b/.test(text);

/** 25006: a primary that became a standby. A statement that was given up is still under way over there. */
const isSpoiling = (error: Error): boolean =>
  (error as { code?: unknown }).code === '25006' || error.message === 'Query read timeout';
