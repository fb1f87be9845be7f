import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import type { MasterKey } from './master-key.ts';

/** Where a sealed value stands. It is the AAD: a value copied to another row or column does not open. */
export interface Place {
  table: string;
  column: string;
  row: string;
}

/** A sealed value: `v1.<key id>.<base64url of nonce ‖ ciphertext ‖ tag>`. */
export type Sealed = string & { readonly sealed: unique symbol };

export class SealError extends Error {
  override name = 'SealError';
}

/** What a keyed hash is for; each has a key of its own. */
type Purpose =
  | 'name'
  | 'phone'
  | 'address'
  | 'session'
  | 'request-body'
  | 'check-token'
  | 'proof-code'
  | 'wrong-code'
  | 'identity-secret'
  | 'identity-result'
  | 'di'
  | 'drop-in-log'
  | 'key-mark';

export interface Keyring {
  seal(place: Place, plain: Buffer | string): Sealed;
  /** @throws SealError when the value was altered, moved, or sealed by a key that is not here */
  open(place: Place, sealed: Sealed): Buffer;
  /** Reads the key file again; from then on a new key in front seals. */
  refresh(): void;
  /** Whether the value was sealed by a key that is no longer in front. */
  isStale(sealed: Sealed): boolean;
  /** Keyed hash, base64url: equal input gives equal output, and nothing can be told from it without the key. */
  hash(purpose: Purpose, text: string): string;
  /**
   * The key of an export file: by a salt of the file's own from the sealing key in front, or from the one that `id`
   * names (docs/spec/transfer.md). @throws SealError when that key is not here
   */
  transferKey(salt: Buffer, id?: string): { id: string; key: KeyObject };
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 'v1';

const subkey = (key: Buffer, info: string, salt: Buffer = Buffer.alloc(0)): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', key, salt, `motp/1/${info}`, 32)));

const aad = ({ table, column, row }: Place) => Buffer.from(`${table}\0${column}\0${row}`);

/** What a master key gives: subkeys by HKDF, made once. */
interface Derived {
  front: string;
  sealing: Map<string, KeyObject>;
  /** The sealing keys themselves, by id. */
  roots: Map<string, Buffer>;
}

function derive({ sealing }: MasterKey): Derived {
  const [front] = sealing;
  if (!front) throw new SealError('no sealing key');
  return {
    front: front.id,
    sealing: new Map(sealing.map(({ id, key }) => [id, subkey(key, 'seal')])),
    roots: new Map(sealing.map(({ id, key }) => [id, key])),
  };
}

/**
 * P-2: AES-256-GCM bound to the row, subkeys by HKDF (RFC 5869), lookups by HMAC-SHA-256.
 * @param reread reads the key file again: a value that another server sealed with a newer key opens at once, so
 *   that the sealing key rotates without downtime
 */
export function openKeyring(
  master: MasterKey,
  random: (bytes: number) => Buffer,
  reread: () => MasterKey = () => master,
): Keyring {
  let derived = derive(master);
  const hashing = new Map<Purpose, KeyObject>();
  const hashKey = (purpose: Purpose): KeyObject => {
    const known = hashing.get(purpose) ?? subkey(master.lookup, `lookup/${purpose}`);
    hashing.set(purpose, known);
    return known;
  };
  const refresh = () => {
    derived = derive(reread());
  };
  const keyFor = (sealed: Sealed): KeyObject => {
    const id = sealed.split('.', 2)[1];
    if (id !== undefined && !derived.sealing.has(id)) refresh();
    return keyOf(derived.sealing, id);
  };
  return {
    refresh,
    seal: (place, plain) =>
      sealWith(derived.front, keyOf(derived.sealing, derived.front), random(NONCE_BYTES), place, plain),
    open: (place, sealed) => openWith(keyFor(sealed), place, sealed),
    isStale: (sealed) => sealed.split('.', 2)[1] !== derived.front,
    hash: (purpose, text) => createHmac('sha256', hashKey(purpose)).update(text).digest('base64url'),
    transferKey: (salt, id = derived.front) => ({
      id,
      key: subkey(keyOf(derived.roots, id), 'transfer', salt),
    }),
  };
}

function keyOf<Key>(keys: Map<string, Key>, id: string | undefined): Key {
  const key = id === undefined ? undefined : keys.get(id);
  if (!key) throw new SealError('sealed by a key that is not in the master key file');
  return key;
}

function sealWith(id: string, key: KeyObject, nonce: Buffer, place: Place, plain: Buffer | string): Sealed {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(aad(place));
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
  const bytes = Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()]);
  return `${FORMAT}.${id}.${bytes.toString('base64url')}` as Sealed;
}

function openWith(key: KeyObject, place: Place, sealed: Sealed): Buffer {
  const [format, , text] = sealed.split('.');
  if (format !== FORMAT || text === undefined) throw new SealError('not a sealed value');
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealError('a sealed value is too short');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(aad(place));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    // GCM is a stream: everything comes out of `update`, and `final` only checks the tag.
    const plain = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
    decipher.final();
    return plain;
  } catch {
    throw new SealError('a sealed value does not open in this place');
  }
}
