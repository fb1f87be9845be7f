import type { Clock } from './clock.ts';
import type { Vault, VaultKey } from './vault.ts';

export type Keys = {
  /** ECDSA P-256: names this device and signs DPoP proofs. */
  readonly signing: CryptoKeyPair;
  /** ECDH P-256: the server encrypts the seed to it. */
  readonly encryption: CryptoKeyPair;
  /** HMAC-SHA-256: without it a copied vault cannot be tried (SPEC R-4). */
  readonly device: CryptoKey;
  /** RFC 7638 thumbprint of the signing key. */
  readonly thumbprint: string;
};

/** Shown to the owner; the full values stay on the server. */
export type MaskedLearner = { readonly name: string; readonly phone: string };

/** Between the SMS and its code. The passcode is not in it: what it was for, the vault key, already is. */
export type Pending = {
  readonly registration: string;
  readonly reference: string;
  /** Epoch ms, server time. */
  readonly expiresAt: number;
  readonly resendAt: number;
  readonly learner: MaskedLearner;
  readonly vaultKey: VaultKey;
};

export type Over = 'replaced' | 'ended' | 'erased';

export type Records = {
  keys: Keys;
  vault: Vault;
  learner: MaskedLearner;
  pending: Pending;
  /** Wrong passcodes in a row (SPEC R-7). */
  failures: number;
  clock: Clock;
  /** The offset (ms) that the owner was told of, so that it is said once. */
  correction: number;
  /** Signing keys whose end the server has not confirmed (SPEC R-8). */
  endings: readonly CryptoKeyPair[];
  /** Why there is no registration any more, until the owner has read it. */
  over: Over;
  demo: { readonly outboxUrl: string; readonly lmsUrl: string };
};

export type Changes = { readonly [Key in keyof Records]?: Records[Key] | undefined };

export type Store = {
  read<Key extends keyof Records>(key: Key): Promise<Records[Key] | undefined>;
  /** All or nothing, and on disk when it resolves. `undefined` erases a record. */
  write(changes: Changes): Promise<void>;
};
