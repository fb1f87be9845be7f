import { hash } from 'node:crypto';
import { type Code, codeAt } from '@motp/otp';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import type { StoredDevice } from './store.ts';

/** The codes of one registration. The seed is opened when first needed and wiped by `forget`. */
export interface Codes {
  /** The six digits of a step (T-1). @throws SealError */
  codeOf(step: number): string;
  forget(): void;
}

export function codesOf(keyring: Keyring, device: Pick<StoredDevice, 'id' | 'seed_sealed'>): Codes {
  let hmac: SeedHmac | undefined;
  return {
    codeOf(step) {
      hmac ??= openHmac(keyring, device);
      return codeAt(hmac.digest, step);
    },
    forget() {
      hmac?.wipe();
      hmac = undefined;
    },
  };
}

function openHmac(keyring: Keyring, device: Pick<StoredDevice, 'id' | 'seed_sealed'>): SeedHmac {
  const place = { table: 'device', column: 'seed', row: device.id };
  const seed = keyring.open(place, device.seed_sealed as Sealed);
  const hmac = seedHmac(seed);
  seed.fill(0);
  return hmac;
}

export interface SeedHmac {
  digest(counter: Uint8Array): Uint8Array;
  wipe(): void;
}

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const COUNTER_BYTES = 8;

/**
 * HMAC-SHA-256 of eight-byte counters (RFC 2104 §2) out of two one-shot hashes: a wrong code costs eight of them
 * and a clock search four hundred, and `createHmac` takes twice as long (docs/performance.md).
 * @param seed at most 64 bytes, so that it is never hashed first; may be wiped afterwards
 */
export function seedHmac(seed: Uint8Array): SeedHmac {
  if (seed.length > BLOCK_BYTES) throw new RangeError('a seed is longer than a block of SHA-256');
  const pad = pads.pop() ?? new Pad();
  pad.setKey(seed);
  let isWiped = false;
  return {
    digest(counter) {
      if (isWiped) throw new Error('a code was asked for after its seed was wiped');
      if (counter.length !== COUNTER_BYTES) throw new RangeError('a counter is eight bytes');
      return pad.digest(counter);
    },
    wipe() {
      if (isWiped) return;
      isWiped = true;
      pad.wipe();
      pads.push(pad);
    },
  };
}

/** The buffers of one key, wiped and used again: making them anew took as long as three codes. */
class Pad {
  readonly #inner = Buffer.alloc(BLOCK_BYTES + COUNTER_BYTES);
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);
  readonly #mac = Buffer.alloc(DIGEST_BYTES);

  setKey(seed: Uint8Array): void {
    for (let at = 0; at < BLOCK_BYTES; at++) {
      const byte = seed[at] ?? 0;
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
  }

  digest(counter: Uint8Array): Uint8Array {
    this.#inner.set(counter, BLOCK_BYTES);
    // Hex is the encoding that Node hands over without making a Buffer for every hash.
    this.#outer.write(hash('sha256', this.#inner, 'hex'), BLOCK_BYTES, 'hex');
    this.#mac.write(hash('sha256', this.#outer, 'hex'), 'hex');
    return this.#mac;
  }

  wipe(): void {
    for (const secret of [this.#inner, this.#outer, this.#mac]) secret.fill(0);
  }
}

/** Pads that nobody uses now. */
const pads: Pad[] = [];

/** A wrong code is remembered as a keyed hash bound to its check (C-5). */
export const wrongCodeKey = (keyring: Keyring, checkId: string, code: Code): string =>
  keyring.hash('wrong-code', `${checkId}\0${code}`);
