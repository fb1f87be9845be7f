import { type CryptoKey, compactVerify, decodeProtectedHeader, errors, type JSONWebKeySet } from 'jose';
import { ReceiptError, type ReceiptErrorCode } from './receipt-error.ts';
import { fixedKeys, type ReceiptKeys } from './receipt-keys.ts';
import { isFields } from './reply.ts';
import type { ReceiptClaims } from './types.ts';

/** C-8: a receipt opens something only while it is this fresh. Milliseconds. */
const maxReceiptAge = 10 * 60_000;
/** The LMS's clock may be this far behind the server's. Milliseconds. */
const clockTolerance = 60_000;

export interface ReceiptExpectation {
  /** The mOTP server's public URL. */
  issuer: string;
  /** The institution's id. */
  audience: string;
  /** Id of the check that the LMS opened, from its own session, never from the browser. */
  check: string;
  /** Id of the signed-in learner, from the LMS's own session, never from the browser. */
  learner: string;
  /** Keys by {@link receiptKeys}, or a key set at hand. */
  jwks: ReceiptKeys | JSONWebKeySet;
  /** The clock, in epoch milliseconds. */
  now?: () => number;
  /** Believe a demonstration server too. For trying things out only. */
  allowDemo?: boolean;
}

export type ArchivedReceiptExpectation = Omit<ReceiptExpectation, 'check' | 'learner'> &
  Partial<Pick<ReceiptExpectation, 'check' | 'learner'>>;

/**
 * Decides whether a receipt opens something now: signed by the mOTP server (ES256, type
 * `motp-receipt+jwt`), for this institution, this check and this learner, at most ten minutes ago.
 * Works without a connection once the keys are at hand. Use each check's receipt once: forget the
 * check's id in the session when it has opened what it was for.
 *
 * @returns the claims; `iat` is in seconds, everything else as {@link ReceiptClaims} says.
 * @throws {ReceiptError} whose `code` says why not. Nothing may open then.
 */
export async function verifyReceipt(receipt: string, expected: ReceiptExpectation): Promise<ReceiptClaims> {
  const claims = await verifyArchivedReceipt(receipt, expected);
  const age = (expected.now ?? Date.now)() - claims.iat * 1000;
  refuseIf(age > maxReceiptAge, 'too-old', 'The check was passed more than ten minutes ago.');
  return claims;
}

/**
 * Decides whether a kept receipt is genuine, however old: for audits. It must not open anything.
 * `check` and `learner` are compared when they are given.
 *
 * @throws {ReceiptError} as {@link verifyReceipt}, but never 'too-old'.
 */
export async function verifyArchivedReceipt(
  receipt: string,
  expected: ArchivedReceiptExpectation,
): Promise<ReceiptClaims> {
  const claims = readClaims(await openSignature(receipt, expected.jwks));
  const age = (expected.now ?? Date.now)() - claims.iat * 1000;
  const { check = claims.jti, learner = claims.sub } = expected;
  refuseIf(claims.iss !== withoutSlash(expected.issuer), 'wrong-issuer', 'Another server made the receipt.');
  refuseIf(claims.aud !== expected.audience, 'wrong-audience', 'The receipt is for another institution.');
  refuseIf(claims.jti !== check, 'wrong-check', 'The receipt is for another check.');
  refuseIf(claims.sub !== learner, 'wrong-learner', 'The receipt is for another learner.');
  refuseIf(
    isDemo(claims) && expected.allowDemo !== true,
    'demo-refused',
    'A demonstration made the receipt.',
  );
  refuseIf(age < -clockTolerance, 'from-the-future', 'The receipt was made after now: a clock is wrong.');
  return claims;
}

async function openSignature(receipt: string, jwks: ReceiptKeys | JSONWebKeySet): Promise<Uint8Array> {
  const header = readHeader(receipt);
  const keys =
    'find' in jwks && typeof jwks.find === 'function'
      ? (jwks as ReceiptKeys)
      : fixedKeys(jwks as JSONWebKeySet);
  const key = await keys.find(header);
  return checkSignature(receipt, key);
}

function readHeader(receipt: string): { alg: string; kid: string } {
  try {
    const { alg, typ, kid } = decodeProtectedHeader(receipt);
    if (alg === 'ES256' && typ === 'motp-receipt+jwt' && typeof kid === 'string') return { alg, kid };
  } catch (cause) {
    throw malformed(cause);
  }
  throw malformed();
}

async function checkSignature(receipt: string, key: CryptoKey): Promise<Uint8Array> {
  try {
    return (await compactVerify(receipt, key, { algorithms: ['ES256'] })).payload;
  } catch (cause) {
    if (cause instanceof errors.JWSSignatureVerificationFailed) {
      throw new ReceiptError('tampered', 'The signature does not fit the receipt.', cause);
    }
    if (cause instanceof errors.JOSEError) throw malformed(cause);
    throw cause;
  }
}

function readClaims(payload: Uint8Array): ReceiptClaims {
  let claims: unknown;
  try {
    claims = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (cause) {
    throw malformed(cause);
  }
  if (!isFields(claims)) throw malformed();
  const texts = ['iss', 'aud', 'sub', 'jti', 'method'].every((name) => typeof claims[name] === 'string');
  const objects = ['course', 'occasion'].every((name) => isFields(claims[name]));
  if (!texts || !objects || !Number.isSafeInteger(claims.iat)) throw malformed();
  return claims as unknown as ReceiptClaims;
}

function isDemo(claims: ReceiptClaims): boolean {
  return claims.demo !== undefined && claims.demo !== false;
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}

function malformed(cause?: unknown): ReceiptError {
  return new ReceiptError('malformed', 'This is not a receipt.', cause);
}

function refuseIf(refused: boolean, code: ReceiptErrorCode, message: string): void {
  if (refused) throw new ReceiptError(code, message);
}
