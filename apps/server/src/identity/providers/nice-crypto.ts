import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** Of the token response that a transaction was begun with. */
export interface Ticket {
  ticket: string;
  iterators: number;
}

export type Opened = { kind: 'opened'; text: string } | { kind: 'failed'; why: 'wrong-mac' | 'wrong-cipher' };

const KEY_BYTES = 64;
const IV_BYTES = 16;
const TAG_BYTES = 16;

/**
 * Opens NICE's result: the HMAC over the text of `encData` first, then AES-256-GCM. The keys are pieces of the
 * derived key's base64url text, not of its bytes (guide of 통합인증).
 */
export async function openResult(
  { ticket, iterators }: Ticket,
  transactionId: string,
  sealed: { encData: string; integrityValue: string },
): Promise<Opened> {
  const key = (await derive(ticket, transactionId, iterators, KEY_BYTES, 'sha256')).toString('base64url');
  const mac = createHmac('sha256', key.slice(48, 80)).update(sealed.encData).digest('base64url');
  if (!isSame(mac, sealed.integrityValue.replace(/=+$/, ''))) return { kind: 'failed', why: 'wrong-mac' };
  const text = decrypt(key.slice(0, 32), Buffer.from(sealed.encData, 'base64url'));
  return text === undefined ? { kind: 'failed', why: 'wrong-cipher' } : { kind: 'opened', text };
}

function isSame(ours: string, theirs: string): boolean {
  const [a, b] = [Buffer.from(ours), Buffer.from(theirs)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function decrypt(key: string, bytes: Buffer): string | undefined {
  if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
  const iv = bytes.subarray(0, IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const plain = [decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(plain));
  } catch {
    return undefined;
  }
}
