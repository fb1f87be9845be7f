import { describe, expect, it } from 'vitest';
import { progressText } from './progress.ts';

describe('the bar of long work', () => {
  it('P-4 shows how far it is, and never more than everything', () => {
    const bars = [
      [0, 200, '░'.repeat(30), '  0%'],
      [100, 200, '█'.repeat(15) + '░'.repeat(15), ' 50%'],
      [199, 200, `${'█'.repeat(29)}░`, ' 99%'],
      [200, 200, '█'.repeat(30), '100%'],
      [250, 200, '█'.repeat(30), '100%'],
      [0, 0, '█'.repeat(30), '100%'],
    ] as const;
    for (const [done, rows, bar, percent] of bars) {
      expect(progressText('import', done, rows, 'device')).toBe(
        `가져오는 중 Importing ${bar} ${percent} device`,
      );
    }
  });
});
