import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keyFileExists, readKeyFile, replaceKeyFile, writeKeyFile } from './key-file.ts';
import { MasterKeyError, newMasterKey, parseMasterKey, rotateSealing, writeMasterKey } from './master-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'motp-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const master = newMasterKey(randomBytes, false);
const written = JSON.parse(writeMasterKey(master));

describe('the master key file', () => {
  it('P-2 is read as it was written, rotated or not, demo or not', () => {
    for (const each of [master, newMasterKey(randomBytes, true), rotateSealing(master, randomBytes)]) {
      expect(parseMasterKey(writeMasterKey(each))).toEqual(each);
    }
  });

  it.each([
    ['is not JSON', 'not a key file', 'the master key file is not JSON'],
    ['is empty', '', 'the master key file is not JSON'],
    ['is null', 'null', 'the master key file has an unknown version'],
    ['is of another version', { ...written, version: 2 }, 'the master key file has an unknown version'],
    [
      'does not say whose it is',
      { ...written, demo: undefined },
      'the master key file does not say whether it is a demo’s',
    ],
    ['has no sealing key', { ...written, sealing: [] }, 'the master key file has no sealing key'],
    ['has one sealing key bare', { ...written, sealing: 'x' }, 'the master key file has no sealing key'],
    [
      'has a short key',
      { ...written, lookup: randomBytes(31).toString('base64url') },
      'a key in the master key file is not 256 bits long',
    ],
    [
      'has a long key',
      { ...written, sealing: [randomBytes(33).toString('base64url')] },
      'a key in the master key file is not 256 bits long',
    ],
    [
      'lacks the lookup key',
      { ...written, lookup: undefined },
      'a key in the master key file is not 256 bits long',
    ],
  ])('P-2 that %s is refused in words', (_what, file, message) => {
    const text = typeof file === 'string' ? file : JSON.stringify(file);
    expect(() => parseMasterKey(text)).toThrow(new MasterKeyError(message));
  });

  it('P-2 is for its owner alone and never overwritten', () => {
    const path = join(folder, 'new', 'master.key');
    expect(keyFileExists(path)).toBe(false);
    writeKeyFile(path, master);
    expect(keyFileExists(path)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = readFileSync(path, 'utf8');
    expect(() => writeKeyFile(path, newMasterKey(randomBytes, false))).toThrow('EEXIST');
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('P-2 is replaced as a whole', () => {
    const path = join(folder, 'rotated.key');
    writeKeyFile(path, master);
    const rotated = rotateSealing(master, randomBytes);
    replaceKeyFile(path, rotated);
    expect(readKeyFile(path)).toEqual(rotated);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.startsWith('rotated'))).toEqual(['rotated.key']);
  });

  it('P-5 that is missing says how to make one', () => {
    expect(() => readKeyFile(join(folder, 'none.key'))).toThrow(
      new MasterKeyError('MOTP_KEY_FILE cannot be read: make one with `motp key new --out FILE`'),
    );
  });

  it('P-2 that is broken never shows its content', () => {
    const path = join(folder, 'broken.key');
    writeFileSync(path, writeMasterKey(master).slice(0, -20));
    expect(() => readKeyFile(path)).toThrow(new MasterKeyError('the master key file is not JSON'));
  });
});
