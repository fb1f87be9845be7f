import { describe, expect, it } from 'vitest';
import { CHECK_MINUTES, isReusable } from './opening-rules.ts';

const NOW = Date.UTC(2026, 10, 23, 3);
const MINUTE_MS = 60_000;

const before = {
  name_key: 'name',
  phone_key: 'phone',
  session_key: 'session',
  return_url: 'https://lms.example/back',
  expires_at: NOW + CHECK_MINUTES * MINUTE_MS,
};

describe('opening an occasion again', () => {
  it('C-1 a check is valid 10 minutes', () => {
    expect(CHECK_MINUTES).toBe(10);
  });

  it('C-1 the open check is given again while it has five minutes left', () => {
    expect(isReusable(before, before, NOW)).toBe(true);
    expect(isReusable(before, before, NOW + 5 * MINUTE_MS)).toBe(true);
    expect(isReusable(before, before, NOW + 5 * MINUTE_MS + 1)).toBe(false);
  });

  it.each([
    ['name', { name_key: 'other' }],
    ['phone', { phone_key: 'other' }],
    ['session', { session_key: 'other' }],
    ['session that is not said', { session_key: null }],
    ['return address', { return_url: 'https://lms.example/other' }],
    ['return address that is not said', { return_url: null }],
  ])('C-1 another %s is another question', (_what, difference) => {
    expect(isReusable(before, { ...before, ...difference }, NOW)).toBe(false);
    expect(isReusable({ ...before, ...difference }, before, NOW)).toBe(false);
  });

  it('C-1 what was never said is the same as null', () => {
    const { name_key, phone_key } = before;
    const silent = { name_key, phone_key, session_key: null, return_url: null };
    expect(isReusable({ ...silent, expires_at: before.expires_at }, { name_key, phone_key }, NOW)).toBe(true);
  });
});
