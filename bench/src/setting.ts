import { sql } from 'kysely';
import { openDatabase } from '../../apps/server/src/db/open.ts';
import { type PostgresServer, startPostgres } from '../../test/support/postgres-server.ts';
import type { BarePorts } from './bare-server.ts';
import type { DatabaseName, Plan } from './measure.ts';
import type { OldRows } from './old-rows.ts';
import type { Report } from './report.ts';

/** How large and how long. */
export interface Sizes extends Plan {
  warmUpMilliseconds: number;
  /** How many at once, of each kind of answer. */
  connections: readonly number[];
  /** Registered people, of whom each has an open check. */
  people: number;
  /** Registered people of the databases that are compared, the smallest first. */
  registered: readonly number[];
  /** Open checks of each of them. */
  checks: number;
  /** Past checks of the two databases that a question which is not required is put to. */
  past: readonly [number, number];
  /** What is over its time beside the answers. */
  old: OldRows;
}

export const thorough: Sizes = {
  rounds: 3,
  milliseconds: 800,
  warmUpMilliseconds: 4_000,
  connections: [1, 8, 64, 256],
  people: 12_000,
  registered: [1_000, 100_000, 1_000_000],
  checks: 12_000,
  past: [1_000, 1_000_000],
  old: { evidence: 600_000, persons: 600_000, events: 800_000 },
};

export const quick: Sizes = {
  rounds: 1,
  milliseconds: 250,
  warmUpMilliseconds: 250,
  connections: [64],
  people: 2_000,
  registered: [500, 2_000, 10_000],
  checks: 2_000,
  past: [1_000, 20_000],
  old: { evidence: 20_000, persons: 20_000, events: 20_000 },
};

/** What a part of the bench is given: it adds its figures to the report and says its tables. */
export interface Setting {
  database: DatabaseName;
  /** An empty PostgreSQL database; undefined for SQLite, which has one wherever a file is. */
  newDatabase(name: string): Promise<string | undefined>;
  bare: BarePorts;
  sizes: Sizes;
  report: Report;
}

export interface DatabaseServer {
  newDatabase(name: string): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** As in use: nothing is answered before it is on the disk. */
const DURABLE = ['fsync=on', 'full_page_writes=on', 'synchronous_commit=on'];

export async function startDatabaseServer(name: DatabaseName): Promise<DatabaseServer> {
  if (name === 'SQLite') return { newDatabase: async () => undefined, stop: async () => undefined };
  const server: PostgresServer = await startPostgres(DURABLE);
  return { newDatabase: (each) => newDatabase(server.url, each), stop: () => server.stop() };
}

async function newDatabase(url: string, name: string): Promise<string> {
  const maintenance = openDatabase(url);
  try {
    await sql`drop database if exists ${sql.ref(name)}`.execute(maintenance.sql);
    await sql`create database ${sql.ref(name)}`.execute(maintenance.sql);
  } finally {
    await maintenance.close();
  }
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}
