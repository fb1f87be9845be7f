import { type CryptoKey, compactVerify, decodeProtectedHeader, errors, type JSONWebKeySet } from 'jose';
import { ReceiptError, type ReceiptErrorCode } from './receipt-error.ts';
import { fixedKeys, type ReceiptKeys } from './receipt-keys.ts';
import { type Fields, isFields } from './reply.ts';

/** The LMS's clock may be this far behind the server's. Milliseconds. */
const clockTolerance = 60_000;
/** C-8: a receipt opens something only while it is this fresh. Milliseconds. */
const maxReceiptAge = 10 * 60_000;

/** What every receipt is held against, whatever its kind. */
export interface Genuine {
  /** The mOTP server's public URL. */
  issuer: string;
  /** The institution's id. */
  audience: string;
  /** Keys by `receiptKeys`, or a key set at hand. */
  jwks: ReceiptKeys | JSONWebKeySet;
  /** The clock, in epoch milliseconds. */
  now?: () => number;
  /** Believe a demonstration server too. For trying things out only. */
  allowDemo?: boolean;
}

interface CommonClaims {
  iss: string;
  aud: string;
  iat: number;
  demo?: unknown;
}

/**
 * The claims of a compact JWS of this type (ES256), with texts and objects where they must be.
 * @throws {ReceiptError}
 */
export async function openReceipt(
  receipt: string,
  jwks: ReceiptKeys | JSONWebKeySet,
  typ: string,
): Promise<Fields> {
  const header = readHeader(receipt, typ);
  const keys =
    'find' in jwks && typeof jwks.find === 'function'
      ? (jwks as ReceiptKeys)
      : fixedKeys(jwks as JSONWebKeySet);
  const key = await keys.find(header);
  const claims = readJson(await checkSignature(receipt, key));
  const texts = ['iss', 'aud', 'sub', 'jti', 'method'].every((name) => typeof claims[name] === 'string');
  const objects = ['course', 'occasion'].every((name) => isFields(claims[name]));
  if (!texts || !objects || !Number.isSafeInteger(claims.iat)) throw malformed();
  return claims;
}

/** Whose, for whom, and not of tomorrow. @throws {ReceiptError} */
export function demandGenuine(claims: CommonClaims, expected: Genuine): void {
  refuseIf(claims.iss !== withoutSlash(expected.issuer), 'wrong-issuer', 'Another server made the receipt.');
  refuseIf(claims.aud !== expected.audience, 'wrong-audience', 'The receipt is for another institution.');
  refuseIf(
    isDemo(claims) && expected.allowDemo !== true,
    'demo-refused',
    'A demonstration made the receipt.',
  );
  const isOfTomorrow = ageOf(claims, expected) < -clockTolerance;
  refuseIf(isOfTomorrow, 'from-the-future', 'The receipt was made after now: a clock is wrong.');
}

export function demandFresh(claims: CommonClaims, expected: Pick<Genuine, 'now'>): void {
  const isOld = ageOf(claims, expected) > maxReceiptAge;
  refuseIf(isOld, 'too-old', 'The check was passed more than ten minutes ago.');
}

const ageOf = ({ iat }: CommonClaims, { now = Date.now }: Pick<Genuine, 'now'>): number => now() - iat * 1000;

function readHeader(receipt: string, expectedType: string): { alg: string; kid: string } {
  try {
    const { alg, typ, kid } = decodeProtectedHeader(receipt);
    if (alg === 'ES256' && typ === expectedType && typeof kid === 'string') return { alg, kid };
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

function readJson(payload: Uint8Array): Fields {
  let claims: unknown;
  try {
    claims = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (cause) {
    throw malformed(cause);
  }
  if (!isFields(claims)) throw malformed();
  return claims;
}

function isDemo({ demo }: CommonClaims): boolean {
  return demo !== undefined && demo !== false;
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}

export function malformed(cause?: unknown): ReceiptError {
  return new ReceiptError('malformed', 'This is not a receipt.', cause);
}

export function refuseIf(refused: boolean, code: ReceiptErrorCode, message: string): void {
  if (refused) throw new ReceiptError(code, message);
}
