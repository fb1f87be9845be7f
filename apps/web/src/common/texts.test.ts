import { describe, expect, it } from 'vitest';
import { pickLocale } from './texts.ts';

describe('the language of a page', () => {
  it('is what the address asks, else what was chosen, else what the browser prefers, else Korean', () => {
    expect(pickLocale('en', 'ko', ['ko-KR'])).toBe('en');
    expect(pickLocale(null, 'en', ['ko-KR'])).toBe('en');
    expect(pickLocale('fr', 'xx', ['vi-VN', 'en-US', 'ko'])).toBe('en');
    expect(pickLocale(null, null, ['ko-KR', 'en-US'])).toBe('ko');
    expect(pickLocale(null, null, ['vi-VN'])).toBe('ko');
  });
});
