import { sql } from 'kysely';
import type { Database } from './open.ts';

/** The oldest PostgreSQL that these promises are tested on, as `server_version_num`. */
const OLDEST = 150_000;

/** What is wrong with the PostgreSQL server itself. @param connections that this program will hold */
export async function serverProblems(database: Database, connections = 1): Promise<string[]> {
  if (database.dialect === 'sqlite') return [];
  const { rows } = await sql<{ version: number; name: string; most: number }>`select
    current_setting('server_version_num')::int as version, current_setting('server_version') as name,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most`.execute(
    database.sql,
  );
  const [{ version, name, most } = { version: 0, name: 'unknown', most: 0 }] = rows;
  if (version < OLDEST) return [`PostgreSQL 15 or newer is needed; this one is ${name}`];
  return connections > most
    ? [
        `MOTP_WORKERS × MOTP_DATABASE_CONNECTIONS is ${connections}, and PostgreSQL gives ${most} (max_connections)`,
      ]
    : [];
}

/** A standby answers what it is asked and takes no writes: a server over it is of no use. */
export async function isReadOnly(database: Database): Promise<boolean> {
  if (database.dialect === 'sqlite') return false;
  const { rows } = await sql<{
    answer: string;
  }>`select current_setting('transaction_read_only') as answer`.execute(database.sql);
  return rows[0]?.answer === 'on';
}
