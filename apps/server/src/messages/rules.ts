const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** How long to wait after the n-th failed attempt: doubling from one second to one minute, ms. */
export function nextTry(attempts: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempts - 1));
}

/** Whether a message is on its way. */
export type Delivery = 'waiting' | 'sent' | 'failing' | 'none';

/** One refusal may be a moment's fault; after a second one a person is told and offered another way. */
const FAILING_AFTER = 2;

/** @param attempts begun, the one under way included */
export function deliveryOfMessage(
  message: { status: 'waiting' | 'sent' | 'expired'; attempts: number } | undefined,
): Delivery {
  if (!message) return 'none';
  if (message.status === 'sent') return 'sent';
  return message.status === 'expired' || message.attempts >= FAILING_AFTER ? 'failing' : 'waiting';
}

const DAY_MS = 24 * 60 * 60_000;

export const dayAgo = (now: number): number => now - DAY_MS;

/**
 * How long until the whole deployment may send another message.
 * @param nthNewest when the oldest of those that use up the day was written, undefined when they are fewer
 * @returns ms
 */
export const dayWait = (nthNewest: number | undefined, now: number): number =>
  nthNewest === undefined ? 0 : Math.max(0, nthNewest + DAY_MS - now);
