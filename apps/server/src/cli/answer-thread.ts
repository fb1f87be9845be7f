import { parentPort, workerData } from 'node:worker_threads';
import { answerOn } from '../checks/answer-thread.ts';
import { openDatabase } from '../db/open.ts';
import { readKeyFile } from '../keys/key-file.ts';
import { openKeyring } from '../keys/keyring.ts';
import { realWorld } from '../world.ts';

/** The thread that settles answers over SQLite; `serve` starts it. */

const REFRESH_MS = 30_000;

const { databaseUrl, keyFile } = workerData as { databaseUrl: string; keyFile: string };
if (!parentPort) throw new Error('this file is a thread of the server');

const reread = () => readKeyFile(keyFile);
const keyring = openKeyring(reread(), (bytes) => realWorld.random(bytes), reread);
// A key file that cannot be read now is read again: what was read before goes on.
const refresh = () => {
  try {
    keyring.refresh();
  } catch {
    return;
  }
};
setInterval(refresh, REFRESH_MS).unref();

answerOn(parentPort, {
  database: openDatabase(databaseUrl),
  keyring,
  world: realWorld,
  clock: () => performance.now(),
});
parentPort.postMessage('open');
