import type { IdentityMethod } from '@motp/protocol';
import { nextSeoulDay, seoulDay } from '../calendar.ts';
import type { IdentityProviders } from '../identity/provider.ts';
import { methodsOf } from '../identity/rules.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** the numbers of SMS proof. */
export const PROOF_TRIES = 5;
export const PROOF_LIFE_MS = 5 * MINUTE_MS;
/** A registration that waits for an identity check: choosing a provider and its window take longer than a code. */
export const IDENTITY_LIFE_MS = 15 * MINUTE_MS;
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

/** To whatever numbers, of registrations that were not proved: many learners share an address (O-7). */
const addressMessageLimits = [
  { most: 30, within: HOUR_MS },
  { most: 100, within: DAY_MS },
] as const;

/** As many of the newest messages as a limit per address can count, and since when. */
export const ADDRESS_MESSAGES = addressMessageLimits[1].most;
export const addressMessagesSince = (now: number): number => now - DAY_MS;

/** `retryAfterMs`: how long until it is allowed. */
export type Allowance = { kind: 'allowed' } | { kind: 'refused'; retryAfterMs: number };

const allowed: Allowance = { kind: 'allowed' };

/** How long until a number may be sent another message. @param sentAt oldest first, epoch ms @returns ms */
export const numberWait = (sentAt: readonly number[], now: number): number =>
  longestWait(messageLimits, sentAt, now);

/** How long until an address may ask for another message, to any number. @returns ms */
export const addressWait = (sentAt: readonly number[], now: number): number =>
  longestWait(addressMessageLimits, sentAt, now);

function longestWait(
  limits: readonly { most: number; within: number }[],
  sentAt: readonly number[],
  now: number,
): number {
  const waits = limits.map(({ most, within }) => (sentAt.at(-most) ?? -Infinity) + within - now);
  return Math.max(0, ...waits);
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

/** this long a replaced app may say “this was not me”. */
export const DISPUTE_MS = 30 * DAY_MS;

/** Until when a replaced app may say so (epoch ms, exclusive); undefined when it may not. */
export function disputableUntil(
  device: { status: string; ended_at: number | null },
  now: number,
): number | undefined {
  if (device.status !== 'replaced' || device.ended_at === null) return undefined;
  const until = device.ended_at + DISPUTE_MS;
  return now < until ? until : undefined;
}

const MAX_REASON = 200;

/** Eight digits and more, however they are grouped: they could be somebody’s number. */
const NUMBER_LIKE = /\d(?:[\s().\-‐-―−]*\d){7}/u;

/** What is wrong with the reason that an operator gave: it goes into the trail, where no number may be (O-5). */
export function reasonProblem(reason: string): string | undefined {
  const folded = reason.normalize('NFKC').trim();
  if (folded === '') return 'a reason is needed: it goes into the audit trail';
  if (folded.length > MAX_REASON) return `the reason is longer than ${MAX_REASON} characters`;
  if (/\p{Cc}/u.test(folded)) return 'the reason must be one line of plain text';
  return NUMBER_LIKE.test(folded)
    ? 'the reason holds eight or more digits in a row, which could be a phone number: leave numbers out of the trail'
    : undefined;
}

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

/** The identity checks that prove a registration: those whose provider says the number. */
export const provingMethods = (providers: IdentityProviders): IdentityMethod[] =>
  methodsOf(providers).filter((method) => providers[method]?.gives.phone);

/** What a pending registration’s end is judged by; `code_expires_at` is the end of the whole registration. */
export interface Pending {
  readonly proof: 'sms' | 'identity';
  readonly proved_at: number | null;
  readonly tries_left: number;
  readonly sent_at: number;
  readonly code_expires_at: number;
}

/** No code proves it any more: it is over, out of tries, five minutes after the message, or never had one. */
export const isRegistrationOver = (row: Pending, now: number): boolean =>
  row.proved_at !== null ||
  row.proof !== 'sms' ||
  row.tries_left <= 0 ||
  now >= row.code_expires_at ||
  now >= row.sent_at + PROOF_LIFE_MS;

/**
 * No identity check proves it any more either: it is proved, forgotten or past its end. Wrong codes close the way
 * by message alone (R-2: the other way is named).
 */
export const isIdentityOver = (
  row: Pick<Pending, 'proved_at' | 'code_expires_at'> & { readonly name_sealed: string | null },
  now: number,
): boolean => row.proved_at !== null || row.name_sealed === null || now >= row.code_expires_at;

/**
 * The end of a registration when an identity check starts: that much later, once after each message.
 * @returns epoch ms
 */
export function endAfterStart(row: Pending, now: number, attemptMs: number): number {
  const life = row.proof === 'sms' ? PROOF_LIFE_MS : IDENTITY_LIFE_MS;
  const isExtended = row.code_expires_at > row.sent_at + life;
  return isExtended ? row.code_expires_at : Math.max(row.code_expires_at, now + attemptMs);
}

/** How long the app may take to fetch what a passed identity check proved. */
export const endAfterPass = (row: Pick<Pending, 'code_expires_at'>, now: number): number =>
  Math.max(row.code_expires_at, now + PROOF_LIFE_MS);

/** A lost reply is asked again: the same right code gives the same device this long after the proof. */
const REPEAT_MS = 5 * MINUTE_MS;

export const isRepeatable = (provedAt: number | null, now: number): boolean =>
  provedAt !== null && now - provedAt < REPEAT_MS;
