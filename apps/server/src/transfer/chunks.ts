import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { TransferError } from './rules.ts';

/** STREAM as age uses it: chunks of one size, each sealed with its number and whether it is the last (ADR 0020). */
const CHUNK_BYTES = 65_536;
const TAG_BYTES = 16;
const SEALED_BYTES = CHUNK_BYTES + TAG_BYTES;

export const SALT_BYTES = 32;
const MAGIC = 'motp-transfer/1\n';
const MAGIC_KIND = 'motp-transfer/';
const ID_BYTES = 8;
export const HEAD_BYTES = MAGIC.length + ID_BYTES + SALT_BYTES;

/** What stands in the clear before the chunks: format, id of the sealing key, salt. */
export const clearHead = (keyId: string, salt: Buffer): Buffer =>
  Buffer.concat([Buffer.from(MAGIC + keyId, 'latin1'), salt]);

/** @throws TransferError when this is no such file, or one of a newer format */
export function readClearHead(bytes: Buffer): { keyId: string; salt: Buffer } {
  const magic = bytes.subarray(0, MAGIC.length).toString('latin1');
  if (!magic.startsWith(MAGIC_KIND) || bytes.length < HEAD_BYTES)
    throw new TransferError('the file is none that `motp export` made, or only its first bytes');
  if (magic !== MAGIC)
    throw new TransferError('the file was made by a newer motp: install that version here first');
  const keyId = bytes.subarray(MAGIC.length, MAGIC.length + ID_BYTES).toString('latin1');
  return { keyId, salt: Buffer.from(bytes.subarray(MAGIC.length + ID_BYTES, HEAD_BYTES)) };
}

/** Eleven bytes of the chunk's number, one that says whether it is the last. */
function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

export interface ChunkKey {
  key: KeyObject;
  /** The clear head: altered, it opens nothing. */
  aad: Buffer;
}

export async function* sealChunks(
  { key, aad }: ChunkKey,
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const seal = (index: number, isLast: boolean, plain: Buffer): Buffer => {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, isLast));
    cipher.setAAD(aad);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  for await (const { index, isLast, bytes } of pieces(source, CHUNK_BYTES)) yield seal(index, isLast, bytes);
}

/** @throws TransferError when a chunk was altered, moved or taken away */
export async function* openChunks(
  { key, aad }: ChunkKey,
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  for await (const { index, isLast, bytes } of pieces(source, SEALED_BYTES)) {
    const plain = open({ key, aad }, index, isLast, bytes);
    if (plain) yield plain;
    else if (isLast && open({ key, aad }, index, false, bytes)) throw new TransferError(CUT);
    else throw new TransferError(`the file is damaged, altered or cut off at its chunk ${index}`);
  }
}

const CUT = 'the file is cut off: its end is missing; copy it again, or export again';

function open({ key, aad }: ChunkKey, index: number, isLast: boolean, bytes: Buffer): Buffer | undefined {
  if (bytes.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index, isLast), { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    const plain = decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES));
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

interface Piece {
  index: number;
  isLast: boolean;
  bytes: Buffer;
}

/** Cuts a stream into pieces of one size; the last is whatever remains, at least a byte unless nothing came. */
async function* pieces(source: AsyncIterable<Buffer>, size: number): AsyncGenerator<Piece> {
  let index = 0;
  let pending: Buffer = Buffer.alloc(0);
  for await (const more of source) {
    pending = pending.length === 0 ? more : Buffer.concat([pending, more]);
    let from = 0;
    for (; pending.length - from > size; from += size) {
      yield { index: index++, isLast: false, bytes: pending.subarray(from, from + size) };
    }
    pending = pending.subarray(from);
  }
  yield { index, isLast: true, bytes: pending };
}
