import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { type Code, codeAt } from '@motp/otp';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import type { StoredDevice } from './store.ts';

/** The HMAC key of a registration, opened when first needed. @throws SealError */
export function seedKey(keyring: Keyring, device: Pick<StoredDevice, 'id' | 'seed_sealed'>): () => KeyObject {
  let key: KeyObject | undefined;
  return () => {
    if (key) return key;
    const seed = keyring.open(
      { table: 'device', column: 'seed', row: device.id },
      device.seed_sealed as Sealed,
    );
    key = createSecretKey(seed);
    seed.fill(0);
    return key;
  };
}

/** The six digits of a step under a registration's key (T-1). */
export const codeOf = (key: KeyObject, step: number): string =>
  codeAt((counter) => createHmac('sha256', key).update(counter).digest(), step);

/** A wrong code is remembered as a keyed hash bound to its check (C-5). */
export const wrongCodeKey = (keyring: Keyring, checkId: string, code: Code): string =>
  keyring.hash('wrong-code', `${checkId}\0${code}`);
