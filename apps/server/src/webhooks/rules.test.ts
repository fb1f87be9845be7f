import { describe, expect, it } from 'vitest';
import { formerUntil, giveUpAt, keptSince, nextTry, parseEndpoint } from './rules.ts';

const NOW = Date.UTC(2026, 10, 23, 3);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('when a webhook event is tried again', () => {
  it('after 5 s, 30 s, 2 min, 10 min, 30 min, then every hour', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 20].map((n) => (nextTry(n, NOW, NOW + DAY) ?? 0) - NOW);
    expect(waits).toEqual([5_000, 30_000, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, HOUR, HOUR]);
  });

  it('until a day is over: 29 attempts when every one is refused at once', () => {
    let attempts = 0;
    for (let at: number | undefined = NOW; at !== undefined; at = nextTry(attempts, at, giveUpAt(NOW)))
      attempts++;
    expect(attempts).toBe(29);
  });

  it.each([
    [HOUR, undefined],
    [HOUR + 1, NOW + HOUR],
  ])('not at or after its end: with %i ms left', (left, next) => {
    expect(nextTry(6, NOW, NOW + left)).toBe(next);
  });

  it('a former secret signs for a day; delivered events are kept 30 days, failed ones 90', () => {
    expect(formerUntil(NOW)).toBe(NOW + DAY);
    expect(keptSince(NOW)).toEqual({ delivered: NOW - 30 * DAY, failed: NOW - 90 * DAY });
  });
});

describe('the address of a webhook', () => {
  it.each([
    ['https://lms.example/motp', 'https://lms.example/motp'],
    ['https://lms.example:8443/hook?key=1', 'https://lms.example:8443/hook?key=1'],
    ['https://2130706433/', 'https://127.0.0.1/'],
    ['https://0x7f.1/', 'https://127.0.0.1/'],
    ['http://localhost:4001/', 'http://localhost:4001/'],
  ])('%s is one, written as %s', (text, href) => {
    expect(parseEndpoint(text)?.href).toBe(href);
  });

  it.each([
    'lms.example',
    'ftp://lms.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user@lms.example/',
    'https://:word@lms.example/',
    'https://lms.example/#part',
    `https://lms.example/${'a'.repeat(2_000)}`,
    'https://',
    '',
  ])('%s is none', (text) => {
    expect(parseEndpoint(text)).toBeUndefined();
  });
});
