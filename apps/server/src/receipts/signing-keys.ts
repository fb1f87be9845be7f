import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { record } from '../audit/record.ts';
import type { Database } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import { insertSigningKey, lockSigningKeys, readSigningKeys, type StoredSigningKey } from './store.ts';

/** The key that signs now, and the public halves of all that ever signed. */
export interface SigningKeys {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwks: { keys: JWK[] };
}

/** Reads the signing keys; the first server over a new database makes one (ES256, sealed, P-2). */
export async function signingKeys(database: Database, keyring: Keyring, world: World): Promise<SigningKeys> {
  const stored = await readSigningKeys(database);
  if (!stored.some(isUsable)) await makeSigningKey(database, keyring, world);
  const keys = await readSigningKeys(database);
  const front = keys.find(isUsable);
  if (!front) throw new Error('no signing key could be made');
  const der = keyring.open({ table: 'signing_key', column: 'private', row: front.kid }, front.private_sealed);
  return {
    kid: front.kid,
    privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
    jwks: { keys: keys.map(({ public_json: json }) => JSON.parse(json) as JWK) },
  };
}

const isUsable = ({ retired_at: retiredAt }: StoredSigningKey) => retiredAt === null;

async function makeSigningKey(database: Database, keyring: Keyring, world: World): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  await database.transaction(async (tx) => {
    await lockSigningKeys(tx);
    if ((await readSigningKeys(tx)).some(isUsable)) return;
    const now = world.now();
    await insertSigningKey(tx, {
      kid,
      public_json: JSON.stringify({ ...jwk, kid, alg: 'ES256', use: 'sig' }),
      private_sealed: keyring.seal({ table: 'signing_key', column: 'private', row: kid }, der),
      created_at: now,
      retired_at: null,
    });
    await record(tx, { at: now, kind: 'signing-key.made', actor: 'system', data: { kid } });
  });
}
