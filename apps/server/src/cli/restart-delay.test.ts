import { describe, expect, it } from 'vitest';
import { restartDelay } from './restart-delay.ts';

describe('how soon a worker is replaced', () => {
  it('P-1 one that ends at every start after 1, 2, 4 … 30 seconds', () => {
    const delays: number[] = [];
    let failures = 0;
    for (let start = 0; start < 8; start++) {
      const next = restartDelay(failures, 200);
      failures = next.failures;
      delays.push(next.delayMs);
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it.each([
    [29_999, { delayMs: 16_000, failures: 5 }],
    [30_000, { delayMs: 0, failures: 0 }],
  ])('P-1 one that lived for %i ms after four failures: %o', (livedMs, next) => {
    expect(restartDelay(4, livedMs)).toEqual(next);
  });

  it('P-1 after a thousand failures still after 30 seconds', () => {
    expect(restartDelay(2_000, 0)).toEqual({ delayMs: 30_000, failures: 2_001 });
  });
});
