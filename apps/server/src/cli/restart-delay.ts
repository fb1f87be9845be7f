/** Who lived that long was well; what ended it may be over. */
const YOUNG_MS = 30_000;
const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * How long a worker's place stays empty: one that ends at each start must not keep the machine busy with starting.
 * @param failures how often in a row the one in this place ended young, before this time
 */
export function restartDelay(failures: number, livedMs: number): { delayMs: number; failures: number } {
  if (livedMs >= YOUNG_MS) return { delayMs: 0, failures: 0 };
  return { delayMs: Math.min(FIRST_MS * 2 ** failures, LONGEST_MS), failures: failures + 1 };
}
