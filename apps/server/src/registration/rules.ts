import { nextSeoulDay, seoulDay } from '../calendar.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** the numbers of SMS proof. */
export const PROOF_TRIES = 5;
export const PROOF_LIFE_MS = 5 * MINUTE_MS;
export const MAX_RESENDS = 3;
const MAX_WRONG_A_DAY = 10;
const MAX_UNPROVED_PER_ADDRESS = 20;

/** One message per number in 30 s, five in an hour, ten in a day, over all pending registrations. */
const messageLimits = [
  { most: 1, within: 30_000 },
  { most: 5, within: HOUR_MS },
  { most: 10, within: DAY_MS },
] as const;

export const RESEND_MS = messageLimits[0].within;

/** `retryAfterMs`: how long until it is allowed. */
export type Allowance = { kind: 'allowed' } | { kind: 'refused'; retryAfterMs: number };

const allowed: Allowance = { kind: 'allowed' };

export function messageAllowance(sentAt: readonly number[], now: number): Allowance {
  const waits = messageLimits.map(({ most, within }) => {
    const nth = sentAt.at(-most);
    return nth === undefined ? 0 : nth + within - now;
  });
  const retryAfterMs = Math.max(...waits);
  return retryAfterMs > 0 ? { kind: 'refused', retryAfterMs } : allowed;
}

/** Sent times worth keeping: those that a limit can still count, oldest first. */
export const keptSent = (sentAt: readonly number[], now: number): number[] =>
  sentAt.filter((at) => now - at < DAY_MS);

/** After ten wrong codes on one day (Asia/Seoul) SMS proof of the number is closed until the next. */
export function proofAllowance(wrongAt: readonly number[], now: number): Allowance {
  return keptWrong(wrongAt, now).length >= MAX_WRONG_A_DAY
    ? { kind: 'refused', retryAfterMs: nextSeoulDay(now) - now }
    : allowed;
}

export const keptWrong = (wrongAt: readonly number[], now: number): number[] =>
  wrongAt.filter((at) => seoulDay(at) === seoulDay(now));

/** Twenty unproved registrations an hour per address. @param begunAt of the unproved, oldest first */
export function addressAllowance(begunAt: readonly number[], now: number): Allowance {
  const nth = begunAt.at(-MAX_UNPROVED_PER_ADDRESS);
  return nth !== undefined && nth + HOUR_MS > now
    ? { kind: 'refused', retryAfterMs: nth + HOUR_MS - now }
    : allowed;
}

export const addressWindow = (now: number): number => now - HOUR_MS;

/** R-2a: a number keeps its name this long; then it may have been given to somebody else. */
const NAME_MONTHS = 24;

export function nameIsBound(namedAt: number, now: number): boolean {
  const until = new Date(namedAt);
  until.setUTCMonth(until.getUTCMonth() + NAME_MONTHS);
  return now < until.getTime();
}

/** R-2a: a registration unused for twelve months ends by itself. @returns the latest use that is too old */
export function unusedSince(now: number): number {
  const since = new Date(now);
  since.setUTCMonth(since.getUTCMonth() - 12);
  return since.getTime();
}

/** institutions where the learner had a check since then are told of a replacement. */
export const toldSince = (now: number): number => now - 90 * DAY_MS;

/** Without 0/O and 1/I, which people read aloud wrongly. */
const REFERENCE_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** The three characters that message and app both show. @param random bytes, one per character */
export function referenceOf(random: Uint8Array): string {
  return Array.from(random, (byte) => REFERENCE_LETTERS[byte % REFERENCE_LETTERS.length]).join('');
}

/** Six decimal digits without bias. @param random draws bytes */
export function drawCode(random: (bytes: number) => Buffer): string {
  const codes = 1_000_000;
  const fair = 2 ** 32 - (2 ** 32 % codes);
  for (;;) {
    const drawn = random(4).readUInt32BE();
    if (drawn < fair) return String(drawn % codes).padStart(6, '0');
  }
}

/** Over for good: proved, out of tries, or past its five minutes. */
export const isRegistrationOver = (
  row: { proved_at: number | null; tries_left: number; code_expires_at: number },
  now: number,
): boolean => row.proved_at !== null || row.tries_left <= 0 || now >= row.code_expires_at;

/** A lost reply is asked again: the same right code gives the same device this long after the proof. */
const REPEAT_MS = 5 * MINUTE_MS;

export const isRepeatable = (provedAt: number | null, now: number): boolean =>
  provedAt !== null && now - provedAt < REPEAT_MS;
