import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { utf8 } from './bytes.ts';
import { additionalData, deriveVaultKey, openVault, receiveSeed, sealSeed } from './vault.ts';

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const counting = (length: number, from: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, index) => from + index);

// docs/spec/vault.md, "Test vector"; made with Python's hashlib, hmac and cryptography, not with this code.
const VECTOR = {
  passcode: '482915',
  deviceKey: counting(32, 0x00),
  salt: counting(16, 0x20),
  iv: counting(12, 0x30),
  seed: counting(32, 0x40),
  sealing: {
    device: 'dev_example',
    thumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
    otp: { algorithm: 'SHA256', digits: 6, period: 60 },
  },
  sealed:
    'a90ff028914bd7d427f2b343527178702bee9451510b546cf7061bc68bffc9af' + '295a0f1b7df3b883e976862d255ecc81',
} as const;

const deviceKey = (raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);

async function vectorVault() {
  const device = await deviceKey(VECTOR.deviceKey);
  const vaultKey = await deriveVaultKey(VECTOR.passcode, device, VECTOR.salt);
  return { device, vault: await sealSeed(VECTOR.seed.slice(), vaultKey, VECTOR.sealing, VECTOR.iv) };
}

describe('R-4 the vault', () => {
  it('R-4 has the bytes of the published test vector', async () => {
    const { vault } = await vectorVault();
    expect(new TextDecoder().decode(additionalData(vault))).toBe(
      `motp-vault\n1\ndev_example\n${VECTOR.sealing.thumbprint}\nPBKDF2-HMAC-SHA-256\n600000\n` +
        'ICEiIyQlJicoKSorLC0uLw\nSHA256\n6\n60',
    );
    expect(hex(vault.sealed)).toBe(VECTOR.sealed);
  });

  it('R-4 opens with the right passcode to the key that was sealed, which nobody can export', async () => {
    const { device, vault } = await vectorVault();
    const { key } = await deriveVaultKey(VECTOR.passcode, device, vault.salt, vault.iterations);
    const seed = await openVault(vault, key);
    if (!seed) throw new Error('The vault stayed closed');
    expect(seed.extractable).toBe(false);
    expect(seed.usages).toEqual(['sign']);
    const same = await deviceKey(VECTOR.seed);
    const mac = async (by: CryptoKey) => hex(new Uint8Array(await crypto.subtle.sign('HMAC', by, utf8('x'))));
    expect(await mac(seed)).toBe(await mac(same));
  });

  it('R-4 the vault key cannot be exported either', async () => {
    const device = await deviceKey(VECTOR.deviceKey);
    const { key } = await deriveVaultKey(VECTOR.passcode, device, VECTOR.salt, 1);
    expect(key.extractable).toBe(false);
  });

  it('R-4 stays closed for another passcode', async () => {
    const { device, vault } = await vectorVault();
    const { key } = await deriveVaultKey('482916', device, vault.salt, vault.iterations);
    expect(await openVault(vault, key)).toBeUndefined();
  });

  it('R-4 stays closed for the right passcode with another device key', async () => {
    const { vault } = await vectorVault();
    const other = await deviceKey(counting(32, 0x01));
    const { key } = await deriveVaultKey(VECTOR.passcode, other, vault.salt, vault.iterations);
    expect(await openVault(vault, key)).toBeUndefined();
  });

  it('R-4 stays closed when anything beside the seed was exchanged', async () => {
    const { device, vault } = await vectorVault();
    const { key } = await deriveVaultKey(VECTOR.passcode, device, vault.salt, vault.iterations);
    expect(await openVault({ ...vault, device: 'dev_other' }, key)).toBeUndefined();
    expect(await openVault({ ...vault, thumbprint: 'other' }, key)).toBeUndefined();
    expect(await openVault({ ...vault, iterations: 1 }, key)).toBeUndefined();
    expect(await openVault({ ...vault, salt: counting(16, 0x21) }, key)).toBeUndefined();
  });

  it('R-4 sealing overwrites the seed, and takes a new salt and a new nonce every time', async () => {
    const device = await deviceKey(VECTOR.deviceKey);
    const seed = VECTOR.seed.slice();
    const first = await sealSeed(seed, await deriveVaultKey('482915', device, undefined, 1), VECTOR.sealing);
    const second = await sealSeed(seed, await deriveVaultKey('482915', device, undefined, 1), VECTOR.sealing);
    expect(hex(seed)).toBe('00'.repeat(32));
    expect(first.salt).toHaveLength(16);
    expect(first.iv).toHaveLength(12);
    expect(first.sealed).toHaveLength(48);
    expect(hex(first.salt)).not.toBe(hex(second.salt));
    expect(hex(first.iv)).not.toBe(hex(second.iv));
  });
});

describe('R-3 the seed arrives encrypted to this device and this registration', () => {
  const meant = { thumbprint: 'the-thumbprint', registration: 'reg_1' };
  async function jweFor(apu: string, apv: string, seed = VECTOR.seed) {
    const usages: KeyUsage[] = ['deriveBits'];
    const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, usages);
    const jwe = await new CompactEncrypt(seed)
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
      .setKeyManagementParameters({ apu: utf8(apu), apv: utf8(apv) })
      .encrypt(pair.publicKey);
    return { jwe, key: pair.privateKey };
  }

  it('R-3 is taken when apu and apv name them', async () => {
    const { jwe, key } = await jweFor(meant.thumbprint, meant.registration);
    expect(hex(await receiveSeed(jwe, key, meant))).toBe(hex(VECTOR.seed));
  });

  it('R-3 is refused for another device, another registration, another length or an altered byte', async () => {
    const refused = 'The seed was not made for this registration';
    const device = await jweFor('other', meant.registration);
    await expect(receiveSeed(device.jwe, device.key, meant)).rejects.toThrow(refused);
    const registration = await jweFor(meant.thumbprint, 'reg_2');
    await expect(receiveSeed(registration.jwe, registration.key, meant)).rejects.toThrow(refused);
    const short = await jweFor(meant.thumbprint, meant.registration, counting(16, 0));
    await expect(receiveSeed(short.jwe, short.key, meant)).rejects.toThrow(refused);
    const { jwe, key } = await jweFor(meant.thumbprint, meant.registration);
    const altered = jwe.replace(
      /\.(.)([^.]*)$/,
      (_, first: string, rest: string) => `.${first === 'A' ? 'B' : 'A'}${rest}`,
    );
    await expect(receiveSeed(altered, key, meant)).rejects.toThrow('decryption operation failed');
  });
});

// RFC 7914 §11 has PBKDF2-HMAC-SHA-256 vectors; a platform whose PBKDF2 differed would lock its owner out.
it('R-4 PBKDF2 of this platform is PBKDF2 (RFC 7914 §11, c = 80000)', async () => {
  const password = await crypto.subtle.importKey('raw', utf8('Password'), 'PBKDF2', false, ['deriveBits']);
  const stretching = { name: 'PBKDF2', hash: 'SHA-256', salt: utf8('NaCl'), iterations: 80_000 };
  const bits = await crypto.subtle.deriveBits(stretching, password, 512);
  expect(hex(new Uint8Array(bits))).toBe(
    '4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56' +
      'a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d',
  );
});
