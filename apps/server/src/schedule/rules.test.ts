import type { Occasion, OccasionKind, Policy, Reason } from '@motp/protocol';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from './policy.ts';
import { DAY_MS, MINUTE_MS, NOW, nothing, passed, policyWith, YESTERDAY } from './rules.fixture.ts';
import { decide, type History, isNewLesson } from './rules.ts';

const lesson = (number: number): Occasion => ({ kind: 'lesson', number });
const at = (kind: OccasionKind, number = 1): Occasion => ({ kind, number });
const due = (...reasons: Reason[]) => ({ kind: 'due', reasons });
const not = (because: 'already-checked' | 'not-due', nextDue: Occasion | null) => ({
  kind: 'not-required',
  because,
  nextDue,
});

const entered: History = { ...nothing, passed: [passed('lesson', 1, YESTERDAY)] };
const begun: History = { ...nothing, passed: [...entered.passed, passed('lesson', 2, NOW - MINUTE_MS)] };

describe('S-2 the default policy', () => {
  it.each<[string, History, Occasion, object]>([
    ['entry asks once', nothing, at('entry'), due('entry')],
    ['entry after any check', entered, at('entry'), not('already-checked', null)],
    [
      'the first lesson asks once for everything',
      nothing,
      lesson(1),
      due('entry', 'first-of-day', 'lesson-interval'),
    ],
    ['any lesson at entry', nothing, lesson(2), due('entry', 'first-of-day')],
    ['the first study of another day', entered, lesson(2), due('first-of-day')],
    ['the first study of another day, resuming', entered, lesson(1), due('first-of-day')],
    ['a ninth lesson as the first of a day', entered, lesson(9), due('first-of-day', 'lesson-interval')],
    ['a ninth lesson later that day', begun, lesson(9), due('lesson-interval')],
    ['a seventeenth lesson', begun, lesson(17), due('lesson-interval')],
    ['a lesson between', begun, lesson(3), not('already-checked', lesson(9))],
    ['the eighth lesson', begun, lesson(8), not('already-checked', lesson(9))],
    ['before a progress test', begun, at('progress-test'), due('progress-test')],
    ['before an exam', begun, at('exam', 2), due('exam')],
    ['before an assignment', begun, at('assignment'), due('assignment')],
    ['an exam at entry', nothing, at('exam'), due('entry', 'exam')],
    ['anything else', nothing, at('other'), not('not-due', null)],
  ])('%s', (_what, history, occasion, decision) => {
    expect(decide(DEFAULT_POLICY, history, occasion, NOW)).toEqual(decision);
  });
});

describe('S-3 one passed check', () => {
  it.each<[string, History, Occasion, object]>([
    [
      'at entry satisfies the first lesson of that day',
      { ...nothing, passed: [passed('entry', 1, NOW - MINUTE_MS)] },
      lesson(1),
      not('already-checked', lesson(9)),
    ],
    [
      'at entry yesterday does not',
      { ...nothing, passed: [passed('entry', 1, YESTERDAY)] },
      lesson(1),
      due('first-of-day', 'lesson-interval'),
    ],
    [
      'at entry satisfies no ninth lesson',
      { ...nothing, passed: [passed('entry', 1, NOW - MINUTE_MS)] },
      lesson(9),
      due('lesson-interval'),
    ],
    [
      'of an evaluation satisfies entry, and is no study',
      { ...nothing, passed: [passed('exam', 1, NOW - MINUTE_MS)] },
      lesson(2),
      due('first-of-day'),
    ],
    [
      'of a lesson stands for it that day',
      { ...nothing, passed: [passed('lesson', 9, NOW - MINUTE_MS)] },
      lesson(9),
      not('already-checked', lesson(17)),
    ],
    [
      'of an exam stands for 180 minutes',
      { ...nothing, passed: [passed('exam', 1, NOW - 180 * MINUTE_MS + 1)] },
      at('exam'),
      not('already-checked', at('exam', 2)),
    ],
    [
      'of an exam stands no longer',
      { ...nothing, passed: [passed('exam', 1, NOW - 180 * MINUTE_MS)] },
      at('exam'),
      due('exam'),
    ],
    [
      'of an exam stands for no other attempt',
      { ...nothing, passed: [passed('exam', 1, NOW - MINUTE_MS)] },
      at('exam', 2),
      due('exam'),
    ],
    [
      'of an exam stands for no other kind',
      { ...nothing, passed: [passed('exam', 1, NOW - MINUTE_MS)] },
      at('assignment'),
      due('assignment'),
    ],
  ])('%s', (_what, history, occasion, decision) => {
    expect(decide(DEFAULT_POLICY, history, occasion, NOW)).toEqual(decision);
  });

  it('of a lesson can stand over midnight by minutes', () => {
    const midnight = Date.UTC(2026, 10, 23, 15);
    const history = { ...nothing, passed: [passed('lesson', 9, midnight - 10 * MINUTE_MS)] };
    const minutes = policyWith({ holdsForMinutes: { lesson: 60, evaluation: 180 } });
    expect(decide(minutes, history, lesson(9), midnight)).toEqual(not('already-checked', lesson(17)));
    expect(decide(DEFAULT_POLICY, history, lesson(9), midnight)).toEqual(due('first-of-day'));
    expect(decide(minutes, history, lesson(9), midnight + 50 * MINUTE_MS)).toEqual(due('first-of-day'));
  });
});

