import { createHash } from 'node:crypto';

/**
 * The master key file. The first sealing key seals; all of them open, so that the sealing key rotates
 * without downtime. The lookup key is alone: two at once would defeat the unique index of R-5.
 */
export interface MasterKey {
  version: 1;
  /** Made by `motp demo`; production refuses it (P-5). */
  demo: boolean;
  lookup: Buffer;
  sealing: SealingKey[];
}

export interface SealingKey {
  id: string;
  key: Buffer;
}

const KEY_BYTES = 32;

export class MasterKeyError extends Error {
  override name = 'MasterKeyError';
}

const sealingKey = (key: Buffer): SealingKey => ({
  id: createHash('sha256').update('motp sealing key id').update(key).digest('hex').slice(0, 8),
  key,
});

export function newMasterKey(random: (bytes: number) => Buffer, demo: boolean): MasterKey {
  return { version: 1, demo, lookup: random(KEY_BYTES), sealing: [sealingKey(random(KEY_BYTES))] };
}

/** A new sealing key in front; the old ones still open what they sealed. */
export function rotateSealing(master: MasterKey, random: (bytes: number) => Buffer): MasterKey {
  return { ...master, sealing: [sealingKey(random(KEY_BYTES)), ...master.sealing] };
}

export function replaceLookup(master: MasterKey, random: (bytes: number) => Buffer): MasterKey {
  return { ...master, lookup: random(KEY_BYTES) };
}

export function writeMasterKey(master: MasterKey): string {
  const text = (key: Buffer) => key.toString('base64url');
  return `${JSON.stringify(
    {
      version: master.version,
      demo: master.demo,
      lookup: text(master.lookup),
      sealing: master.sealing.map(({ key }) => text(key)),
    },
    null,
    2,
  )}\n`;
}

/** @throws MasterKeyError with a sentence that never repeats the file's content */
export function parseMasterKey(text: string): MasterKey {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new MasterKeyError('the master key file is not JSON');
  }
  const { version, demo, lookup, sealing } = (file ?? {}) as Record<string, unknown>;
  if (version !== 1) throw new MasterKeyError('the master key file has an unknown version');
  if (typeof demo !== 'boolean')
    throw new MasterKeyError('the master key file does not say whether it is a demo’s');
  if (!Array.isArray(sealing) || sealing.length === 0)
    throw new MasterKeyError('the master key file has no sealing key');
  return {
    version,
    demo,
    lookup: keyBytes(lookup),
    sealing: sealing.map((key) => sealingKey(keyBytes(key))),
  };
}

function keyBytes(value: unknown): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64url') : Buffer.alloc(0);
  if (bytes.length !== KEY_BYTES)
    throw new MasterKeyError('a key in the master key file is not 256 bits long');
  return bytes;
}
