import { join } from 'node:path';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../apps/server/src/db/open.ts';
import { readKeyFile } from '../../apps/server/src/keys/key-file.ts';
import { type Keyring, openKeyring } from '../../apps/server/src/keys/keyring.ts';
import { realWorld } from '../../apps/server/src/world.ts';
import { removeFolder, runMotp, startServer, temporaryFolder } from '../../test/support/processes.ts';
import { loadPeople, type Person } from './people.ts';
import type { Kind } from './shots.ts';

/** The product as it is run in production, in a process of its own, over a database full of open checks. */
export interface Product {
  port: number;
  folder: string;
  keyring: Keyring;
  people: readonly Person[];
  /** As before the first answer. */
  putBack(kind: Kind): Promise<void>;
  stop(): Promise<void>;
}

export async function startProduct(
  databaseUrl: string | undefined,
  count: number,
  progress: (loaded: number) => void,
): Promise<Product> {
  const folder = await temporaryFolder();
  const url = databaseUrl ?? `sqlite:${join(folder, 'motp.db')}`;
  const env = { MOTP_DATABASE: url, MOTP_SMS: 'webhook', MOTP_SMS_WEBHOOK_URL: 'http://127.0.0.1:9/' };
  for (const command of [['key', 'new', '--out', 'data/master.key'], ['migrate']]) {
    const { code, stderr } = await runMotp(command, folder, env);
    if (code !== 0) throw new Error(`motp ${command.join(' ')} failed:\n${stderr}`);
  }
  const server = await startServer('serve', { folder, env });
  const database = openDatabase(url);
  const keyring = openKeyring(readKeyFile(join(folder, 'data/master.key')), realWorld.random);
  const people = await loadPeople(database, keyring, count, progress);
  return {
    port: server.port,
    folder,
    keyring,
    people,
    putBack: (kind) => putBack(database, kind),
    stop: async () => {
      await database.close();
      await server.stop();
      await removeFolder(folder);
    },
  };
}

/** Everything as before the first answer. */
export async function putBack(database: Database, kind: Kind): Promise<void> {
  const searched = kind === 'search' ? 0 : 1;
  await database.transaction(async (tx) => {
    await sql`update device set last_step = -1, spent_json = '[]', failures = 0, failed_json = '[]',
      locked_at = null where failures > 0 or last_step >= 0 or spent_json <> '[]'`.execute(tx.sql);
    await sql`update "check" set status = 'open', method = null, device_id = null, device_thumbprint = null,
      registration_at = null, registration_proof = null, passed_at = null, wrong_key = null, wrong_at = null,
      clock_offset = null, clock_searched = ${searched}
      where batch is not null or clock_searched <> ${searched}`.execute(tx.sql);
  });
  await tidy(database);
}

/** What a database does in its own time after a large change is done before the next row is measured. */
async function tidy(database: Database): Promise<void> {
  if (database.dialect === 'sqlite') await sql`pragma wal_checkpoint(restart)`.execute(database.sql);
  else
    for (const table of ['device', 'check'])
      await sql`vacuum analyze ${sql.table(table)}`.execute(database.sql);
}
