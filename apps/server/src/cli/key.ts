import { rmSync } from 'node:fs';
import type { Environment } from '../config.ts';
import { keyFileExists, readKeyFile, replaceKeyFile, writeKeyFile } from '../keys/key-file.ts';
import { openKeyring } from '../keys/keyring.ts';
import { newMasterKey, replaceLookup, rotateSealing } from '../keys/master-key.ts';
import { type Progress, rehash, reseal } from '../keys/rotate.ts';
import { realWorld } from '../world.ts';
import { openKeyAndDatabase } from './deployment.ts';
import { CommandError, say } from './output.ts';

const random = (bytes: number) => realWorld.random(bytes);

const keyFileOf = (env: Environment): string => env.MOTP_KEY_FILE ?? 'data/master.key';

/** Makes a master key for production; an existing file is never overwritten. */
export function keyNew(path: string): void {
  if (keyFileExists(path))
    throw new CommandError([`${path} exists already; a master key is never overwritten`]);
  writeKeyFile(path, newMasterKey(random, false));
  say(
    `Made a master key: ${path}`,
    'Keep a copy away from the database and its backups: without it nothing opens.',
  );
}

/** A new sealing key in front. What the old ones sealed still opens, in backups too. */
export function keyRotate(env: Environment): void {
  const path = keyFileOf(env);
  replaceKeyFile(path, rotateSealing(readKeyFile(path), random));
  say(`${path} has a new sealing key in front. Running servers take it up within a minute.`);
  say('`motp key reseal` seals again what older keys sealed.');
}

/** Long work: says how far it is, a line a batch. */
function progressLines(): Progress {
  const done = new Map<string, number>();
  return (table, rows) => {
    done.set(table, (done.get(table) ?? 0) + rows);
    say(`  ${table}: ${done.get(table)} rows`);
  };
}

export async function keyReseal(env: Environment): Promise<void> {
  const { database, keyring } = await openKeyAndDatabase(env);
  try {
    const count = await reseal(database, keyring, progressLines());
    say(`Sealed ${count} values again. Keep the older keys as long as backups from before are kept.`);
  } finally {
    await database.close();
  }
}

/**
 * The new key file is written beside the old one before the database changes and put in its place after, so that
 * a crash between the two leaves both.
 */
export async function keyRotateLookup(env: Environment): Promise<void> {
  const path = keyFileOf(env);
  const { database, keyring } = await openKeyAndDatabase(env);
  const beside = `${path}.next`;
  try {
    const next = replaceLookup(readKeyFile(path), random);
    writeKeyFile(beside, next);
    await rehash(database, keyring, openKeyring(next, random), progressLines());
    replaceKeyFile(path, next);
    rmSync(beside);
    say(`${path} has a new lookup key. Start the servers again.`);
  } finally {
    await database.close();
  }
}
