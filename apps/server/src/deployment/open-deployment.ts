import { pendingMigrations } from '../db/migrate.ts';
import { type Database, openDatabase } from '../db/open.ts';
import { type Keyring, openKeyring } from '../keys/keyring.ts';
import type { MasterKey } from '../keys/master-key.ts';
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
  demo: boolean;
  world: World;
}

/** Opens the database with its key. A database of a demo, an older version or another key is refused (P-5). */
export async function openDeployment({ databaseUrl, master, reread, demo, world }: Wanted): Promise<Opened> {
  const keyring = openKeyring(master, (bytes) => world.random(bytes), reread);
  const database = openDatabase(databaseUrl);
  try {
    const problems = await prepare(database, keyring, demo, world);
    if (problems.length === 0) {
      const row = await readDeployment(database);
      return { kind: 'opened', deployment: { database, keyring, identity: String(row?.created_at) } };
    }
    await database.close();
    return { kind: 'problems', problems };
  } catch (error) {
    await database.close();
    const reason = error instanceof Error ? ((error as { code?: string }).code ?? error.name) : 'unknown';
    return { kind: 'problems', problems: [`MOTP_DATABASE cannot be opened (${reason})`] };
  }
}

async function prepare(database: Database, keyring: Keyring, demo: boolean, world: World): Promise<string[]> {
  const pending = await pendingMigrations(database);
  if (pending.length > 0) {
    return [`the database is out of date (${pending.join(', ')} missing): run \`motp migrate\``];
  }
  const mark = keyring.hash('key-mark', 'motp');
  await insertDeployment(database, { created_at: world.now(), demo_at: null, key_mark: mark });
  const row = await readDeployment(database);
  const problems: string[] = [];
  if (row?.key_mark !== mark) problems.push('MOTP_KEY_FILE is not the key of this database');
  if (!demo && row?.demo_at !== null) {
    problems.push('this database was opened in demo mode, where anybody can pass: use a new one');
  }
  if (demo && problems.length === 0) await setDemo(database, world.now());
  return problems;
}
