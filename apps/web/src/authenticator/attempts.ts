import { eraseRegistration } from './ending.ts';
import type { Locks } from './locks.ts';
import type { Store } from './store.ts';
import { deriveVaultKey, openVault } from './vault.ts';

export const MAX_FAILURES = 5;

export type Unlocking =
  | { readonly kind: 'opened'; readonly seed: CryptoKey }
  | { readonly kind: 'wrong'; readonly left: number }
  /** The fifth wrong one: seed and keys are gone. */
  | { readonly kind: 'erased' }
  | { readonly kind: 'nothing-to-open' };

/**
 * One try at the passcode (SPEC R-7). The failure is on disk before the derivation starts and taken back on success,
 * so closing the app in the middle gains no try; the lock lets two tabs count one after the other.
 */
export async function unlock(store: Store, locks: Locks, passcode: string): Promise<Unlocking> {
  return locks('motp-vault', async () => {
    const [vault, keys, before = 0] = await Promise.all([
      store.read('vault'),
      store.read('keys'),
      store.read('failures'),
    ]);
    if (!vault || !keys) return { kind: 'nothing-to-open' };
    if (before >= MAX_FAILURES) return erase(store);
    const failures = before + 1;
    await store.write({ failures });
    const { key } = await deriveVaultKey(passcode, keys.device, vault.salt, vault.iterations);
    const seed = await openVault(vault, key);
    if (!seed)
      return failures >= MAX_FAILURES ? erase(store) : { kind: 'wrong', left: MAX_FAILURES - failures };
    await store.write({ failures: undefined });
    return { kind: 'opened', seed };
  });
}

async function erase(store: Store): Promise<Unlocking> {
  await eraseRegistration(store, 'erased');
  return { kind: 'erased' };
}
