import type { PublicKey, RegisteredDevice } from '@motp/protocol';
import { CompactEncrypt, importJWK } from 'jose';
import type { Keyring } from '../keys/keyring.ts';
import type { Proved } from './settle-proof.ts';
import { appLearner } from './view-device.ts';

/**
 * hands the seed over encrypted to the app’s key (RFC 7518 §4.6), bound to device and registration, so
 * that nothing which only reads or records can hold it.
 */
export async function deliverSeed(keyring: Keyring, proved: Proved, now: number): Promise<RegisteredDevice> {
  const { registration, device, seed, learner } = proved;
  const key = await importJWK(JSON.parse(registration.encryption_key_json) as PublicKey, 'ECDH-ES');
  const jwe = await new CompactEncrypt(seed)
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
    .setKeyManagementParameters({
      apu: Buffer.from(registration.thumbprint),
      apv: Buffer.from(registration.id),
    })
    .encrypt(key);
  seed.fill(0);
  return {
    device,
    seed: jwe,
    otp: { algorithm: 'SHA256', digits: 6, period: 60 },
    learner: appLearner(keyring, learner),
    now,
  };
}
