/** Korea has had no daylight saving since 1988: its days are those of UTC, nine hours earlier. */
const SEOUL_OFFSET_MS = 9 * 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** The calendar day in Asia/Seoul, `2026-11-23`. */
export function seoulDay(now: number): string {
  return new Date(now + SEOUL_OFFSET_MS).toISOString().slice(0, 10);
}

/** When the next day in Asia/Seoul begins, epoch ms. */
export function nextSeoulDay(now: number): number {
  return (Math.floor((now + SEOUL_OFFSET_MS) / DAY_MS) + 1) * DAY_MS - SEOUL_OFFSET_MS;
}

/** Midnight in Asia/Seoul of the calendar day so many years before today; 29 February counts as 1 March then. */
export function seoulYearsAgo(now: number, years: number): number {
  const local = new Date(now + SEOUL_OFFSET_MS);
  const day = Date.UTC(local.getUTCFullYear() - years, local.getUTCMonth(), local.getUTCDate());
  return day - SEOUL_OFFSET_MS;
}
