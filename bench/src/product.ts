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
  const env = { MOTP_MODE: 'demo', MOTP_LIMITS: 'off', MOTP_DATABASE: url };
  for (const command of [['migrate']]) {
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

/** A wrong code that is not the first of its check is not searched for by clock: the check is remembered already. */
export async function putBack(database: Database, kind: Kind): Promise<void> {
  const wrongs =
    kind === 'search'
      ? sql`'[]'`
      : sql`(select '[{"check":"' || c.id || '","key":"","at":' || cast(${realWorld.now()} as text)
          || ',"clockOffset":null}]' from "check" c where c.phone_key = device.phone_key)`;
  await database.transaction(async (tx) => {
    await sql`update device set last_step = -1, spent_json = '[]', failures = 0, failed_json = '[]',
      locked_at = null, wrongs_json = ${wrongs}`.execute(tx.sql);
    await sql`update "check" set status = 'open', method = null, device_id = null, device_thumbprint = null,
      registration_at = null, registration_proof = null, passed_at = null where status <> 'open'`.execute(
      tx.sql,
    );
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
