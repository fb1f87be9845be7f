/** Why a receipt is not believed. Stable: decide by it, log it, never show it to a learner. */
export type ReceiptErrorCode =
  /** Not a compact JWS of the right type and algorithm, or without the claims of a receipt. */
  | 'malformed'
  /** The signature does not fit: the receipt was changed, or is somebody else's making. */
  | 'tampered'
  /** Signed with a key that the server does not publish. */
  | 'unknown-key'
  /** No key set could be had. */
  | 'keys-unavailable'
  /** The key set is older than allowed, and no newer one could be had. */
  | 'keys-expired'
  | 'wrong-issuer'
  | 'wrong-audience'
  | 'wrong-check'
  | 'wrong-learner'
  /** Drop-in only: the code was another person's than the learner's. */
  | 'wrong-person'
  /** Drop-in only: passed for another course, round or occasion. */
  | 'wrong-occasion'
  /** It came by the drop-in façade: `verifyDropInReceipt` is for these. */
  | 'drop-in-refused'
  /** Passed more than ten minutes ago. */
  | 'too-old'
  /** Passed more than a minute after now: one of the clocks is wrong. */
  | 'from-the-future'
  /** Made by a demonstration server, and `allowDemo` was not said. */
  | 'demo-refused';

/** A receipt that must not open anything. */
export class ReceiptError extends Error {
  readonly code: ReceiptErrorCode;

  constructor(code: ReceiptErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'ReceiptError';
    this.code = code;
  }
}
