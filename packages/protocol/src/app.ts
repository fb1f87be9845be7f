import { type Static, Type } from 'typebox';
import {
  Closed,
  IdentityMethod,
  LmsId,
  Locale,
  Method,
  Name,
  Occasion,
  PhoneText,
  Time,
  Title,
} from './fields.ts';

const EpochMs = Type.Integer({ minimum: 0, description: 'Epoch milliseconds' });

/** `GET /app-api/time` */
export const TimeReply = Closed({ now: EpochMs });
export type TimeReply = Static<typeof TimeReply>;

export const Consent = Closed({
  id: Type.String(),
  required: Type.Boolean(),
  title: Type.String(),
  text: Type.String({ description: 'Plain text, paragraphs separated by an empty line' }),
});
export type Consent = Static<typeof Consent>;

/** `GET /app-api/consents?locale=` */
export const ConsentsReply = Closed({
  consents: Type.Array(Consent),
  proof: Type.Enum(['sms', 'identity'], { description: 'How a registration is proved here' }),
  identity: Type.Array(IdentityMethod, { description: 'Identity checks that prove a registration' }),
  demo: Type.Optional(Closed({ outboxUrl: Type.String(), lmsUrl: Type.String() })),
});
export type ConsentsReply = Static<typeof ConsentsReply>;

/** A P-256 public key, RFC 7517/7518: what else a JWK may carry is allowed, a private part is not. */
export const PublicKey = Type.Object(
  {
    kty: Type.Literal('EC'),
    crv: Type.Literal('P-256'),
    x: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
    y: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
    alg: Type.Optional(Type.String({ maxLength: 32 })),
    use: Type.Optional(Type.String({ maxLength: 32 })),
    kid: Type.Optional(Type.String({ maxLength: 128 })),
    ext: Type.Optional(Type.Boolean()),
    key_ops: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 8 })),
  },
  { additionalProperties: false },
);
export type PublicKey = Static<typeof PublicKey>;

/** `POST /app-api/registrations` */
export const BeginRegistrationRequest = Closed({
  name: Name,
  phone: PhoneText,
  consents: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 20 }),
  encryptionKey: PublicKey,
  locale: Type.Optional(Locale),
  /** `identity`: no message is sent, an identity check proves name and number. */
  proof: Type.Optional(Type.Enum(['sms', 'identity'])),
});
export type BeginRegistrationRequest = Static<typeof BeginRegistrationRequest>;

const SmsProof = Closed({
  kind: Type.Literal('sms'),
  digits: Type.Literal(6),
  reference: Type.String({ pattern: '^[A-Z0-9]{3}$' }),
  expiresAt: Time,
  resendAt: Time,
});

const IdentityProof = Closed({ kind: Type.Literal('identity'), expiresAt: Time });

/** `identity`: the identity checks that may prove it instead. */
export const PendingRegistration = Closed({
  registration: Type.String(),
  proof: Type.Union([SmsProof, IdentityProof]),
  identity: Type.Array(IdentityMethod),
});
export type PendingRegistration = Static<typeof PendingRegistration>;

/** `GET /app-api/registrations/{id}`: whether the message is on its way. */
export const RegistrationProgress = Closed({
  registration: Type.String(),
  delivery: Type.Enum(['waiting', 'sent', 'failing', 'none']),
  identity: Type.Array(IdentityMethod),
});
export type RegistrationProgress = Static<typeof RegistrationProgress>;

/** `POST /app-api/registrations/{id}/proof`: either the code of the message, or an identity check that was passed for this registration. */
export const ProveRegistrationRequest = Closed({
  code: Type.Optional(Type.String()),
  attempt: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
});
export type ProveRegistrationRequest = Static<typeof ProveRegistrationRequest>;

const AppLearner = Closed({ name: Type.String(), phone: Type.String() });

export const RegisteredDevice = Closed({
  device: Type.String(),
  seed: Type.String({ description: 'Compact JWE, ECDH-ES + A256GCM, to encryptionKey; 32 raw bytes' }),
  otp: Closed({ algorithm: Type.Literal('SHA256'), digits: Type.Literal(6), period: Type.Literal(60) }),
  learner: AppLearner,
  now: EpochMs,
});
export type RegisteredDevice = Static<typeof RegisteredDevice>;

export const DeviceStatus = Type.Enum(['active', 'replaced', 'reset', 'ended']);
export type DeviceStatus = Static<typeof DeviceStatus>;

/** Why a registration is locked: wrong codes (C-5), or somebody said “this was not me”. */
export const LockReason = Type.Enum(['wrong-codes', 'disputed']);
export type LockReason = Static<typeof LockReason>;

/** `GET /app-api/device`: for any device that ever existed. */
export const DeviceReply = Closed({
  device: Type.String(),
  status: DeviceStatus,
  locked: Type.Boolean(),
  lockedBecause: Type.Optional(LockReason),
  learner: AppLearner,
  checks: Type.Array(
    Closed({
      id: Type.String(),
      institution: Title,
      course: Title,
      occasion: Occasion,
      method: Method,
      at: Time,
      disputed: Type.Boolean(),
    }),
  ),
  /** Until when a replaced app may say “this was not me”; absent when it may not, or has said so. */
  disputableUntil: Type.Optional(Time),
  disputedAt: Type.Optional(Time),
  identity: Type.Array(IdentityMethod),
  now: EpochMs,
});
export type DeviceReply = Static<typeof DeviceReply>;

/** `POST /app-api/device/dispute`: “this was not me”, of a check or of the phone that replaced this one. */
export const DisputeRequest = Closed({ check: Type.Optional(LmsId) });
export type DisputeRequest = Static<typeof DisputeRequest>;

/** `POST /app-api/device/phone`: another number for this app. */
export const ChangePhoneRequest = Closed({ phone: PhoneText, locale: Type.Optional(Locale) });
export type ChangePhoneRequest = Static<typeof ChangePhoneRequest>;

/** `POST /app-api/device/phone/proof` */
export const ProvePhoneRequest = Closed({ registration: LmsId, code: Type.String() });
export type ProvePhoneRequest = Static<typeof ProvePhoneRequest>;

/** `POST /app-api/device/identity`: lifts the lock, or takes the certified name. */
export const DeviceIdentityRequest = Closed({
  method: IdentityMethod,
  purpose: Type.Enum(['unlock', 'name']),
});
export type DeviceIdentityRequest = Static<typeof DeviceIdentityRequest>;
