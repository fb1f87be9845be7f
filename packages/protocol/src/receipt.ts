import { type Static, Type } from 'typebox';
import { Closed, Course, LmsId, Method, Occasion, Reason } from './fields.ts';

/** JWS header `typ` of a receipt. */
export const RECEIPT_TYPE = 'motp-receipt+jwt';

/** Claims of a receipt (compact JWS, ES256). No name, no number. `iat` is the time of passing, seconds. */
export const ReceiptClaims = Closed({
  iss: Type.String(),
  aud: Type.String(),
  sub: LmsId,
  jti: Type.String(),
  iat: Type.Integer(),
  course: Course,
  occasion: Occasion,
  reasons: Type.Array(Reason),
  method: Method,
  amr: Type.Array(Type.String(), { description: 'RFC 8176' }),
  device: Type.Optional(Type.String({ description: 'RFC 7638 thumbprint of the app’s key' })),
  registration: Type.Optional(Closed({ at: Type.String(), proof: Type.Enum(['sms', 'identity']) })),
  demo: Type.Optional(Type.Literal(true)),
});
export type ReceiptClaims = Static<typeof ReceiptClaims>;

/** JWS header `typ` of what an answer of the drop-in façade carries: who takes receipts takes none of these. */
export const DROP_IN_RECEIPT_TYPE = 'motp-drop-in-receipt+jwt';

/**
 * Claims of a receipt that came by the drop-in façade without an API key: the code was right for the name and number
 * that the browser sent; learner, course and occasion are what the browser said. `iat` is seconds.
 */
export const DropInReceiptClaims = Closed({
  iss: Type.String(),
  aud: Type.String(),
  sub: LmsId,
  jti: Type.String({ description: 'Of the history entry; no check has this id' }),
  iat: Type.Integer(),
  via: Type.Literal('drop-in'),
  person: Type.Array(Type.String(), {
    description:
      'Whose code it was, for each API key in use: base64url HMAC-SHA-256 over jti, NUL, name, NUL, number; key = base64url SHA-256 of the API key',
  }),
  course: Closed({ id: LmsId, round: Type.Optional(LmsId) }),
  occasion: Occasion,
  method: Method,
  amr: Type.Array(Type.String()),
  demo: Type.Optional(Type.Literal(true)),
});
export type DropInReceiptClaims = Static<typeof DropInReceiptClaims>;
