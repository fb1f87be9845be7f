import { sign } from 'node:crypto';
import { type DropInReceiptClaims, RECEIPT_TYPE, type ReceiptClaims } from '@motp/protocol';
import type { SigningKeys } from './signing-keys.ts';

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A receipt as compact JWS (RFC 7515, ES256). Signed with `node:crypto` directly: every passed answer pays
 * for one signature, and the asynchronous path costs two to six times as much (ADR 0007).
 */
export function signReceipt(
  keys: Pick<SigningKeys, 'kid' | 'privateKey'>,
  claims: ReceiptClaims | DropInReceiptClaims,
  typ: string = RECEIPT_TYPE,
): string {
  const header = { alg: 'ES256', typ, kid: keys.kid };
  const input = `${base64url(header)}.${base64url(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
