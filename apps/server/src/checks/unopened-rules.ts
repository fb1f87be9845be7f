import type { Reason } from '@motp/protocol';
import type { CheckState, LastWrong, RegistrationState } from './rules.ts';
import type { Channel, UnopenedAnswer } from './unopened.ts';

/** ADR 0021: this long after the last of five wrong codes without a key, an institution's façade opens again. */
export const CLOSED_MS = 24 * 60 * 60_000;

/** An identity check of ours is this long what a page's reset may point at. */
export const FRESH_MS = 10 * 60_000;

/** What a façade remembers of one registration at one institution. Times are epoch ms. */
export interface Counter {
  readonly failures: number;
  readonly failedAt: readonly number[];
  readonly closedAt: number | null;
  /** How many checks had been passed there when it was closed. */
  readonly passedThen: number;
  readonly wrong: { readonly key: string; readonly at: number } | null;
}

export const noCounter: Counter = { failures: 0, failedAt: [], closedAt: null, passedThen: 0, wrong: null };

/**
 * The counter as it stands now: closed until 24 h are over, or until one more real check was passed there.
 * @param passed how many checks this name and number passed at this institution, other than by exemption
 */
export function counterNow(counter: Counter, passed: number, now: number): Counter {
  if (counter.closedAt === null) return counter;
  const isOver = now - counter.closedAt >= CLOSED_MS || passed > counter.passedThen;
  return isOver ? { ...counter, failures: 0, closedAt: null } : counter;
}

/** What a code is judged by: without the key the façade's own count stands where the registration's does (C-5). */
export function judgedBy(
  channel: Channel,
  registration: RegistrationState,
  counter: Counter,
): RegistrationState {
  if (channel === 'vouched') return registration;
  const { failures, failedAt, closedAt } = counter;
  return { ...registration, failures, failedAt, lockedAt: registration.lockedAt ?? closedAt };
}

/** The check that nobody opened. The clock is searched for nobody whom only a browser speaks for (C-4a). */
export const unopenedCheck = ({ nameKey }: UnopenedAnswer, { wrong }: Counter): CheckState => ({
  nameKey,
  status: 'open',
  expiresAt: Number.POSITIVE_INFINITY,
  passedAt: null,
  wrong: wrong === null ? null : ({ ...wrong, clockOffset: null } satisfies LastWrong),
  clockSearched: true,
});

/** After a wrong code: counted here without the key, in the registration with it. */
export function counterAfterWrong(
  channel: Channel,
  before: Counter,
  after: { check: CheckState; registration: RegistrationState },
  passed: number,
): Counter {
  const wrong = after.check.wrong;
  if (channel === 'vouched') return { ...before, wrong };
  const { failures, failedAt, lockedAt } = after.registration;
  return { failures, failedAt, closedAt: lockedAt, passedThen: lockedAt === null ? 0 : passed, wrong };
}

/** After a right one; of the registration itself a browser's call changes only which step is spent (C-7). */
export function registrationAfterPass(
  channel: Channel,
  before: RegistrationState,
  after: RegistrationState,
): RegistrationState {
  if (channel === 'vouched') return after;
  const { lastStep, spent, usedAt } = after;
  return { ...before, lastStep, spent, usedAt };
}

export const counterAfterPass = (channel: Channel, before: Counter, after: RegistrationState): Counter =>
  channel === 'vouched' ? before : { ...noCounter, failedAt: after.failedAt };

/** Why such a check was asked: nobody but the page knows, so a lesson is one that was asked for (S-3 `force`). */
export function reasonOf({ occasion }: Pick<UnopenedAnswer, 'occasion'>): Reason {
  return occasion.kind === 'lesson' || occasion.kind === 'other' ? 'forced' : occasion.kind;
}
