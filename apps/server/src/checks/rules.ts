import { acceptedSteps, type Code, tooOldSteps } from '@motp/otp';
import { seoulDay } from '../calendar.ts';

/** C-5: this many wrong codes in a row lock, and so do more than this many in a day. */
export const MAX_FAILURES = 5;
export const MAX_FAILURES_A_DAY = 20;
const DAY_MS = 24 * 60 * 60_000;

/** C-5: the same wrong code again within this time is a double click, not a guess. */
const REPEAT_MS = 60_000;

/** What a registration knows about codes. `lastStep` is -1 before the first; times are epoch ms. */
export interface RegistrationState {
  readonly nameKey: string;
  readonly lastStep: number;
  /** Steps ahead of the clock that were shown and are spent (C-4a). */
  readonly spent: readonly number[];
  readonly failures: number;
  readonly failedAt: readonly number[];
  readonly lockedAt: number | null;
  readonly usedAt: number;
}

export interface CheckState {
  readonly nameKey: string;
  readonly status: 'open' | 'passed' | 'expired';
  readonly expiresAt: number;
  readonly passedAt: number | null;
  readonly wrong: LastWrong | null;
  readonly clockSearched: boolean;
}

/** The last wrong code of a check, as a keyed hash, and the clock offset (s) that explained it. */
export interface LastWrong {
  readonly key: string;
  readonly at: number;
  readonly clockOffset: number | null;
}

/** What an answer is compared with; `codeOf` and `keyOf` are only called when they are needed. */
export interface Answer {
  readonly code: Code;
  readonly now: number;
  codeOf(step: number): string;
  keyOf(code: Code): string;
}

export type Judgement =
  | { kind: 'over' }
  | { kind: 'mismatch'; reason: 'not-registered' | 'name-differs' }
  | { kind: 'refused'; reason: 'locked' | 'code-used' | 'code-too-old'; triesLeft: number }
  | { kind: 'repeated'; triesLeft: number; clockOffset: number | null }
  | {
      kind: 'wrong';
      triesLeft: number;
      searchClock: boolean;
      check: CheckState;
      registration: RegistrationState;
    }
  | { kind: 'passed'; check: CheckState; registration: RegistrationState };

export const isOver = (check: Pick<CheckState, 'status' | 'expiresAt'>, now: number): boolean =>
  check.status !== 'open' || now >= check.expiresAt;

/** How many wrong codes are left until the lock (C-5): of five in a row, and of twenty-one in a day. */
export function triesLeft(registration: RegistrationState, now: number): number {
  if (registration.lockedAt !== null) return 0;
  const today = MAX_FAILURES_A_DAY + 1 - recentFailures(registration, now).length;
  return Math.max(0, Math.min(MAX_FAILURES - registration.failures, today));
}

/**
 * One answer against one check and the registration of its number (C-3 to C-7). The first rule that applies
 * answers. Pure: what changed is in the judgement, and whoever settles it holds the locks.
 */
export function judge(
  check: CheckState,
  registration: RegistrationState | undefined,
  answer: Answer,
): Judgement {
  if (isOver(check, answer.now)) return { kind: 'over' };
  if (!registration) return { kind: 'mismatch', reason: 'not-registered' };
  if (registration.nameKey !== check.nameKey) return { kind: 'mismatch', reason: 'name-differs' };
  if (registration.lockedAt !== null) return { kind: 'refused', reason: 'locked', triesLeft: 0 };
  return repeated(check, registration, answer) ?? compare(check, registration, answer);
}

function repeated(check: CheckState, registration: RegistrationState, answer: Answer): Judgement | undefined {
  const { wrong } = check;
  if (!wrong || answer.now - wrong.at >= REPEAT_MS || wrong.key !== answer.keyOf(answer.code))
    return undefined;
  return {
    kind: 'repeated',
    triesLeft: triesLeft(registration, answer.now),
    clockOffset: wrong.clockOffset,
  };
}

function compare(check: CheckState, registration: RegistrationState, answer: Answer): Judgement {
  const isCodeOf = (step: number) => answer.codeOf(step) === answer.code;
  const isSpent = (step: number) => step <= registration.lastStep || registration.spent.includes(step);
  const accepted = acceptedSteps(answer.now).filter(isCodeOf);
  // Beside a step that is accepted now, an older one with the same digits matters only when it is spent.
  const older = tooOldSteps(answer.now).filter((step) => accepted.length === 0 || isSpent(step));
  const old = older.filter(isCodeOf);
  const refused = (reason: 'code-used' | 'code-too-old'): Judgement => ({
    kind: 'refused',
    reason,
    triesLeft: triesLeft(registration, answer.now),
  });
  if ([...accepted, ...old].some(isSpent)) return refused('code-used');
  const step = accepted.at(-1);
  if (step !== undefined) return passed(check, registration, answer.now, step);
  if (old.length > 0) return refused('code-too-old');
  return wrong(check, registration, answer);
}

/** C-7: the step is accepted once; C-5: a right code clears the count, but not the failures of the day. */
function passed(check: CheckState, registration: RegistrationState, now: number, step: number): Judgement {
  return {
    kind: 'passed',
    check: { ...check, status: 'passed', passedAt: now },
    registration: {
      ...registration,
      lastStep: step,
      spent: registration.spent.filter((spent) => spent > step),
      failures: 0,
      failedAt: recentFailures(registration, now),
      usedAt: now,
    },
  };
}

function wrong(check: CheckState, before: RegistrationState, answer: Answer): Judgement {
  const { now } = answer;
  const counted = {
    ...before,
    failures: before.failures + 1,
    failedAt: [...recentFailures(before, now), now],
  };
  const left = triesLeft(counted, now);
  return {
    kind: 'wrong',
    triesLeft: left,
    searchClock: !check.clockSearched,
    check: {
      ...check,
      wrong: { key: answer.keyOf(answer.code), at: now, clockOffset: null },
      clockSearched: true,
    },
    registration: left > 0 ? counted : { ...counted, lockedAt: now },
  };
}

function recentFailures(registration: RegistrationState, now: number): number[] {
  return registration.failedAt.filter((at) => now - at < DAY_MS);
}

/** C-3a: how many codes of a check, and of a registration a day, are compared for a masked hint. */
export function compareLimits(now: number): { perCheck: number; perDay: number; day: string } {
  return { perCheck: 5, perDay: 10, day: seoulDay(now) };
}

/** C-3a: used or not, which consumes nothing. */
export function isAcceptedNow(now: number, isCodeOf: (step: number) => boolean): boolean {
  return acceptedSteps(now).some(isCodeOf);
}
