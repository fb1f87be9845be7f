import { describe, expect, it } from 'vitest';
import { nextSeoulDay, seoulDay, seoulYearsAgo } from './calendar.ts';

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

describe('years of Asia/Seoul', () => {
  const at = (text: string) => Date.parse(`${text}+09:00`);

  it('O-5 a year ends with its calendar day: what goes is older than its midnight', () => {
    expect(seoulYearsAgo(at('2029-11-23T00:00:00'), 3)).toBe(at('2026-11-23T00:00:00'));
    expect(seoulYearsAgo(at('2029-11-22T23:59:59.999'), 3)).toBe(at('2026-11-22T00:00:00'));
  });

  it('O-5 a leap day is kept no shorter than any other', () => {
    expect(seoulYearsAgo(at('2027-02-28T12:00:00'), 3)).toBe(at('2024-02-28T00:00:00'));
    expect(seoulYearsAgo(at('2027-03-01T12:00:00'), 3)).toBe(at('2024-03-01T00:00:00'));
    expect(seoulYearsAgo(at('2028-02-29T12:00:00'), 3)).toBe(at('2025-03-01T00:00:00'));
  });
});
