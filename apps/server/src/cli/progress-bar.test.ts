import { describe, expect, it } from 'vitest';
import { progressLine } from './progress-bar.ts';

describe('the progress of long work', () => {
  it.each([
    [0, 1_000_000, 0, '[------------------------------]   0 %  0 of 1,000,000, 0/s'],
    [
      310_000,
      1_000_000,
      155_000,
      '[#########---------------------]  31 %  310,000 of 1,000,000, 2,000/s, about 6 min left',
    ],
    [900, 1_000, 9_000, '[###########################---]  90 %  900 of 1,000, 100/s, about 1 s left'],
    [1_200, 1_000, 1_000, '[##############################] 100 %  1,200 of 1,200, 1,200/s'],
    [0, 0, 5, '[##############################] 100 %  0 of 0, 0/s'],
  ])('O-5 %i of %i rows after %i ms', (done, total, ms, line) => {
    expect(progressLine(done, total, ms)).toBe(line);
  });
});
