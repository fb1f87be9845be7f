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
