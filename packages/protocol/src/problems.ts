/**
 * Every problem code of the wire with its HTTP status and title (RFC 9457 `type`, `status`, `title`).
 * `code` is stable; `detail` is for a person and never repeats input.
 */
export const problems = {
  malformed: { status: 400, title: 'The request does not have the documented shape' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'unknown-field': { status: 400, title: 'The request carries a field that does not exist' },
  'bad-text': { status: 400, title: 'A text holds a character that cannot be stored' },
  'not-a-code': { status: 400, title: 'A code is six digits' },
  'origin-not-registered': {
    status: 422,
    title: 'The return address is not one of the institution’s origins',
  },
  unauthorized: { status: 401, title: 'No API key, or one that is not valid' },
  'bad-proof': { status: 401, title: 'The DPoP proof is missing or not valid' },
  'proof-stale': { status: 401, title: 'The DPoP proof’s time is off by more than 60 seconds' },
  'proof-replayed': { status: 401, title: 'The DPoP proof was used before' },
  'device-unknown': { status: 401, title: 'No device was ever registered with this key' },
  'wrong-host': { status: 404, title: 'This address does not serve that' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'check-unknown': { status: 404, title: 'No such check' },
  'attempt-unknown': { status: 404, title: 'No such identity check, or not with this secret' },
  'registration-unknown': { status: 404, title: 'No such registration for this key' },
  'webhook-unknown': { status: 404, title: 'No webhook is set for this institution' },
  'event-unknown': { status: 404, title: 'No such webhook event' },
  'idempotency-running': { status: 409, title: 'A request with this Idempotency-Key is still running' },
  'attempt-running': { status: 409, title: 'The result of this identity check is being fetched' },
  'check-over': { status: 410, title: 'The check is over' },
  'registration-over': { status: 410, title: 'The registration is over' },
  'device-over': { status: 410, title: 'The device’s registration has ended' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'phone-not-mobile': { status: 422, title: 'Only Korean mobile numbers can be registered' },
  'consent-required': { status: 422, title: 'A required consent is missing' },
  'wrong-proof': { status: 422, title: 'The SMS code is wrong' },
  'identity-required': { status: 422, title: 'This needs a certified identity check' },
  'identity-unavailable': { status: 422, title: 'This identity check is not offered here' },
  'phone-unchanged': { status: 422, title: 'The number is the registered one already' },
  'webhook-address': { status: 422, title: 'Webhooks are not sent to this address' },
  'idempotency-mismatch': { status: 422, title: 'The Idempotency-Key belongs to another body' },
  'message-limit': {
    status: 429,
    title: 'Too many messages to this number, from this address, or of the day',
  },
  'registration-limit': { status: 429, title: 'Too many unproved registrations from this address' },
  'proof-closed': { status: 429, title: 'SMS proof of this number is closed until the next day' },
  'identity-limit': { status: 429, title: 'Too many identity checks were started' },
  'too-many-failures': { status: 429, title: 'Too many failures from this address or on this check' },
  'institution-limit': { status: 429, title: 'Too many checks were opened by this institution' },
  internal: { status: 500, title: 'Something went wrong on the server' },
  unavailable: { status: 503, title: 'The outcome is unknown; ask the state' },
  'provider-unavailable': { status: 503, title: 'The identity provider does not answer' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

/** One wrong place in the request: `path` is a JSON Pointer (RFC 6901) into the body. */
export interface ProblemError {
  path: string;
  message: string;
}

/** RFC 9457 problem as this product sends it. Some codes add members: `triesLeft`, `now` (epoch ms). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  errors?: ProblemError[];
  triesLeft?: number;
  now?: number;
}
