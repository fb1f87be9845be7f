import type { Occasion, OccasionKind, Policy } from '@motp/protocol';
import fc from 'fast-check';
import { DEFAULT_POLICY } from './policy.ts';
import type { History, PassedCheck } from './rules.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Noon in Seoul. */
export const NOW = Date.UTC(2026, 10, 23, 3);
export const YESTERDAY = NOW - DAY_MS;

export const nothing: History = { passed: [], lessons: [], open: [] };

export const passed = (kind: OccasionKind, number: number, at: number): PassedCheck => ({ kind, number, at });

export const policyWith = (fields: Partial<Policy>): Policy => ({ ...DEFAULT_POLICY, ...fields });

const kinds = ['entry', 'lesson', 'progress-test', 'exam', 'assignment', 'other'] as const;
const zones = ['Asia/Seoul', 'UTC', 'America/New_York', 'Africa/Cairo'];

/** Few numbers, so that they meet. */
const number = fc.integer({ min: 1, max: 20 });
const time = fc.integer({ min: NOW - 3 * DAY_MS, max: NOW });

export const anyOccasion: fc.Arbitrary<Occasion> = fc.record({ kind: fc.constantFrom(...kinds), number });

export const anyPassed: fc.Arbitrary<PassedCheck> = fc.record({
  kind: fc.constantFrom(...kinds),
  number,
  at: time,
});

export const anyHistory: fc.Arbitrary<History> = fc.record({
  passed: fc.array(anyPassed, { maxLength: 8 }),
  lessons: fc.array(fc.record({ number, at: time }), { maxLength: 12 }),
  open: fc.array(number, { maxLength: 4 }),
});

export const anyPolicy: fc.Arbitrary<Policy> = fc.record({
  entry: fc.constantFrom('once' as const, 'never' as const),
  firstOfDay: fc.boolean(),
  everyLessons: fc.constantFrom(null, 1, 2, 8),
  before: fc.subarray(['progress-test' as const, 'exam' as const, 'assignment' as const]),
  dailyLessonLimit: fc.constantFrom(null, 1, 3, 8),
  timeZone: fc.constantFrom(...zones),
  holdsForMinutes: fc.record({
    lesson: fc.constantFrom(null, 0, 60),
    evaluation: fc.constantFrom(0, 180),
  }),
});
