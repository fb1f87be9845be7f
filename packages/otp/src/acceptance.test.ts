import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../vectors/acceptance.json' with { type: 'json' };
import { acceptedSteps, clockOffsetSeconds, clockSearchSteps, tooOldSteps } from './acceptance.ts';
import { stepAt } from './steps.ts';

const MINUTE = 60_000;
const moments = fc.integer({ min: 100_000_000_000, max: 20_000_000_000_000 });

describe('acceptedSteps', () => {
  it.each(vectors.moments)('T-4 $note', ({ nowMs, accepted, tooOld }) => {
    expect(acceptedSteps(nowMs)).toEqual(accepted);
    expect(tooOldSteps(nowMs)).toEqual(tooOld);
  });

  it('T-4 a code is accepted up to 30 s after its step ended and 10 s before it begins, to the millisecond', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: -3, max: 3 }), (nowMs, aside) => {
        const step = stepAt(nowMs) + aside;
        const begins = step * MINUTE;
        const inWindow = nowMs >= begins - 10_000 && nowMs < begins + MINUTE + 30_000;
        expect(acceptedSteps(nowMs).includes(step)).toBe(inWindow);
      }),
    );
  });

  it('C-4 accepted and too old steps are seven or six in a row without a gap', () => {
    fc.assert(
      fc.property(moments, (nowMs) => {
        const steps = [...tooOldSteps(nowMs), ...acceptedSteps(nowMs)];
        expect(steps).toEqual(steps.map((_, index) => (steps[0] ?? 0) + index));
        expect(tooOldSteps(nowMs).length).toBe(5);
      }),
    );
  });

  it('T-4 at the epoch no step lies before the first', () => {
    expect(acceptedSteps(0)).toEqual([0]);
    expect(tooOldSteps(0)).toEqual([]);
    expect(Math.min(...clockSearchSteps(0))).toBe(1);
  });
});

describe('clockSearchSteps', () => {
  it.each(vectors.moments)('C-4a $note: $search.count steps are searched', ({ nowMs, search }) => {
    const steps = clockSearchSteps(nowMs);
    expect(steps.length).toBe(search.count);
    expect(new Set(steps).size).toBe(search.count);
    expect(steps.slice(0, 2).sort()).toEqual(search.nearest);
    expect(steps.slice(-2).sort()).toEqual(search.farthest);
  });

  it('C-4a the search holds exactly the steps of the rule, nearest first', () => {
    fc.assert(
      fc.property(moments, (nowMs) => {
        const now = stepAt(nowMs);
        const known = [...acceptedSteps(nowMs), ...tooOldSteps(nowMs)];
        const expected: number[] = [];
        for (let step = now - 900; step <= now + 900; step++) {
          if (isSearched(step - now) && !known.includes(step)) expected.push(step);
        }
        const steps = clockSearchSteps(nowMs);
        expect([...steps].sort((a, b) => a - b)).toEqual(expected);
        const distances = steps.map((step) => Math.abs(step - now));
        expect(distances).toEqual([...distances].sort((a, b) => a - b));
      }),
      { numRuns: 30 },
    );
  });

  it.each([9, -9, 5.5, -3.5, 5.75, 14, -14, 0.5])('C-4a a phone %d hours off is found', (hours) => {
    const nowMs = 1_763_880_012_345;
    const step = stepAt(nowMs + hours * 60 * MINUTE);
    expect(clockSearchSteps(nowMs)).toContain(step);
    expect(clockOffsetSeconds(step, nowMs)).toBe(hours * 3600);
  });
});

/** SPEC C-4a said once more and differently: minutes from now, within 30, or near a quarter hour within 14 h. */
function isSearched(minutes: number): boolean {
  if (Math.abs(minutes) <= 30) return true;
  const quarter = Math.round(minutes / 15);
  return Math.abs(quarter) <= 56 && Math.abs(minutes - quarter * 15) <= 1;
}
