import { describe, expect, it } from 'vitest';
import { FailureWindow } from './failure-window.ts';

const NOW = Date.UTC(2026, 10, 23, 3);

describe('O-7 counting failures', () => {
  it('O-7 a key is closed at the count, until the time since its first failure is over', () => {
    const window = new FailureWindow({ most: 3, within: 1_000 });
    window.count('a', NOW);
    window.count('a', NOW + 400);
    expect(window.closedFor('a', NOW + 400)).toBe(0);
    window.count('a', NOW + 600);
    expect(window.closedFor('a', NOW + 600)).toBe(400);
    expect(window.closedFor('a', NOW + 999)).toBe(1);
    expect(window.closedFor('a', NOW + 1_000)).toBe(0);
    expect(window.closedFor('b', NOW + 600)).toBe(0);
  });

  it('O-7 failures while it is closed do not make it longer, and afterwards the count begins anew', () => {
    const window = new FailureWindow({ most: 2, within: 1_000 });
    for (let nth = 0; nth < 5; nth++) window.count('a', NOW + nth);
    expect(window.closedFor('a', NOW + 5)).toBe(995);
    window.count('a', NOW + 1_000);
    expect(window.closedFor('a', NOW + 1_000)).toBe(0);
    window.count('a', NOW + 1_001);
    expect(window.closedFor('a', NOW + 1_001)).toBe(999);
  });

  it('O-7 it knows who failed lately', () => {
    const window = new FailureWindow({ most: 3, within: 1_000 });
    expect(window.has('a', NOW)).toBe(false);
    window.count('a', NOW);
    expect([window.has('a', NOW + 999), window.has('a', NOW + 1_000), window.has('b', NOW)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('O-7 its memory is bounded: the count that began first goes', () => {
    const window = new FailureWindow({ most: 1, within: 1_000, keys: 2 });
    window.count('a', NOW);
    window.count('b', NOW + 1);
    window.count('a', NOW + 1_000);
    expect(window.size).toBe(2);
    window.count('c', NOW + 1_000);
    expect(window.size).toBe(2);
    expect(['a', 'b', 'c'].map((key) => window.has(key, NOW + 1_000))).toEqual([true, false, true]);
  });

  it('O-7 a count that began anew goes after all that began before it', () => {
    const window = new FailureWindow({ most: 1, within: 1_000, keys: 3 });
    window.count('a', NOW);
    window.count('b', NOW + 100);
    window.count('c', NOW + 600);
    window.count('b', NOW + 1_100);
    const kept = ['x', 'y', 'z'].map((key) => {
      window.count(key, NOW + 1_100);
      return ['b', 'c'].filter((each) => window.has(each, NOW + 1_100));
    });
    expect(kept).toEqual([['b', 'c'], ['b'], []]);
    expect(window.size).toBe(3);
  });

  it('O-7 fifty thousand keys are kept unless said otherwise', () => {
    const window = new FailureWindow({ most: 1, within: 1_000 });
    for (let key = 0; key <= 50_000; key++) window.count(String(key), NOW);
    expect(window.size).toBe(50_000);
    expect([window.has('0', NOW), window.has('1', NOW)]).toEqual([false, true]);
  });
});
