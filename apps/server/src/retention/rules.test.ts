import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUDIT_YEARS, choresOf, EVIDENCE_YEARS, nextBatch, paces, parseYears, pauseAfter } from './rules.ts';

const at = (text: string) => Date.parse(`${text}+09:00`);
const now = at('2026-11-23T12:00:00');

describe('how long things are kept', () => {
  it('O-5 the trail is never kept shorter than the law wants, whatever is typed', () => {
    for (const text of ['0', '1', '11', '2.5', '-3', '', '03', 'three', '1e1', '３'])
      expect(parseYears(text, AUDIT_YEARS)).toBeUndefined();
    expect(['2', '3', '10'].map((text) => parseYears(text, AUDIT_YEARS))).toEqual([2, 3, 10]);
    expect(['0', '1', '10', '11'].map((text) => parseYears(text, EVIDENCE_YEARS))).toEqual([
      undefined,
      1,
      10,
      undefined,
    ]);
  });

  it('P-2 each institution has its own years, and what hangs on nobody stays as long as the longest', () => {
    const institutions = [
      { id: 'one', years: 1 },
      { id: 'ten', years: 10 },
    ];
    const chores = choresOf({ auditYears: 2, institutions }, now);
    const shown = chores.map(({ name, institution, before }) => [
      name,
      institution,
      new Date(before + 9 * 60 * 60_000).toISOString().slice(0, 16),
    ]);
    expect(shown).toEqual([
      ['check-person', '', '2026-11-22T12:00'],
      ['message', '', '2026-10-24T12:00'],
      ['registration', '', '2026-10-24T12:00'],
      ['lesson-passage', 'one', '2025-11-23T00:00'],
      ['check', 'one', '2025-11-23T00:00'],
      ['drop-in-record', 'one', '2025-11-23T00:00'],
      ['report-row', 'one', '2025-11-23T00:00'],
      ['drop-in-counter', 'one', '2026-11-22T12:00'],
      ['drop-in-counter-vouched', 'one', '2026-11-22T12:00'],
      ['lesson-passage', 'ten', '2016-11-23T00:00'],
      ['check', 'ten', '2016-11-23T00:00'],
      ['drop-in-record', 'ten', '2016-11-23T00:00'],
      ['report-row', 'ten', '2016-11-23T00:00'],
      ['drop-in-counter', 'ten', '2026-11-22T12:00'],
      ['drop-in-counter-vouched', 'ten', '2026-11-22T12:00'],
      ['learner-person', '', '2024-11-23T00:00'],
      ['device', '', '2016-11-23T00:00'],
      ['learner', '', '2016-11-23T00:00'],
      ['certified-number', '', '2025-11-23T00:00'],
      ['former-value', '', '2016-11-23T00:00'],
      ['identity-attempt', '', '2016-11-23T00:00'],
      ['exemption-window', '', '2016-11-23T00:00'],
      ['audit-event', '', '2024-11-23T00:00'],
    ]);
    expect(chores.at(-1)?.rights?.before).toBe(at('2023-11-23T00:00:00'));
  });

  it('O-5 without any institution the trail says how long the rest stays', () => {
    const chores = choresOf({ auditYears: 2, institutions: [] }, now);
    expect(chores.find(({ name }) => name === 'device')?.before).toBe(at('2024-11-23T00:00:00'));
  });
});

describe('how fast it goes', () => {
  it('P-1 a batch grows to what fits its time, at most twofold, and shrinks at once', () => {
    const { sqlite, postgres } = paces;
    expect([20, 40, 400].map((size) => nextBatch(sqlite, size, 0))).toEqual([40, 80, 500]);
    expect(nextBatch(sqlite, 50, 1)).toBe(50);
    expect(nextBatch(sqlite, 400, 10)).toBe(40);
    expect(nextBatch(sqlite, 100, 1_000)).toBe(10);
    expect(nextBatch(postgres, 100, 10)).toBe(100);
    expect(nextBatch(postgres, 100, 1_000)).toBe(50);
    fc.assert(
      fc.property(
        fc.constantFrom(sqlite, postgres),
        fc.integer({ min: 50, max: 500 }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (pace, size, worked) => {
          const next = nextBatch(pace, size, worked);
          return Number.isInteger(next) && next >= pace.fewest && next <= Math.min(500, 2 * size);
        },
      ),
    );
  });

  it('P-1 it works a tenth of the time', () => {
    expect([0, 2, 20].map(pauseAfter)).toEqual([0, 18, 180]);
    expect(pauseAfter(5_000)).toBe(1_000);
  });
});
