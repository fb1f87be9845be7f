import type { IdentityMethod } from '@motp/protocol';
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

/** An identity check under way. Kept, because on a phone its window may close the app's; times in epoch ms. */
export type Attempt = { readonly id: string; readonly expiresAt: number };

/** What was sent by SMS and is to be typed here; times in epoch ms, server time. */
export type Message = {
  readonly registration: string;
  readonly reference: string;
  readonly expiresAt: number;
  readonly resendAt: number;
};

/** Between the SMS and its code. The passcode is not in it: what it was for, the vault key, already is. */
export type Pending = Message & {
  /** `required`: the code was right, but the number has another name (SPEC R-2a). */
  readonly proof: 'sms' | 'identity' | 'required';
  readonly identity: readonly IdentityMethod[];
  readonly attempt?: Attempt | undefined;
  readonly learner: MaskedLearner;
  readonly vaultKey: VaultKey;
};

/** Another number for this app (SPEC R-9), masked, until the code that was sent to it is typed. */
export type Changing = Message & { readonly phone: string };

/** Of an app that another phone replaced (SPEC R-5); times in epoch ms, server time. */
export type Replaced = {
  readonly at: number;
  /** Until when its owner may say “this was not me”; then this record goes. */
  readonly until: number;
  readonly disputedAt?: number;
  readonly signing: CryptoKeyPair;
};

export type Over = 'replaced' | 'ended' | 'erased';

export type Records = {
  keys: Keys;
  vault: Vault;
  learner: MaskedLearner;
  pending: Pending;
  changing: Changing;
  /** Of the registered device: lifts its lock, or takes the certified name. */
  attempt: Attempt & { readonly purpose: 'unlock' | 'name' };
  /** Wrong passcodes in a row (SPEC R-7). */
  failures: number;
  clock: Clock;
  /** The offset (ms) that the owner was told of, so that it is said once. */
  correction: number;
  /** Signing keys whose end the server has not confirmed (SPEC R-8). */
  endings: readonly CryptoKeyPair[];
  /** Why there is no registration any more, until the owner has read it. */
  over: Over;
  replaced: Replaced;
  demo: { readonly outboxUrl: string; readonly lmsUrl: string };
};

export type Changes = { readonly [Key in keyof Records]?: Records[Key] | undefined };

export type Store = {
  read<Key extends keyof Records>(key: Key): Promise<Records[Key] | undefined>;
  /** All or nothing, and on disk when it resolves. `undefined` erases a record. */
  write(changes: Changes): Promise<void>;
};
