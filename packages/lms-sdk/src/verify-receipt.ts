import { demandFresh, demandGenuine, type Genuine, openReceipt, refuseIf } from './open-receipt.ts';
import type { ReceiptClaims } from './types.ts';

export interface ReceiptExpectation extends Genuine {
  /** Id of the check that the LMS opened, from its own session, never from the browser. */
  check: string;
  /** Id of the signed-in learner, from the LMS's own session, never from the browser. */
  learner: string;
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
  demandFresh(claims, expected);
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
  const opened = await openReceipt(receipt, expected.jwks, 'motp-receipt+jwt');
  const claims = opened as unknown as ReceiptClaims;
  const { check = claims.jti, learner = claims.sub } = expected;
  demandGenuine(claims, expected);
  refuseIf(claims.jti !== check, 'wrong-check', 'The receipt is for another check.');
  refuseIf(claims.sub !== learner, 'wrong-learner', 'The receipt is for another learner.');
  // Its kind has a type of its own; this holds even if somebody signed one with this type.
  refuseIf(opened.via !== undefined, 'drop-in-refused', 'The receipt came by the drop-in façade.');
  return claims;
}
