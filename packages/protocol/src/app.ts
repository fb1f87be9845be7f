import { type Static, Type } from 'typebox';
import { Closed, Locale, Method, Name, Occasion, PhoneText, Time, Title } from './fields.ts';

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
});
export type BeginRegistrationRequest = Static<typeof BeginRegistrationRequest>;

export const PendingRegistration = Closed({
  registration: Type.String(),
  proof: Closed({
    kind: Type.Literal('sms'),
    digits: Type.Literal(6),
    reference: Type.String({ pattern: '^[A-Z0-9]{3}$' }),
    expiresAt: Time,
    resendAt: Time,
  }),
});
export type PendingRegistration = Static<typeof PendingRegistration>;

/** `POST /app-api/registrations/{id}/proof` */
export const ProveRegistrationRequest = Closed({ code: Type.String() });
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

/** `GET /app-api/device`: for any device that ever existed. */
export const DeviceReply = Closed({
  device: Type.String(),
  status: DeviceStatus,
  locked: Type.Boolean(),
  learner: AppLearner,
  checks: Type.Array(
    Closed({
      institution: Title,
      course: Title,
      occasion: Occasion,
      method: Method,
      at: Time,
    }),
  ),
  now: EpochMs,
});
export type DeviceReply = Static<typeof DeviceReply>;