describe('S-4 every member of a policy is a setting', () => {
  it.each<[string, Partial<Policy>, History, Occasion, object]>([
    ['entry never', { entry: 'never' }, nothing, at('entry'), not('not-due', null)],
    ['entry never, at the first lesson', { entry: 'never' }, nothing, lesson(2), due('first-of-day')],
    ['no first of a day', { firstOfDay: false }, entered, lesson(2), not('already-checked', lesson(9))],
    [
      'nothing at all',
      { entry: 'never', firstOfDay: false, everyLessons: null },
      nothing,
      lesson(1),
      not('not-due', null),
    ],
    ['every lesson', { everyLessons: 1 }, begun, lesson(3), due('lesson-interval')],
    ['every lesson, played before', { everyLessons: 1 }, begun, lesson(1), not('already-checked', lesson(3))],
    ['every fifth lesson', { everyLessons: 5 }, begun, lesson(6), due('lesson-interval')],
    ['no interval', { everyLessons: null }, begun, lesson(9), not('already-checked', null)],
    ['not before assignments', { before: ['exam'] }, begun, at('assignment'), not('already-checked', null)],
    ['entry all the same', { before: [] }, nothing, at('assignment'), due('entry')],
    [
      'a check that never stands',
      { holdsForMinutes: { lesson: null, evaluation: 0 } },
      { ...nothing, passed: [passed('exam', 1, NOW)] },
      at('exam'),
      due('exam'),
    ],
    [
      'a day of another zone',
      { timeZone: 'America/New_York' },
      { ...nothing, passed: [passed('lesson', 1, NOW - 8 * 60 * MINUTE_MS)] },
      lesson(2),
      not('already-checked', lesson(9)),
    ],
  ])('%s', (_what, fields, history, occasion, decision) => {
    expect(decide(policyWith(fields), history, occasion, NOW)).toEqual(decision);
  });

  it('the last number of the wire is the last that can be due', () => {
    expect(decide(DEFAULT_POLICY, begun, lesson(993), NOW)).toEqual(due('lesson-interval'));
    expect(decide(DEFAULT_POLICY, begun, lesson(999), NOW)).toEqual(not('already-checked', null));
    const sat = { ...nothing, passed: [passed('exam', 999, NOW)] };
    expect(decide(DEFAULT_POLICY, sat, at('exam', 999), NOW)).toEqual(not('already-checked', null));
  });
});

describe('S-2 at most eight new lessons a day', () => {
  const until = Date.UTC(2026, 10, 23, 15);
  const blocked = { kind: 'blocked', because: 'daily-lesson-limit', until };
  const let_ = (count: number, time: number, from = 1) =>
    Array.from({ length: count }, (_, nth) => ({ number: from + nth, at: time }));
  const full: History = {
    passed: [passed('lesson', 1, NOW - MINUTE_MS)],
    lessons: let_(7, NOW - MINUTE_MS, 2),
    open: [],
  };

  it('the ninth is blocked until midnight of the zone', () => {
    expect(decide(DEFAULT_POLICY, full, lesson(9), NOW)).toEqual(blocked);
    expect(decide(DEFAULT_POLICY, full, lesson(10), NOW)).toEqual(blocked);
    expect(decide(DEFAULT_POLICY, full, lesson(9), until)).toEqual(due('first-of-day', 'lesson-interval'));
  });

  it('resuming and evaluations are free', () => {
    expect(decide(DEFAULT_POLICY, full, lesson(8), NOW)).toEqual(not('already-checked', lesson(9)));
    expect(decide(DEFAULT_POLICY, full, lesson(1), NOW)).toEqual(not('already-checked', lesson(9)));
    expect(decide(DEFAULT_POLICY, full, at('exam'), NOW)).toEqual(due('exam'));
  });

  it('a lesson of an earlier day takes no place, though it is played again with a check', () => {
    const resumed = {
      ...full,
      passed: [...full.passed, passed('lesson', 30, NOW), passed('lesson', 30, NOW - 2 * DAY_MS)],
      lessons: [...let_(6, NOW - MINUTE_MS, 2), { number: 20, at: YESTERDAY }],
    };
    expect(decide(DEFAULT_POLICY, resumed, lesson(9), NOW)).toEqual(due('lesson-interval'));
  });

  it('a lesson whose check is open takes its place, and keeps it', () => {
    const opening = { ...full, lessons: let_(6, NOW - MINUTE_MS, 2), open: [9] };
    expect(decide(DEFAULT_POLICY, opening, lesson(10), NOW)).toEqual(blocked);
    expect(decide(DEFAULT_POLICY, opening, lesson(9), NOW)).toEqual(due('lesson-interval'));
  });

  it('an open check of a lesson that was played takes none', () => {
    const opening = { ...full, lessons: let_(6, NOW - MINUTE_MS, 2), open: [1, 2] };
    expect(decide(DEFAULT_POLICY, opening, lesson(9), NOW)).toEqual(due('lesson-interval'));
  });

  it('without a limit nothing is blocked', () => {
    expect(decide(policyWith({ dailyLessonLimit: null }), full, lesson(10), NOW)).toEqual(
      not('already-checked', lesson(17)),
    );
  });

  it('a lesson is new until its number is let through', () => {
    expect(isNewLesson(full, lesson(9))).toBe(true);
    expect(isNewLesson(full, lesson(8))).toBe(false);
    expect(isNewLesson(full, lesson(1))).toBe(false);
    expect(isNewLesson({ ...nothing, passed: [passed('exam', 3, NOW)] }, lesson(3))).toBe(true);
    expect(isNewLesson(nothing, at('exam', 3))).toBe(false);
  });
});
