import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type MasterKey, MasterKeyError, parseMasterKey, writeMasterKey } from './master-key.ts';

/** @throws MasterKeyError when the file is missing, unreadable or not a master key */
export function readKeyFile(path: string): MasterKey {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new MasterKeyError('MOTP_KEY_FILE cannot be read: make one with `motp key new --out FILE`');
  }
  return parseMasterKey(text);
}

export const keyFileExists = (path: string): boolean => existsSync(path);

/** Writes a new file for its owner alone; an existing one is never overwritten. */
export function writeKeyFile(path: string, master: MasterKey): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, writeMasterKey(master), { mode: 0o600, flag: 'wx' });
}

/** Replaces a key file as a whole, so that a crash leaves the old or the new one. */
export function replaceKeyFile(path: string, master: MasterKey): void {
  const fresh = `${path}.new`;
  writeFileSync(fresh, writeMasterKey(master), { mode: 0o600 });
  renameSync(fresh, path);
}
