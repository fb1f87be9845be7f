import { type Static, Type } from 'typebox';
import { Closed, Method, Occasion, Title } from './fields.ts';
import { RefusedIdentity } from './identity.ts';
import { CheckStatus } from './lms.ts';

/** `GET /check/{token}/state`; after expiry, and 10 min after passing, `status` alone. */
export const CheckState = Closed({
  id: Type.String(),
  status: CheckStatus,
  institution: Closed({ name: Title }),
  learner: Closed({ name: Type.String(), phone: Type.String() }),
  course: Closed({ title: Title }),
  occasion: Occasion,
  registered: Type.Boolean(),
  locked: Type.Boolean(),
  triesLeft: Type.Integer({ minimum: 0, maximum: 5 }),
  methods: Type.Array(Method),
  install: Closed({ url: Type.String(), qr: Type.String({ description: 'Address of an SVG' }) }),
  help: Closed({
    phone: Type.Union([Type.String(), Type.Null()]),
    url: Type.Union([Type.String(), Type.Null()]),
  }),
  identity: Type.Optional(RefusedIdentity),
  replaced: Type.Optional(
    Closed({ at: Type.String({ description: 'When another phone took the place of the one before' }) }),
  ),
  expiresAt: Type.String(),
  serverTime: Type.String(),
  locale: Type.Enum(['ko', 'en']),
  embedders: Type.Array(Type.String(), { description: 'Origins that may embed or greet the page' }),
  demo: Type.Optional(Closed({ appUrl: Type.String(), outboxUrl: Type.String() })),
  method: Type.Optional(Method),
  receipt: Type.Optional(Type.String()),
  returnUrl: Type.Optional(Type.String()),
});
export type CheckState = Static<typeof CheckState>;

export const CheckStateOver = Closed({ status: CheckStatus });
export type CheckStateOver = Static<typeof CheckStateOver>;

/** `POST /check/{token}/code`. What is not six digits after T-4’s forgiveness is 400 `not-a-code`. */
export const AnswerRequest = Closed({
  code: Type.String({
    description: 'Six digits; spaces, hyphens and full-width digits are forgiven',
  }),
});
export type AnswerRequest = Static<typeof AnswerRequest>;

export const RefusalReason = Type.Enum([
  'wrong-code',
  'code-used',
  'code-too-old',
  'clock-off',
  'not-registered',
  'name-differs',
  'phone-differs',
  'locked',
]);
export type RefusalReason = Static<typeof RefusalReason>;

export const PassedAnswer = Closed({
  outcome: Type.Literal('passed'),
  receipt: Type.String(),
  returnUrl: Type.Optional(Type.String()),
});
export type PassedAnswer = Static<typeof PassedAnswer>;

export const RefusedAnswer = Closed({
  outcome: Type.Literal('refused'),
  reason: RefusalReason,
  triesLeft: Type.Integer({ minimum: 0, maximum: 5 }),
  clockOffset: Type.Optional(Type.Integer({ description: 'Phone minus server, seconds, whole minutes' })),
  registeredName: Type.Optional(Type.String({ description: 'Masked: 홍*동' })),
  registeredPhone: Type.Optional(Type.String({ description: 'Last four digits' })),
});
export type RefusedAnswer = Static<typeof RefusedAnswer>;
export type AnswerReply = PassedAnswer | RefusedAnswer;
