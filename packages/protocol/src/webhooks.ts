import { type Static, Type } from 'typebox';
import { Closed, Course, LmsId, Method, Occasion, Time } from './fields.ts';

/** What an institution is told of. */
export const WebhookType = Type.Enum([
  'check.passed',
  'check.locked',
  'check.expired',
  'registration.replaced',
  'learner.disputed',
]);
export type WebhookType = Static<typeof WebhookType>;

const Learner = Closed({ id: LmsId });

const ofCheck = {
  check: Type.String({ description: 'Id of the check' }),
  learner: Learner,
  course: Course,
  occasion: Occasion,
};

/** The receipt is not in it: `GET /v1/checks/{id}` has it. */
export const PassedData = Closed({ ...ofCheck, method: Method, passedAt: Time });
/** Locked: five wrong codes, the last on this check. Expired: its time ran out. */
export const CheckData = Closed(ofCheck);
/** The ids that the institution itself gave to this learner. */
export const LearnersData = Closed({
  learners: Type.Array(Learner, { minItems: 1 }),
  at: Time,
  check: Type.Optional(Type.String({ description: 'The check that was not theirs, if it is about one' })),
});

const event = <
  const T extends WebhookType,
  D extends typeof PassedData | typeof CheckData | typeof LearnersData,
>(
  type: T,
  data: D,
) => Closed({ type: Type.Literal(type), timestamp: Time, data });

/** The body of a webhook (Standard Webhooks 1.0). No name, no number. */
export const WebhookEvent = Type.Union([
  event('check.passed', PassedData),
  event('check.locked', CheckData),
  event('check.expired', CheckData),
  event('registration.replaced', LearnersData),
  event('learner.disputed', LearnersData),
]);
export type WebhookEvent = Static<typeof WebhookEvent>;

const Url = Type.String({ format: 'uri', minLength: 1, maxLength: 2000 });
const Secret = Type.String({ description: '`whsec_` and 32 bytes in base64; shown this once' });

/** `PUT /v1/webhook` */
export const SetWebhook = Closed({ url: Url });
export type SetWebhook = Static<typeof SetWebhook>;

/** 201 with the secret the first time, 200 without it for another address. */
export const WebhookMade = Closed({ url: Url, secret: Secret });

/** `GET /v1/webhook`. `formerSecretUntil`: until then the secret before signs too. */
export const WebhookReply = Closed({
  url: Url,
  createdAt: Time,
  formerSecretUntil: Type.Optional(Time),
});
export type WebhookReply = Static<typeof WebhookReply>;

/** `POST /v1/webhook/secret` */
export const WebhookSecretReply = Closed({ secret: Secret, formerSecretUntil: Time });
export type WebhookSecretReply = Static<typeof WebhookSecretReply>;

export const WebhookStatus = Type.Enum(['delivered', 'waiting', 'failed']);
export type WebhookStatus = Static<typeof WebhookStatus>;

/** Why an attempt brought no HTTP status. */
export const WebhookError = Type.Enum(['address-refused', 'unreachable', 'timeout', 'webhook-removed']);
export type WebhookError = Static<typeof WebhookError>;

export const WebhookEventView = Closed({
  id: Type.String({ description: 'What its requests carry as webhook-id' }),
  type: WebhookType,
  createdAt: Time,
  status: WebhookStatus,
  attempts: Type.Integer({ minimum: 0 }),
  lastStatus: Type.Union([Type.Integer(), Type.Null()], { description: 'HTTP status of the last attempt' }),
  lastError: Type.Union([WebhookError, Type.Null()]),
  nextAt: Type.Union([Time, Type.Null()], { description: 'When it is tried next, at the earliest' }),
});
export type WebhookEventView = Static<typeof WebhookEventView>;

/** `GET /v1/webhook/events`, newest first; `next` is the `cursor` of the page after. */
export const WebhookEvents = Closed({
  events: Type.Array(WebhookEventView),
  next: Type.Union([Type.String(), Type.Null()]),
});
export type WebhookEvents = Static<typeof WebhookEvents>;

export const WebhookEventsQuery = Closed({
  status: Type.Optional(WebhookStatus),
  cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' })),
});
export type WebhookEventsQuery = Static<typeof WebhookEventsQuery>;
