import { compactDecrypt } from 'jose';
import { base64url, randomBytes, utf8 } from './bytes.ts';

// The format of docs/spec/vault.md. Whatever changes here changes there, and gets a new version.

export const VAULT_VERSION = 1;

/** docs/adr/0006: 72 ms on a desktop core, three quarters of a second on a phone ten times slower. */
export const ITERATIONS = 600_000;

const SALT_BYTES = 16;
const IV_BYTES = 12;
const SEED_BYTES = 32;
const HKDF_INFO = 'motp-vault/1 aes-256-gcm';

export type Otp = { readonly algorithm: 'SHA256'; readonly digits: 6; readonly period: 60 };

export type VaultKey = {
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
  /** AES-GCM, non-extractable. */
  readonly key: CryptoKey;
};

export type Vault = {
  readonly version: typeof VAULT_VERSION;
  readonly device: string;
  readonly thumbprint: string;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
  readonly otp: Otp;
  readonly iv: Uint8Array<ArrayBuffer>;
  /** 32 bytes of ciphertext and the 16 of the GCM tag. */
  readonly sealed: Uint8Array<ArrayBuffer>;
};

export type Sealing = Pick<Vault, 'device' | 'thumbprint' | 'otp'>;

/** AES-GCM key = HKDF(HMAC(device key, PBKDF2(passcode, salt))) (SPEC R-4). One call is one try. */
export async function deriveVaultKey(
  passcode: string,
  device: CryptoKey,
  salt: Uint8Array<ArrayBuffer> = randomBytes(SALT_BYTES),
  iterations: number = ITERATIONS,
): Promise<VaultKey> {
  const { subtle } = crypto;
  const password = await subtle.importKey('raw', utf8(passcode), 'PBKDF2', false, ['deriveBits']);
  const stretching = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  const stretched = new Uint8Array(await subtle.deriveBits(stretching, password, 256));
  const bound = new Uint8Array(await subtle.sign('HMAC', device, stretched));
  const material = await subtle.importKey('raw', bound, 'HKDF', false, ['deriveKey']);
  const expanding = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: utf8(HKDF_INFO) };
  const aes = { name: 'AES-GCM', length: 256 };
  const key = await subtle.deriveKey(expanding, material, aes, false, ['encrypt', 'decrypt']);
  stretched.fill(0);
  bound.fill(0);
  return { salt, iterations, key };
}

/** Seals the seed and overwrites `seed`. */
export async function sealSeed(
  seed: Uint8Array<ArrayBuffer>,
  vaultKey: VaultKey,
  sealing: Sealing,
  iv: Uint8Array<ArrayBuffer> = randomBytes(IV_BYTES),
): Promise<Vault> {
  const { salt, iterations } = vaultKey;
  const open = { version: VAULT_VERSION, ...sealing, salt, iterations, iv } as const;
  const aes = { name: 'AES-GCM', iv, additionalData: additionalData(open) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(aes, vaultKey.key, seed));
  seed.fill(0);
  return { ...open, sealed };
}

/** The seed as a key whose bytes nobody can read, or undefined: wrong passcode, other device or altered vault. */
export async function openVault(vault: Vault, key: CryptoKey): Promise<CryptoKey | undefined> {
  const aes = { name: 'AES-GCM', iv: vault.iv, additionalData: additionalData(vault) };
  const opened = await crypto.subtle.decrypt(aes, key, vault.sealed).catch(() => undefined);
  if (opened === undefined) return undefined;
  const seed = new Uint8Array(opened);
  const hmac = await importSeed(seed);
  seed.fill(0);
  return hmac;
}

const importSeed = (seed: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', seed, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);

/** Everything beside the ciphertext, so that no parameter can be exchanged under a sealed seed. */
export function additionalData(vault: Omit<Vault, 'iv' | 'sealed'>): Uint8Array<ArrayBuffer> {
  const { algorithm, digits, period } = vault.otp;
  const kdf = ['PBKDF2-HMAC-SHA-256', vault.iterations, base64url(vault.salt)];
  return utf8(
    ['motp-vault', vault.version, vault.device, vault.thumbprint, ...kdf, algorithm, digits, period].join(
      '\n',
    ),
  );
}

/**
 * The seed out of the server's JWE (PROTOCOL §4). `apu` and `apv` say for which device and which registration it was
 * made; a JWE that was made for another is refused though it decrypts.
 */
export async function receiveSeed(
  jwe: string,
  encryption: CryptoKey,
  meant: { readonly thumbprint: string; readonly registration: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, encryption, {
    keyManagementAlgorithms: ['ECDH-ES'],
    contentEncryptionAlgorithms: ['A256GCM'],
  });
  const { apu, apv } = protectedHeader;
  const fits =
    apu === base64url(utf8(meant.thumbprint)) &&
    apv === base64url(utf8(meant.registration)) &&
    plaintext.length === SEED_BYTES;
  if (!fits) throw new Error('The seed was not made for this registration');
  const seed = new Uint8Array(plaintext);
  plaintext.fill(0);
  return seed;
}
