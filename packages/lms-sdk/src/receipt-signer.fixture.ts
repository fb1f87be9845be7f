import { CompactSign, exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose';
import type { ReceiptClaims } from './types.ts';

/** A real ES256 key and what it signs, for tests. */
export interface Signer {
  kid: string;
  jwks: JSONWebKeySet;
  sign(claims: unknown, header?: Record<string, unknown>): Promise<string>;
}

export async function makeSigner(kid = 'key-1'): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  return {
    kid,
    jwks: { keys: [jwk] },
    sign(claims, header = {}) {
      const payload = new TextEncoder().encode(typeof claims === 'string' ? claims : JSON.stringify(claims));
      return new CompactSign(payload)
        .setProtectedHeader({ alg: 'ES256', typ: 'motp-receipt+jwt', kid, ...header })
        .sign(privateKey);
    },
  };
}

export const passedAt = Date.UTC(2026, 10, 23, 12, 0, 0);

export const claims: ReceiptClaims = {
  iss: 'https://motp.example',
  aud: 'hanbit',
  sub: 'trainee-17',
  jti: 'chk_1',
  iat: passedAt / 1000,
  course: { id: 'safety-101', title: '산업안전보건' },
  occasion: { kind: 'exam', number: 1 },
  reasons: ['exam'],
  method: 'motp',
  amr: ['otp', 'pin', 'mfa'],
  device: 'thumbprint',
  registration: { at: '2026-11-20T01:02:03.000Z', proof: 'sms' },
};
