import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressAllowance,
  addressWindow,
  drawCode,
  isRegistrationOver,
  isRepeatable,
  keptSent,
  keptWrong,
  messageAllowance,
  nameIsBound,
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
    expect(messageAllowance([], NOW)).toEqual(allowed);
    expect(messageAllowance([NOW], NOW)).toEqual(refused(30_000));
    expect(messageAllowance([NOW], NOW + 29_999)).toEqual(refused(1));
    expect(messageAllowance([NOW], NOW + 30_000)).toEqual(allowed);
  });

  it('R-2 five messages an hour', () => {
    const sent = [0, 10, 20, 30, 40].map((minute) => NOW + minute * MINUTE_MS);
    expect(messageAllowance(sent.slice(1), NOW + HOUR_MS - 1)).toEqual(allowed);
    expect(messageAllowance(sent, NOW + 41 * MINUTE_MS)).toEqual(refused(19 * MINUTE_MS));
    expect(messageAllowance(sent, NOW + HOUR_MS - 1)).toEqual(refused(1));
    expect(messageAllowance(sent, NOW + HOUR_MS)).toEqual(allowed);
  });

  it('R-2 ten messages a day', () => {
    const sent = Array.from({ length: 10 }, (_, index) => NOW + index * 2 * HOUR_MS);
    expect(messageAllowance(sent.slice(1), NOW + 19 * HOUR_MS)).toEqual(allowed);
    expect(messageAllowance(sent, NOW + 19 * HOUR_MS)).toEqual(refused(5 * HOUR_MS));
    expect(messageAllowance(sent, NOW + DAY_MS - 1)).toEqual(refused(1));
    expect(messageAllowance(sent, NOW + DAY_MS)).toEqual(allowed);
  });

  it('R-2 of several limits the longest wait is said', () => {
    const sent = Array.from({ length: 10 }, (_, index) => NOW + index * MINUTE_MS);
    expect(messageAllowance(sent, NOW + 10 * MINUTE_MS)).toEqual(refused(DAY_MS - 10 * MINUTE_MS));
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
          const allowance = messageAllowance(kept, now);
          expect(messageAllowance(sent, now)).toEqual(allowance);
          if (allowance.kind === 'refused') continue;
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
  const row = { proved_at: null, tries_left: 5, code_expires_at: NOW };

  it('R-2 ends when it is proved, out of tries or five minutes old', () => {
    expect(isRegistrationOver(row, NOW - 1)).toBe(false);
    expect(isRegistrationOver(row, NOW)).toBe(true);
    expect(isRegistrationOver({ ...row, tries_left: 1 }, NOW - 1)).toBe(false);
    expect(isRegistrationOver({ ...row, tries_left: 0 }, NOW - 1)).toBe(true);
    expect(isRegistrationOver({ ...row, proved_at: NOW - 1 }, NOW - 1)).toBe(true);
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
