import { describe, expect, it } from 'vitest';
import { nextSeoulDay, seoulDay } from './calendar.ts';

describe('the days of Asia/Seoul', () => {
  const midnight = Date.UTC(2026, 10, 22, 15);

  it('R-2 a day begins at 15:00 UTC of the day before, to the millisecond', () => {
    expect(seoulDay(midnight - 1)).toBe('2026-11-22');
    expect(seoulDay(midnight)).toBe('2026-11-23');
    expect(nextSeoulDay(midnight - 1)).toBe(midnight);
    expect(nextSeoulDay(midnight)).toBe(midnight + 24 * 60 * 60_000);
  });

  it('R-2 agrees with the platform’s own calendar over years', () => {
    const seoul = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Seoul', dateStyle: 'short' });
    for (let hour = 0; hour < 4 * 366 * 24; hour += 7) {
      const now = Date.UTC(2024, 0, 1) + hour * 60 * 60_000;
      expect(seoulDay(now)).toBe(seoul.format(now));
    }
  });
});
