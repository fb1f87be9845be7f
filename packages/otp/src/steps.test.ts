import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counterBytes, secondsLeft, stepAt } from './steps.ts';

describe('stepAt', () => {
  it.each([
    [0, 0],
    [59_999, 0],
    [60_000, 1],
    [1_763_880_000_000, 29_398_000],
    [4_294_967_296_000, 71_582_788],
    [20_000_000_000_000, 333_333_333],
  ])('T-1 %i ms lies in step %i of 60 s', (ms, step) => {
    expect(stepAt(ms)).toBe(step);
  });

  it('T-1 20000000000 s is step 0x27BC86AA of 30 s (RFC 6238 appendix B)', () => {
    expect(stepAt(20_000_000_000_000, 30)).toBe(0x27bc86aa);
  });
});

describe('secondsLeft', () => {
  it.each([
    [0, 60],
    [1, 60],
    [1_000, 59],
    [59_000, 1],
    [59_001, 1],
    [59_999, 1],
    [60_000, 60],
  ])('T-2 at %i ms a code lives %i s more', (ms, seconds) => {
    expect(secondsLeft(ms)).toBe(seconds);
  });

  it('T-2 the seconds left are whole, from 1 to 60, and reach the next step', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 45 }), (ms) => {
        const left = secondsLeft(ms);
        expect(Number.isInteger(left) && left >= 1 && left <= 60).toBe(true);
        expect(stepAt(ms + left * 1000)).toBe(stepAt(ms) + 1);
      }),
    );
  });
});

describe('counterBytes', () => {
  it('T-1 a counter is eight bytes, high-order first, also past 32 bits', () => {
    expect([...counterBytes(0)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...counterBytes(0x27bc86aa)]).toEqual([0, 0, 0, 0, 0x27, 0xbc, 0x86, 0xaa]);
    expect([...counterBytes(0x1_0203_0405)]).toEqual([0, 0, 0, 1, 2, 3, 4, 5]);
    expect([...counterBytes(Number.MAX_SAFE_INTEGER)]).toEqual([0, 0x1f, 255, 255, 255, 255, 255, 255]);
  });

  it('T-1 every counter comes back from its bytes', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (step) => {
        expect(Number(Buffer.from(counterBytes(step)).readBigUInt64BE())).toBe(step);
      }),
    );
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])('T-1 %d is no counter', (step) => {
    expect(() => counterBytes(step)).toThrow(RangeError);
  });
});
