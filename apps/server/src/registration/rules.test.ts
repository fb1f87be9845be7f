import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ADDRESS_MESSAGES,
  addressAllowance,
  addressMessagesSince,
  addressWait,
  addressWindow,
  drawCode,
  endAfterPass,
  endAfterStart,
  isIdentityOver,
  isRegistrationOver,
  isRepeatable,
  keptSent,
  keptWrong,
  nameIsBound,
  numberWait,
  proofAllowance,
  referenceOf,
  toldSince,
  unusedSince,
} from './rules.ts';

const NOW = Date.UTC(2026, 10, 23, 3);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const allowed = { kind: 'allowed' };
const refused = (retryAfterMs: number) => ({ kind: 'refused', retryAfterMs });

describe('R-2 messages to one number', () => {
  it('R-2 one message per 30 s', () => {
    expect(numberWait([], NOW)).toBe(0);
    expect(numberWait([NOW], NOW)).toBe(30_000);
    expect(numberWait([NOW], NOW + 29_999)).toBe(1);
    expect(numberWait([NOW], NOW + 30_000)).toBe(0);
  });

  it('R-2 five messages an hour', () => {
    const sent = [0, 10, 20, 30, 40].map((minute) => NOW + minute * MINUTE_MS);
    expect(numberWait(sent.slice(1), NOW + HOUR_MS - 1)).toBe(0);
    expect(numberWait(sent, NOW + 41 * MINUTE_MS)).toBe(19 * MINUTE_MS);
    expect(numberWait(sent, NOW + HOUR_MS - 1)).toBe(1);
    expect(numberWait(sent, NOW + HOUR_MS)).toBe(0);
  });

  it('R-2 ten messages a day', () => {
    const sent = Array.from({ length: 10 }, (_, index) => NOW + index * 2 * HOUR_MS);
    expect(numberWait(sent.slice(1), NOW + 19 * HOUR_MS)).toBe(0);
    expect(numberWait(sent, NOW + 19 * HOUR_MS)).toBe(5 * HOUR_MS);
    expect(numberWait(sent, NOW + DAY_MS - 1)).toBe(1);
    expect(numberWait(sent, NOW + DAY_MS)).toBe(0);
  });

  it('R-2 of several limits the longest wait is said', () => {
    const sent = Array.from({ length: 10 }, (_, index) => NOW + index * MINUTE_MS);
    expect(numberWait(sent, NOW + 10 * MINUTE_MS)).toBe(DAY_MS - 10 * MINUTE_MS);
  });

  it('R-2 whoever sends whenever it is allowed never exceeds a limit, and forgetting changes nothing', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 3 * HOUR_MS }), { maxLength: 60 });
    fc.assert(
      fc.property(waits, (pauses) => {
        let now = NOW;
        const sent: number[] = [];
        let kept: number[] = [];
        for (const pause of pauses) {
          now += pause;
          kept = keptSent(kept, now);
          const wait = numberWait(kept, now);
          expect(numberWait(sent, now)).toBe(wait);
          if (wait > 0) continue;
          sent.push(now);
          kept.push(now);
          const within = (ms: number) => sent.filter((at) => now - at < ms).length;
          expect([within(30_000) <= 1, within(HOUR_MS) <= 5, within(DAY_MS) <= 10]).toEqual([
            true,
            true,
            true,
          ]);
        }
      }),
    );
  });
});

describe('R-2 messages from one address', () => {
  const every = (count: number, ms: number) => Array.from({ length: count }, (_, index) => NOW + index * ms);

  it.each<[string, number[], number, number]>([
    ['none was sent', [], NOW, 0],
    ['29 in an hour', every(29, 1), NOW + 29, 0],
    ['30 in an hour, until the first is an hour old', every(30, 1), NOW + 30, HOUR_MS - 30],
    ['30 in an hour, a millisecond before', every(30, 1), NOW + HOUR_MS - 1, 1],
    ['30, an hour after the first', every(30, 1), NOW + HOUR_MS, 0],
    ['99 in a day', every(99, 10 * MINUTE_MS), NOW + 990 * MINUTE_MS, 0],
    [
      '100 in a day, until the first is a day old',
      every(100, 10 * MINUTE_MS),
      NOW + 1_000 * MINUTE_MS,
      440 * MINUTE_MS,
    ],
    ['100, a day after the first', every(100, 10 * MINUTE_MS), NOW + DAY_MS, 0],
  ])('R-2 %s', (_what, sentAt, now, wait) => {
    expect(addressWait(sentAt, now)).toBe(wait);
  });

  it('R-2 the hundred newest of a day are all that it looks at', () => {
    expect([ADDRESS_MESSAGES, addressMessagesSince(NOW)]).toEqual([100, NOW - DAY_MS]);
  });
});

