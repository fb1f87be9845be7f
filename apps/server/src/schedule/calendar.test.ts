import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, isSameDay, isTimeZone, nextDay } from './calendar.ts';

const at = (text: string): number => Date.parse(text);
const iso = (time: number): string => new Date(time).toISOString();
const HOUR_MS = 60 * 60_000;

describe('the calendar of a time zone', () => {
  it.each([
    ['Asia/Seoul', '2026-11-23T14:59:59.999Z', '2026-11-23'],
    ['Asia/Seoul', '2026-11-23T15:00:00Z', '2026-11-24'],
    ['UTC', '2026-11-23T23:59:59.999Z', '2026-11-23'],
    ['America/New_York', '2026-11-24T04:59:59.999Z', '2026-11-23'],
    ['Pacific/Kiritimati', '2026-12-31T10:00:00Z', '2027-01-01'],
    ['Asia/Seoul', '2028-02-28T15:00:00Z', '2028-02-29'],
  ])('S-2 %s at %s is %s, wherever the server stands', (zone, time, day) => {
    expect(dayOf(zone, at(time))).toBe(day);
  });

  it.each([
    ['an ordinary day', 'Asia/Seoul', '2026-11-23T03:00:00Z', '2026-11-23T15:00:00.000Z'],
    ['at midnight, a whole day later', 'Asia/Seoul', '2026-11-22T15:00:00Z', '2026-11-23T15:00:00.000Z'],
    ['a day of 23 hours', 'America/New_York', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00.000Z'],
    ['a day of 25 hours', 'America/New_York', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00.000Z'],
    ['midnight that does not exist', 'Africa/Cairo', '2026-04-23T12:00:00Z', '2026-04-23T22:00:00.000Z'],
    ['midnight that comes twice', 'Asia/Beirut', '2026-10-24T12:00:00Z', '2026-10-24T22:00:00.000Z'],
    [
      'half an hour of daylight saving',
      'Australia/Lord_Howe',
      '2026-04-04T20:00:00Z',
      '2026-04-05T13:30:00.000Z',
    ],
    ['a day that was left out', 'Pacific/Apia', '2011-12-29T20:00:00Z', '2011-12-30T10:00:00.000Z'],
  ])('S-2 the next day begins: %s', (_what, zone, now, next) => {
    expect(iso(nextDay(zone, at(now)))).toBe(next);
  });

  it('S-2 a day begins at its first instant, and not before, in any zone', () => {
    const zones = [
      'Asia/Seoul',
      'UTC',
      'America/New_York',
      'Africa/Cairo',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    ];
    const times = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
    fc.assert(
      fc.property(fc.constantFrom(...zones), times, (zone, now) => {
        const next = nextDay(zone, now);
        expect(dayOf(zone, next - 1)).toBe(dayOf(zone, now));
        expect(dayOf(zone, next) > dayOf(zone, now)).toBe(true);
        expect(next - now).toBeLessThanOrEqual(25 * HOUR_MS);
        expect(isSameDay(zone, now, next - 1)).toBe(true);
        expect(isSameDay(zone, now, next)).toBe(false);
      }),
    );
  });

  it('S-2 a server that stands elsewhere has the same days', () => {
    const own = process.env.TZ;
    for (const zone of ['America/Los_Angeles', 'Pacific/Kiritimati', 'UTC']) {
      process.env.TZ = zone;
      expect(dayOf('Asia/Seoul', at('2026-11-23T15:00:00Z'))).toBe('2026-11-24');
      expect(iso(nextDay('Asia/Seoul', at('2026-11-23T15:00:00Z')))).toBe('2026-11-24T15:00:00.000Z');
    }
    if (own === undefined) delete process.env.TZ;
    else process.env.TZ = own;
  });

  it('S-4 a time zone is a name of the IANA list', () => {
    for (const name of ['Asia/Seoul', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT-9']) {
      expect([name, isTimeZone(name)]).toEqual([name, true]);
    }
    for (const name of ['', 'Asia/Soul', '+09:00', 'KST9', 'Asia/Seoul ', '../etc', '서울']) {
      expect([name, isTimeZone(name)]).toEqual([name, false]);
    }
  });
});
