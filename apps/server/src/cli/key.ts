import { keyFileExists, writeKeyFile } from '../keys/key-file.ts';
import { newMasterKey } from '../keys/master-key.ts';
import { realWorld } from '../world.ts';
import { CommandError, say } from './output.ts';

const random = (bytes: number) => realWorld.random(bytes);

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