describe('R-2 wrong codes of one number', () => {
  const midnight = Date.UTC(2026, 10, 23, 15);
  const wrongAt = (count: number, last: number) => Array.from({ length: count }, (_, index) => last - index);

  it('R-2 ten on one day close SMS proof until the next', () => {
    expect(proofAllowance(wrongAt(9, NOW), NOW)).toEqual(allowed);
    expect(proofAllowance(wrongAt(10, NOW), NOW)).toEqual(refused(midnight - NOW));
    expect(proofAllowance(wrongAt(10, NOW), midnight - 1)).toEqual(refused(1));
    expect(proofAllowance(wrongAt(10, NOW), midnight)).toEqual(allowed);
  });

  it('R-2 those of the day before do not count', () => {
    const yesterday = Date.UTC(2026, 10, 22, 15) - 1;
    expect(keptWrong([yesterday, yesterday + 1, NOW], NOW)).toEqual([yesterday + 1, NOW]);
    expect(proofAllowance([yesterday, ...wrongAt(9, NOW)], NOW)).toEqual(allowed);
  });
});

describe('R-2 registrations from one address', () => {
  it('R-2 20 unproved ones an hour', () => {
    const begun = Array.from({ length: 20 }, (_, index) => NOW + index * MINUTE_MS);
    expect(addressAllowance(begun.slice(1), NOW + 20 * MINUTE_MS)).toEqual(allowed);
    expect(addressAllowance(begun, NOW + 20 * MINUTE_MS)).toEqual(refused(40 * MINUTE_MS));
    expect(addressAllowance(begun, NOW + HOUR_MS - 1)).toEqual(refused(1));
    expect(addressAllowance(begun, NOW + HOUR_MS)).toEqual(allowed);
    expect(addressWindow(NOW)).toBe(NOW - HOUR_MS);
  });
});

