import { whyNotToServe } from '../db/migrate.ts';
import { type Database, openDatabase } from '../db/open.ts';
import type { PostgresSettings } from '../db/postgres-pool.ts';
import { serverProblems } from '../db/postgres-server.ts';
import { type Keyring, openKeyring } from '../keys/keyring.ts';
import type { MasterKey } from '../keys/master-key.ts';
import { standingProblem } from '../transfer/transfer-mark.ts';
import type { World } from '../world.ts';
import { insertDeployment, readDeployment, setDemo } from './store.ts';

export interface Deployment {
  database: Database;
  keyring: Keyring;
  /** Tells this database from others, for what is kept beside it. */
  identity: string;
}

export type Opened = { kind: 'opened'; deployment: Deployment } | { kind: 'problems'; problems: string[] };

interface Wanted {
  databaseUrl: string;
  master: MasterKey;
  /** Reads the master key again, for a rotation without downtime. */
  reread?: () => MasterKey;
  /**
   * A `command` works on whatever database there is, a `move` also on one that was moved away; serving in production
   * refuses a demo's.
   */
  purpose: 'production' | 'demo' | 'command' | 'move';
  world: World;
  postgres?: PostgresSettings;
  /** Connections that all processes of this command hold together. */
  connections?: number;
}

/** Opens the database with its key. A database of a demo, an older version or another key is refused (P-5). */
export async function openDeployment(wanted: Wanted): Promise<Opened> {
  const { databaseUrl, master, reread, world, postgres } = wanted;
  const keyring = openKeyring(master, (bytes) => world.random(bytes), reread);
  return withDatabase(openDatabase(databaseUrl, postgres), async (database) => {
    const problems = await serverProblems(database, wanted.connections);
    if (problems.length === 0) problems.push(...(await databaseProblems(database, wanted.purpose)));
    if (problems.length === 0) problems.push(...(await bindKey(database, keyring, wanted)));
    // Read again: an import may have begun between the first look and the deployment's row.
    if (problems.length === 0) problems.push(...(await standingProblems(database, wanted.purpose)));
    if (problems.length > 0) return { kind: 'problems', problems };
    const row = await readDeployment(database);
    return { kind: 'opened', deployment: { database, keyring, identity: String(row?.created_at) } };
  });
}

/** Why a server that runs may not go on, in words: not up to date, moved away, or half moved in. */
export const whyNotServable = async (database: Database): Promise<string | undefined> =>
  (await whyNotToServe(database)) ?? (await standingProblem(database))?.problem;

/** What is wrong with the database, when there is no key to open it with. */
export async function inspectDatabase({
  databaseUrl,
  purpose,
}: Pick<Wanted, 'databaseUrl' | 'purpose'>): Promise<string[]> {
  const opened = await withDatabase(openDatabase(databaseUrl), async (database) => ({
    kind: 'problems',
    problems: await databaseProblems(database, purpose),
  }));
  return opened.kind === 'problems' ? opened.problems : [];
}

/** Closes the database again unless it is what was opened. */
async function withDatabase(
  database: Database,
  work: (database: Database) => Promise<Opened>,
): Promise<Opened> {
  let opened: Opened;
  try {
    opened = await work(database);
  } catch (error) {
    const reason = error instanceof Error ? ((error as { code?: string }).code ?? error.name) : 'unknown';
    opened = { kind: 'problems', problems: [`MOTP_DATABASE cannot be opened (${reason})`] };
  }
  if (opened.kind === 'problems') await database.close();
  return opened;
}

async function databaseProblems(database: Database, purpose: Wanted['purpose']): Promise<string[]> {
  const problem = await whyNotToServe(database);
  if (problem !== undefined) return [problem];
  const standing = await standingProblems(database, purpose);
  const demoAt = (await readDeployment(database))?.demo_at ?? null;
  return purpose === 'production' && demoAt !== null
    ? [...standing, 'this database was opened in demo mode, where anybody can pass: use a new one']
    : standing;
}

async function standingProblems(database: Database, purpose: Wanted['purpose']): Promise<string[]> {
  const standing = await standingProblem(database);
  if (!standing || (purpose === 'move' && standing.state === 'closed')) return [];
  return [standing.problem];
}

/** The first key that opens a database is its key from then on. */
async function bindKey(database: Database, keyring: Keyring, { purpose, world }: Wanted): Promise<string[]> {
  const mark = keyring.hash('key-mark', 'motp');
  // Reading first: one that was moved away takes no row, not even one that changes nothing.
  if (!(await readDeployment(database))) {
    await insertDeployment(database, { created_at: world.now(), demo_at: null, key_mark: mark });
  }
  const row = await readDeployment(database);
  if (row?.key_mark !== mark) return ['MOTP_KEY_FILE is not the key of this database'];
  if (purpose === 'demo') await setDemo(database, world.now());
  return [];
}
