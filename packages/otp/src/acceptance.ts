import { PERIOD_SECONDS, stepAt } from './steps.ts';

/** SPEC T-4: a code is typed up to this long after it was shown, by a clock that may run this far ahead. */
const LATE_MS = 30_000;
const EARLY_MS = 10_000;

/** SPEC C-4: how many steps before the accepted ones are recognised as "too old". */
const TOO_OLD_STEPS = 5;

/** SPEC C-4a: a clock that is merely wrong is looked for this far to both sides, every step. */
const NEAR_STEPS = 30;

/** SPEC C-4a: a clock of another country is off by whole quarter hours, up to 14 hours, give or take a step. */
const QUARTER_STEPS = 15;
const QUARTERS = 14 * 4;

/** The steps a code may have at this moment, ascending: one or two of them (SPEC T-4). @param nowMs epoch ms */
export function acceptedSteps(nowMs: number): number[] {
  return [...new Set([stepAt(nowMs - LATE_MS), stepAt(nowMs), stepAt(nowMs + EARLY_MS)])].filter(exists);
}

/** The five steps before the earliest accepted one, ascending: recognised, never accepted (SPEC C-4). */
export function tooOldSteps(nowMs: number): number[] {
  const earliest = stepAt(nowMs - LATE_MS);
  return Array.from({ length: TOO_OLD_STEPS }, (_, index) => earliest - TOO_OLD_STEPS + index).filter(exists);
}

/**
 * The steps in which a phone with a wrong clock may be, nearest first, the earlier of two equally near first,
 * without those that `acceptedSteps` and `tooOldSteps` cover: 380 or 381 of them (SPEC C-4a).
 */
export function clockSearchSteps(nowMs: number): number[] {
  const now = stepAt(nowMs);
  const covered = new Set([...acceptedSteps(nowMs), ...tooOldSteps(nowMs)]);
  return CLOCK_OFFSETS.map((offset) => now + offset).filter((step) => exists(step) && !covered.has(step));
}

/** How far a step is from now, in seconds: what the phone's clock is ahead. Always whole minutes. */
export function clockOffsetSeconds(step: number, nowMs: number): number {
  return (step - stepAt(nowMs)) * PERIOD_SECONDS;
}

const CLOCK_OFFSETS: readonly number[] = clockOffsets();

function clockOffsets(): number[] {
  const offsets = new Set<number>();
  for (let step = -NEAR_STEPS; step <= NEAR_STEPS; step++) offsets.add(step);
  for (let quarter = -QUARTERS; quarter <= QUARTERS; quarter++) {
    for (const aside of [-1, 0, 1]) offsets.add(quarter * QUARTER_STEPS + aside);
  }
  return [...offsets].sort((a, b) => Math.abs(a) - Math.abs(b) || a - b);
}

/** Time began at step 0: close to the epoch the windows are cut off. */
function exists(step: number): boolean {
  return step >= 0;
}
