const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** How long to wait after the n-th failed attempt: doubling from one second to one minute, ms. */
export function nextTry(attempts: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempts - 1));
}
