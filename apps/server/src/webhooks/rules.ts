const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long to wait after the first, second, … failed attempt; after those every hour. */
const WAITS_MS = [5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS];

/** Whoever does not take an event within a day has to ask for it again. */
export const giveUpAt = (now: number): number => now + DAY_MS;

/**
 * When an event is tried again after its n-th failed attempt, epoch ms.
 * @returns undefined when that would be after its time: it has failed
 */
export function nextTry(attempts: number, now: number, until: number): number | undefined {
  const next = now + (WAITS_MS[attempts - 1] ?? HOUR_MS);
  return next < until ? next : undefined;
}

/** Both secrets sign this long, so that a receiver can change over without missing an event. */
export const formerUntil = (now: number): number => now + DAY_MS;

/** What is older is deleted. */
export const keptSince = (now: number): { delivered: number; failed: number } => ({
  delivered: now - 30 * DAY_MS,
  failed: now - 90 * DAY_MS,
});

const MAX_URL = 2_000;

/** The address as a URL when its form allows a delivery: http(s), no user, no fragment. */
export function parseEndpoint(text: string): URL | undefined {
  if (text.length > MAX_URL || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = !url.username && !url.password && !url.hash;
  return isPlain && ['https:', 'http:'].includes(url.protocol) ? url : undefined;
}
