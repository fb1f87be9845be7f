/** When a check is asked for. `number` is the lesson or the attempt, 1 to 999. */
export type OccasionKind = 'entry' | 'lesson' | 'progress-test' | 'exam' | 'assignment' | 'other';

export interface Occasion {
  kind: OccasionKind;
  number: number;
}

export interface Course {
  /** The LMS's own id, 1 to 64 characters. */
  id: string;
  /** Shown on the check page, 1 to 200 characters. */
  title: string;
  /** Opening of the course (회차), when the LMS has one. */
  round?: string;
}

export interface Learner {
  /** The LMS's own id, 1 to 64 characters; it comes back as `sub` of the receipt. */
  id: string;
  name: string;
  /** Any usual way of writing a mobile number: `010-1234-5678`, `+82 10 1234 5678`. */
  phone: string;
  /** `YYYY-MM-DD`. Helps only where a certified identity check is offered. */
  birthDate?: string;
}

/** Body of `POST /v1/checks`. */
export interface CheckRequest {
  learner: Learner;
  course: Course;
  occasion: Occasion;
  /** The LMS's session, kept as evidence. */
  session?: { id?: string; ip?: string };
  /** Where a full-page check returns, with `motp_check=<id>` added. Its origin must be registered. */
  returnUrl?: string;
  locale?: 'ko' | 'en';
  /** Opens a check though none is due. */
  force?: boolean;
}

/**
 * What the server made of a request to open a check.
 * - `open`: show `url` to the learner until `expiresAt` (ISO 8601, UTC).
 * - `passed`: nothing to show; `receipt` says why (an exemption window). Verify it like any other.
 * - `not-required`: let the learner in; `nextDue` says when a check is due next.
 * - `blocked`: do not let the learner in before `until` (ISO 8601, UTC).
 */
export type OpenedCheck =
  | { kind: 'open'; id: string; url: string; expiresAt: string; reasons: readonly string[] }
  | { kind: 'passed'; id: string; method: string; receipt: string }
  | { kind: 'not-required'; because: string; nextDue: Occasion | null }
  | { kind: 'blocked'; because: string; until: string };

/** An open check: show `url` to the learner until `expiresAt` (ISO 8601, UTC). `reasons` say why it is due. */
export type OpenCheck = Omit<Extract<OpenedCheck, { kind: 'open' }>, 'kind'>;

/**
 * What the server answers when it is asked before a step.
 * - `not-required`: let the learner in; `nextDue` says when a check is due next, null when none is foreseen.
 * - `check`: show `check.url`, keep `check.id` in the session, let in only with its receipt.
 * - `exempted`: an exemption window; verify `receipt` for `id` like any other, then let in.
 * - `blocked`: do not let the learner in before `until` (ISO 8601, UTC).
 */
export type RequiredCheck =
  | { kind: 'not-required'; because: string; nextDue: Occasion | null }
  | { kind: 'check'; check: OpenCheck }
  | { kind: 'exempted'; id: string; receipt: string }
  | { kind: 'blocked'; because: string; until: string };

/**
 * When an institution or a course asks (SPEC S-2 to S-4). `null` = no such rule. `holdsForMinutes.lesson: null`
 * means that calendar day in `timeZone`.
 */
export interface Policy {
  entry: 'once' | 'never';
  firstOfDay: boolean;
  everyLessons: number | null;
  before: readonly string[];
  dailyLessonLimit: number | null;
  timeZone: string;
  holdsForMinutes: { lesson: number | null; evaluation: number };
  /** 0 and null where nobody has changed the default. */
  version: number;
  /** ISO 8601, UTC. */
  changedAt: string | null;
}

/** A check as `GET /v1/checks/{id}` tells it. `passedAt` is ISO 8601, UTC. */
export interface Check {
  id: string;
  status: 'open' | 'passed' | 'expired';
  learner: { id: string };
  course: Course;
  occasion: Occasion;
  reasons: readonly string[];
  method?: string;
  passedAt?: string;
  receipt?: string;
}

/** Claims of a receipt. It carries no name and no number. */
export interface ReceiptClaims {
  /** The server's public URL. */
  iss: string;
  /** The institution's id. */
  aud: string;
  /** The learner's id at the institution. */
  sub: string;
  /** The check's id. */
  jti: string;
  /** When the check was passed, in seconds since 1970. */
  iat: number;
  course: Course;
  occasion: Occasion;
  reasons: readonly string[];
  /** `motp`, `phone`, `ipin`, `exemption`; more may come. */
  method: string;
  /** Authentication methods (RFC 8176). */
  amr?: readonly string[];
  /** For `motp`: thumbprint of the app's key (RFC 7638). */
  device?: string;
  /** For `motp`: when and how the app was registered. */
  registration?: { at: string; proof: 'sms' | 'identity' };
  /** Made by a demonstration server. */
  demo?: boolean;
}

/**
 * Claims of a receipt that came in the answer of the drop-in façade, without an API key. Learner, course and occasion
 * are what the browser said; {@link verifyDropInReceipt} holds them against what your server knows.
 */
export interface DropInReceiptClaims {
  iss: string;
  aud: string;
  sub: string;
  /** Unique: use each receipt once. No check has this id. */
  jti: string;
  /** When the code was accepted, in seconds since 1970. */
  iat: number;
  via: 'drop-in';
  /** Whose code it was, for each API key in use. */
  person: readonly string[];
  course: { id: string; round?: string };
  occasion: Occasion;
  method: string;
  amr?: readonly string[];
  demo?: boolean;
}

/** What `check.…` events say; `check` is the id that `openCheck` gave. */
export interface CheckEventData {
  check: string;
  learner: { id: string };
  course: Course;
  occasion: Occasion;
}

/** `learners` are the ids that your LMS gave to this person; `check` is the one that was not theirs. */
export interface LearnersEventData {
  learners: readonly { id: string }[];
  /** ISO 8601, UTC. */
  at: string;
  check?: string;
}

/**
 * What the mOTP server tells by webhook; `timestamp` is when it happened, ISO 8601, UTC.
 * - `check.passed`: the receipt is not in it; `getCheck` has it.
 * - `check.locked`: five wrong codes, the last of them on this check.
 * - `check.expired`: its ten minutes ran out.
 * - `registration.replaced`: another phone took the place of this learner's.
 * - `learner.disputed`: the learner says "this was not me", of `check` or of the phone that replaced theirs.
 */
export type WebhookEvent =
  | { type: 'check.passed'; timestamp: string; data: CheckEventData & { method: string; passedAt: string } }
  | { type: 'check.locked' | 'check.expired'; timestamp: string; data: CheckEventData }
  | { type: 'registration.replaced' | 'learner.disputed'; timestamp: string; data: LearnersEventData };
