import { describe, expect, it } from 'vitest';
import { proofText } from './proof-text.ts';
import { type Delivery, dayAgo, dayWait, deliveryOfMessage, nextTry } from './rules.ts';

describe('R-2 the message', () => {
  const purpose: 'device' | 'phone' = 'device';
  const message = { code: '012345', reference: 'K3F', host: 'app.motp.example', purpose };

  it('R-2 says what the code does, shows the reference, warns, and ends with the WebOTP line', () => {
    expect(proofText({ ...message, locale: 'ko' })).toBe(
      ['[mOTP] 인증번호 012345 (K3F)', '앱 등록용, 남에게 알리지 마세요', '@app.motp.example #012345'].join(
        '\n',
      ),
    );
  });

  it('R-2 is in English for English locales, in Korean for every other', () => {
    expect(proofText({ ...message, locale: 'en-GB' })).toBe(
      ['[mOTP] Code 012345 (K3F)', 'To register the app. Tell nobody', '@app.motp.example #012345'].join(
        '\n',
      ),
    );
    expect(proofText({ ...message, locale: 'vi' })).toBe(proofText({ ...message, locale: 'ko' }));
  });

  it.each([
    ['ko', '번호 변경용, 남에게 알리지 마세요'],
    ['en', "To change the app's number. Tell nobody"],
  ])('R-9 says in %s that it changes the number of an app', (locale, line) => {
    expect(proofText({ ...message, purpose: 'phone', locale }).split('\n')[1]).toBe(line);
  });

  it.each(['device', 'phone'] as const)('R-2 is one SMS: 90 bytes of EUC-KR, for %s', (purpose) => {
    const longest = { ...message, purpose };
    // EUC-KR writes a Hangul syllable as two bytes, ASCII as one.
    const bytes = (text: string) => [...text].reduce((sum, letter) => sum + (letter > '\x7f' ? 2 : 1), 0);
    expect(bytes(proofText({ ...longest, locale: 'ko' }))).toBeLessThanOrEqual(90);
    expect(bytes(proofText({ ...longest, locale: 'en' }))).toBeLessThanOrEqual(90);
  });

  it('R-2 is tried again after one second, doubling up to a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 50].map(nextTry)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });
});

describe('R-2 the messages of a day', () => {
  const NOW = Date.UTC(2026, 10, 23, 3);
  const DAY_MS = 24 * 60 * 60_000;

  it.each<[string, number | undefined, number]>([
    ['fewer than the day allows', undefined, 0],
    ['the oldest that uses it up was written just now', NOW, DAY_MS],
    ['it was written almost a day ago', NOW - DAY_MS + 1, 1],
    ['it was written a day ago', NOW - DAY_MS, 0],
  ])('R-2 %s', (_what, nthNewest, wait) => {
    expect(dayWait(nthNewest, NOW)).toBe(wait);
  });

  it('R-2 a day is 24 hours, whatever the date', () => {
    expect(dayAgo(NOW)).toBe(NOW - DAY_MS);
  });
});

describe('R-2 whether a message is on its way', () => {
  it.each<[string, Parameters<typeof deliveryOfMessage>[0], Delivery]>([
    ['there is none', undefined, 'none'],
    ['it was not tried yet', { status: 'waiting', attempts: 0 }, 'waiting'],
    ['it was tried once', { status: 'waiting', attempts: 1 }, 'waiting'],
    ['it was tried twice', { status: 'waiting', attempts: 2 }, 'failing'],
    ['nobody took it until it was of no use', { status: 'expired', attempts: 1 }, 'failing'],
    ['it was taken at the third try', { status: 'sent', attempts: 3 }, 'sent'],
  ])('R-2 %s', (_what, message, delivery) => {
    expect(deliveryOfMessage(message)).toBe(delivery);
  });
});
