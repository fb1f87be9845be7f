import { calculateJwkThumbprint, exportJWK } from 'jose';
import { randomBytes } from './bytes.ts';
import type { Keys, Store } from './store.ts';

const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** P-256 and HMAC: everything newer would cut off Android browsers of before 2025 (FACTS §5). */
export async function generateKeys(): Promise<Keys> {
  const { subtle } = crypto;
  const [signing, encryption, device] = await Promise.all([
    subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']),
    subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']),
    subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign']),
  ]);
  return { signing, encryption, device, thumbprint: await thumbprint(signing.publicKey) };
}

/** RFC 7638, SHA-256, base64url. */
export async function thumbprint(publicKey: CryptoKey): Promise<string> {
  return calculateJwkThumbprint(await exportJWK(publicKey));
}

/** True when the keys still do what they are for; a browser may give back an object that no longer works. */
export async function keysWork(keys: Keys): Promise<boolean> {
  const sample = randomBytes(32);
  try {
    const signature = await crypto.subtle.sign(SIGNATURE, keys.signing.privateKey, sample);
    await crypto.subtle.sign('HMAC', keys.device, sample);
    return await crypto.subtle.verify(SIGNATURE, keys.signing.publicKey, signature, sample);
  } catch {
    return false;
  }
}

/**
 * New keys, written, read back and signed with (SPEC R-1): a private window or blocked storage fails here, before
 * anybody waits for a code. Undefined when this browser cannot keep them.
 */
export async function prepareKeys(store: Store): Promise<Keys | undefined> {
  try {
    await store.write({ keys: await generateKeys(), pending: undefined });
    const kept = await store.read('keys');
    return kept && (await keysWork(kept)) ? kept : undefined;
  } catch {
    return undefined;
  }
}
