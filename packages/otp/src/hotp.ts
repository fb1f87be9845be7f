import { counterBytes } from './steps.ts';
import { type Digits, truncate } from './truncate.ts';

/** HMAC of a counter under a key that the caller holds; SHA-1, SHA-256 or SHA-512 (RFC 6238 §1.2). */
export type Hmac = (counter: Uint8Array<ArrayBuffer>) => Uint8Array;

/** A key for `crypto.subtle`, named so that it is the same type in a browser and in Node. */
export type HmacKey = Parameters<typeof crypto.subtle.sign>[1];

/** The code of a counter or time step (RFC 4226 §5.3, RFC 6238 §4.2), for the server's hot path. */
export function codeAt(hmac: Hmac, step: number, digits: Digits = 6): string {
  return truncate(hmac(counterBytes(step)), digits);
}

/** The same with a WebCrypto key, which may be non-extractable: the seed stays out of the program's reach. */
export async function totpWithKey(key: HmacKey, step: number, digits: Digits = 6): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', key, counterBytes(step));
  return truncate(new Uint8Array(mac), digits);
}
