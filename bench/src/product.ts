import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../apps/server/src/db/open.ts';
import { readKeyFile } from '../../apps/server/src/keys/key-file.ts';
import { openKeyring } from '../../apps/server/src/keys/keyring.ts';
import { realWorld } from '../../apps/server/src/world.ts';
import { type RunningServer, removeFolder, runMotp, startServer } from '../../test/support/processes.ts';
import { type Answering, openChecks } from './answering.ts';
import { sizeOf } from './bulk-insert.ts';
import { fill } from './fill.ts';
import { ownFolder } from './own-folder.ts';
import { progressBar } from './progress.ts';
import { startSealingThread } from './sealing-thread.ts';

/** The product as it is run in production, in a process of its own, over a database full of people. */
export interface Product extends Answering {
  port: number;
  folder: string;
  registered: number;
  /** Bytes, before the first answer. */
  databaseBytes: number;
  /** Seconds that the fill took. */
  fillSeconds: number;
  stop(): Promise<void>;
}

export interface Wanted {
  /** `SQLite, 1,000 registered` */
  label: string;
  /** An empty PostgreSQL database; undefined for SQLite. */
  url: string | undefined;
  registered: number;
  /** How many checks are open. */
  checks: number;
}

export async function startProduct({ label, url, registered, checks }: Wanted): Promise<Product> {
  const folder = await ownFolder();
  let server: RunningServer | undefined;
  const address = url ?? `sqlite:${join(folder, 'motp.db')}`;
  const env = {
    MOTP_DATABASE: address,
    MOTP_SMS: 'webhook',
    MOTP_SMS_WEBHOOK_URL: 'http://127.0.0.1:9/',
    // The generator is everybody's proxy: each person has an address, as in use (O-7).
    MOTP_TRUSTED_PROXIES: '127.0.0.1',
  };
  const stop = async () => {
    await server?.stop();
    await removeFolder(folder);
  };
  try {
    for (const command of [['key', 'new', '--out', 'data/master.key'], ['migrate']]) {
      const { code, stderr } = await runMotp(command, folder, env);
      if (code !== 0) throw new Error(`motp ${command.join(' ')} failed:\n${stderr}`);
    }
    const keyFile = join(folder, 'data/master.key');
    const filled = await fillDatabase(address, keyFile, { label, registered, checks });
    server = await startServer('serve', { folder, env });
    return { ...filled, folder, registered, port: server.port, stop: () => filled.close().then(stop) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fillDatabase(
  address: string,
  keyFile: string,
  { label, registered, checks }: Pick<Wanted, 'label' | 'registered' | 'checks'>,
) {
  const database = openDatabase(address);
  const thread = startSealingThread(fileURLToPath(import.meta.url), keyFile);
  try {
    const bar = progressBar(label, registered);
    const began = performance.now();
    const population = await fill(database, thread.seal, registered, bar.at);
    const fillSeconds = (performance.now() - began) / 1000;
    bar.end();
    const databaseBytes = await sizeOf(database);
    const keyring = openKeyring(readKeyFile(keyFile), realWorld.random);
    const answering = await openChecks(database, keyring, population, checks);
    return { ...answering, databaseBytes, fillSeconds, close: () => database.close() };
  } catch (error) {
    await database.close();
    throw error;
  } finally {
    await thread.end();
  }
}
