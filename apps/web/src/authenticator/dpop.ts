import { exportJWK, SignJWT } from 'jose';
import { base64url, randomBytes } from './bytes.ts';

export type ProofOf = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Origin and path; RFC 9449 §4.2 wants it without query and fragment. */
  readonly url: string;
  /** Epoch milliseconds, server time. */
  readonly now: number;
  /** RFC 7638 thumbprint of the encryption key: binds it to the signing key in the first request (SPEC R-3). */
  readonly encryptionThumbprint?: string;
};

/** A DPoP proof (RFC 9449 §4.2) by this device's signing key. */
export async function dpopProof(signing: CryptoKeyPair, of: ProofOf): Promise<string> {
  const { kty, crv, x, y } = await exportJWK(signing.publicKey);
  const { encryptionThumbprint } = of;
  const claims = {
    htm: of.method,
    htu: of.url.replace(/[?#].*$/, ''),
    jti: base64url(randomBytes(16)),
    ...(encryptionThumbprint === undefined ? {} : { enc_jkt: encryptionThumbprint }),
  };
  return new SignJWT(claims)
    .setProtectedHeader({
      typ: 'dpop+jwt',
      alg: 'ES256',
      jwk: { kty, crv, x, y } as JsonWebKey & { kty: string },
    })
    .setIssuedAt(Math.floor(of.now / 1000))
    .sign(signing.privateKey);
}
