import { type Static, Type } from 'typebox';
import { Closed, Course, LmsId, Locale, Method, Name, Occasion, PhoneText, Reason, Time } from './fields.ts';

/** `POST /v1/checks`: one question “is it really you?” for one learner and one occasion. */
export const OpenCheckRequest = Closed({
  learner: Closed({
    id: LmsId,
    name: Name,
    phone: PhoneText,
    birthDate: Type.Optional(Type.String({ format: 'date' })),
  }),
  course: Course,
  occasion: Occasion,
  session: Type.Optional(
    Closed({ id: Type.Optional(LmsId), ip: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })) }),
  ),
  returnUrl: Type.Optional(Type.String({ format: 'uri', maxLength: 2000 })),
  locale: Type.Optional(Locale),
  force: Type.Optional(Type.Boolean()),
});
export type OpenCheckRequest = Static<typeof OpenCheckRequest>;

/** 201 for a new check, 200 for one that was open already. `url` is valid until `expiresAt`. */
export const OpenedCheck = Closed({
  id: Type.String(),
  status: Type.Literal('open'),
  url: Type.String({ format: 'uri' }),
  expiresAt: Time,
  reasons: Type.Array(Reason),
});
export type OpenedCheck = Static<typeof OpenedCheck>;

/** 201 in an exemption window (S-5): nothing to show; the receipt is verified like any other. */
export const ExemptedCheck = Closed({
  id: Type.String(),
  status: Type.Literal('passed'),
  method: Type.Literal('exemption'),
  receipt: Type.String({ description: 'Compact JWS, typ motp-receipt+jwt' }),
});
export type ExemptedCheck = Static<typeof ExemptedCheck>;

/** 200: nothing to show, let the learner in. `nextDue` is what will ask next by itself (S-1). */
export const NotRequired = Closed({
  status: Type.Literal('not-required'),
  because: Type.Enum(['already-checked', 'not-due']),
  nextDue: Type.Union([Occasion, Type.Null()]),
});
export type NotRequired = Static<typeof NotRequired>;

/** 200: let nobody in before `until`. */
export const Blocked = Closed({
  status: Type.Literal('blocked'),
  because: Type.Literal('daily-lesson-limit'),
  until: Time,
});
export type Blocked = Static<typeof Blocked>;

export const CheckStatus = Type.Enum(['open', 'passed', 'expired']);
export type CheckStatus = Static<typeof CheckStatus>;

/** `GET /v1/checks/{id}` */
export const CheckReply = Closed({
  id: Type.String(),
  status: CheckStatus,
  method: Type.Optional(Method),
  passedAt: Type.Optional(Time),
  learner: Closed({ id: LmsId }),
  course: Course,
  occasion: Occasion,
  reasons: Type.Array(Reason),
  receipt: Type.Optional(Type.String({ description: 'Compact JWS, typ motp-receipt+jwt' })),
});
export type CheckReply = Static<typeof CheckReply>;

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 64, pattern: '^[\\x20-\\x7e]+$' })),
});

/**
 * What came by the drop-in façade and is no check: a code that a browser alone sent (`unsigned`), or a check of
 * somebody else's that was logged, on a browser's word (`unsigned`) or the institution's (`vouched`). Lets nobody in.
 */
export const DropInEntry = Closed({
  id: Type.String(),
  status: Type.Enum(['unsigned', 'vouched']),
  via: Type.Literal('drop-in'),
  kind: Type.Enum(['code', 'substitute', 'entry-log']),
  at: Time,
  learner: Closed({ id: LmsId }),
  course: Closed({ id: LmsId, round: Type.Optional(LmsId) }),
  occasion: Occasion,
});
export type DropInEntry = Static<typeof DropInEntry>;

/** `GET /v1/learners/{learnerId}/checks`: newest first, without receipts; `next` is the cursor of the next page. */
export const CheckList = Closed({
  checks: Type.Array(Type.Union([CheckReply, DropInEntry])),
  next: Type.Union([Type.String(), Type.Null()]),
});
export type CheckList = Static<typeof CheckList>;

export const CheckListQuery = Closed({
  course: Type.Optional(LmsId),
  limit: Type.Optional(
    Type.String({ pattern: '^([1-9][0-9]?|100)$', description: 'How many, 1 to 100; 50 when left out' }),
  ),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: '`next` of the page before' }),
  ),
});
