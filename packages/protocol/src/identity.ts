import { type Static, Type } from 'typebox';
import { Closed, IdentityMethod, Time } from './fields.ts';

/** `POST /check/{token}/identity`, `POST /app-api/registrations/{id}/identity` */
export const BeginIdentityRequest = Closed({ method: IdentityMethod });
export type BeginIdentityRequest = Static<typeof BeginIdentityRequest>;

/**
 * An identity check that was started. `url` is where the browser goes: the provider, or a page of ours that loads
 * the provider's script with `sdk`. `secret` stays with the page that started it.
 */
export const IdentityAttempt = Closed({
  attempt: Type.String(),
  secret: Type.String(),
  url: Type.String(),
  window: Type.String(),
  sdk: Type.Optional(
    Type.Object({}, { additionalProperties: true, description: 'For the provider’s script' }),
  ),
  expiresAt: Time,
});
export type IdentityAttempt = Static<typeof IdentityAttempt>;

/** `POST /identity/return/{attempt}`: what the provider appended to the return address, and the secret. */
export const CompleteIdentityRequest = Closed({
  secret: Type.String({ minLength: 1, maxLength: 128 }),
  parameters: Type.Record(Type.String({ pattern: '^[\\w.~-]{1,64}$' }), Type.String({ maxLength: 4096 }), {
    maxProperties: 30,
  }),
});
export type CompleteIdentityRequest = Static<typeof CompleteIdentityRequest>;

export const IdentityRefusalReason = Type.Enum([
  'identity-differs',
  'identity-failed',
  'identity-cancelled',
  'check-over',
]);
export type IdentityRefusalReason = Static<typeof IdentityRefusalReason>;

export const IdentityField = Type.Enum(['name', 'phone', 'birthDate']);
export type IdentityField = Static<typeof IdentityField>;

const RefusedIdentityMembers = {
  outcome: Type.Literal('refused'),
  reason: IdentityRefusalReason,
  field: Type.Optional(IdentityField),
};

/** In the check's state: how the latest identity check ended. */
export const RefusedIdentity = Closed(RefusedIdentityMembers);
export type RefusedIdentity = Static<typeof RefusedIdentity>;

/** The answer to a return, and `GET /app-api/identity/{attempt}`. */
export const IdentityOutcome = Type.Union([
  Closed({ outcome: Type.Literal('started') }),
  Closed({ outcome: Type.Literal('passed') }),
  RefusedIdentity,
]);
export type IdentityOutcome = Static<typeof IdentityOutcome>;