describe('R-2 one registration', () => {
  const row = {
    ...({ proof: 'sms', proved_at: null, name_sealed: 'sealed', tries_left: 5 } as const),
    ...{ sent_at: NOW - 5 * MINUTE_MS, code_expires_at: NOW },
  };

  it('R-2 is over for its code when it is proved, out of tries or five minutes old', () => {
    expect(isRegistrationOver(row, NOW - 1)).toBe(false);
    expect(isRegistrationOver(row, NOW)).toBe(true);
    expect(isRegistrationOver({ ...row, tries_left: 1 }, NOW - 1)).toBe(false);
    expect(isRegistrationOver({ ...row, tries_left: 0 }, NOW - 1)).toBe(true);
    expect(isRegistrationOver({ ...row, proved_at: NOW - 1 }, NOW - 1)).toBe(true);
    expect(isRegistrationOver({ ...row, code_expires_at: NOW - 1 }, NOW - 1)).toBe(true);
  });

  it('R-2 an identity check extends the registration, and its code ends after five minutes all the same', () => {
    const extended = { ...row, code_expires_at: NOW + 5 * MINUTE_MS };
    expect(isRegistrationOver(extended, NOW - 1)).toBe(false);
    expect(isRegistrationOver(extended, NOW)).toBe(true);
    expect(isIdentityOver(extended, NOW + 5 * MINUTE_MS - 1)).toBe(false);
    expect(isIdentityOver(extended, NOW + 5 * MINUTE_MS)).toBe(true);
  });

  it('R-2 without a message no code proves it; an identity check does until it is proved or forgotten', () => {
    const waiting = { ...row, proof: 'identity' } as const;
    expect(isRegistrationOver(waiting, NOW - 1)).toBe(true);
    expect(isIdentityOver(waiting, NOW - 1)).toBe(false);
    const closed = { ...row, tries_left: 0 };
    expect([isRegistrationOver(closed, NOW - 1), isIdentityOver(closed, NOW - 1)]).toEqual([true, false]);
    expect(isIdentityOver({ ...row, proved_at: NOW - 1 }, NOW - 1)).toBe(true);
    expect(isIdentityOver({ ...row, name_sealed: null }, NOW - 1)).toBe(true);
  });

  it('R-2 an identity check that starts extends it once to ten minutes from then, and never shortens it', () => {
    const tenMinutes = 10 * MINUTE_MS;
    expect(endAfterStart(row, NOW - MINUTE_MS, tenMinutes)).toBe(NOW + 9 * MINUTE_MS);
    const extended = { ...row, code_expires_at: NOW + 9 * MINUTE_MS };
    expect(endAfterStart(extended, NOW + 8 * MINUTE_MS, tenMinutes)).toBe(NOW + 9 * MINUTE_MS);
    const waiting = {
      ...row,
      proof: 'identity',
      sent_at: NOW,
      code_expires_at: NOW + 15 * MINUTE_MS,
    } as const;
    expect(endAfterStart(waiting, NOW, tenMinutes)).toBe(NOW + 15 * MINUTE_MS);
    expect(endAfterStart(waiting, NOW + 14 * MINUTE_MS, tenMinutes)).toBe(NOW + 24 * MINUTE_MS);
    expect(endAfterPass(row, NOW - 1)).toBe(NOW - 1 + 5 * MINUTE_MS);
    expect(endAfterPass(waiting, NOW)).toBe(NOW + 15 * MINUTE_MS);
  });

  it('R-3 a lost reply can be asked again for five minutes', () => {
    expect(isRepeatable(null, NOW)).toBe(false);
    expect(isRepeatable(NOW, NOW)).toBe(true);
    expect(isRepeatable(NOW, NOW + 5 * MINUTE_MS - 1)).toBe(true);
    expect(isRepeatable(NOW, NOW + 5 * MINUTE_MS)).toBe(false);
  });
});

describe('R-2a the name of a number', () => {
  it('R-2a is bound for 24 calendar months', () => {
    const named = Date.UTC(2026, 10, 23, 3);
    expect(nameIsBound(named, Date.UTC(2028, 10, 23, 3) - 1)).toBe(true);
    expect(nameIsBound(named, Date.UTC(2028, 10, 23, 3))).toBe(false);
  });

  it('R-2a of a leap day is bound until the first of March', () => {
    const named = Date.UTC(2028, 1, 29);
    expect(nameIsBound(named, Date.UTC(2030, 2, 1) - 1)).toBe(true);
    expect(nameIsBound(named, Date.UTC(2030, 2, 1))).toBe(false);
  });

  it('R-2a a registration is unused after twelve months', () => {
    expect(unusedSince(Date.UTC(2026, 10, 23, 3))).toBe(Date.UTC(2025, 10, 23, 3));
  });

  it('R-5 institutions of the last 90 days are told', () => {
    expect(toldSince(NOW)).toBe(NOW - 90 * DAY_MS);
  });
});

describe('R-2 what is drawn', () => {
  it('R-2 six digits without bias: a draw above the last whole million is thrown away', () => {
    const draws = [4_294_000_000, 4_293_999_999];
    const random = () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(draws.shift() ?? 0);
      return bytes;
    };
    expect(drawCode(random)).toBe('999999');
    expect(draws).toEqual([]);
    expect(drawCode(random)).toBe('000000');
  });

  it('R-2 the reference has three characters that cannot be taken for others', () => {
    expect(referenceOf(Uint8Array.of(0, 31, 32))).toBe('A9A');
    const all = new Set(referenceOf(Uint8Array.from({ length: 256 }, (_, byte) => byte)));
    expect([...all].sort().join('')).toBe('23456789ABCDEFGHJKLMNPQRSTUVWXYZ');
  });
});
