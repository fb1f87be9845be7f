import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from './policy.ts';
import { preview } from './preview.ts';
import { anyPolicy, policyWith } from './rules.fixture.ts';

/** Only what is asked: `day/lesson: reasons`. */
const asked = (days: ReturnType<typeof preview>): string[] =>
  days.flatMap(({ day, steps }) =>
    steps
      .filter(({ reasons }) => reasons.length > 0)
      .map(({ number, reasons }) => `${day}/${number}: ${reasons.join(' ')}`),
  );

describe('the preview of a course', () => {
  it('S-4 of 24 lessons by the default policy: three days, three checks', () => {
    const days = preview(DEFAULT_POLICY, { lessons: 24 });
    expect(days.map(({ day, steps }) => [day, steps.length])).toEqual([
      [1, 8],
      [2, 8],
      [3, 8],
    ]);
    expect(asked(days)).toEqual([
      '1/1: entry first-of-day lesson-interval',
      '2/9: first-of-day lesson-interval',
      '3/17: first-of-day lesson-interval',
    ]);
    expect(days[0]?.steps[1]).toEqual({ kind: 'lesson', number: 2, reasons: [] });
  });

  it('S-4 of a slower learner, who is asked on more days', () => {
    expect(asked(preview(DEFAULT_POLICY, { lessons: 12, lessonsPerDay: 5 }))).toEqual([
      '1/1: entry first-of-day lesson-interval',
      '2/6: first-of-day',
      '2/9: lesson-interval',
      '3/11: first-of-day',
    ]);
  });

  it('S-2 nobody plays more lessons a day than the limit, whatever the pace', () => {
    const days = preview(DEFAULT_POLICY, { lessons: 20, lessonsPerDay: 15 });
    expect(days.map(({ steps }) => steps.length)).toEqual([8, 8, 4]);
  });

  it('S-4 without a limit the course is played in one day', () => {
    const days = preview(policyWith({ dailyLessonLimit: null }), { lessons: 24 });
    expect(asked(days)).toEqual([
      '1/1: entry first-of-day lesson-interval',
      '1/9: lesson-interval',
      '1/17: lesson-interval',
    ]);
    expect(days).toHaveLength(1);
  });

  it('S-4 plays every lesson once and in order, by any policy', () => {
    const pace = fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined });
    fc.assert(
      fc.property(anyPolicy, fc.integer({ min: 1, max: 40 }), pace, (policy, lessons, lessonsPerDay) => {
        const days = preview(policy, { lessons, lessonsPerDay });
        const numbers = days.flatMap(({ steps }) => steps.map(({ number }) => number));
        expect(numbers).toEqual(Array.from({ length: lessons }, (_, index) => index + 1));
        expect(days.every(({ steps }) => steps.length > 0)).toBe(true);
      }),
    );
  });

  it('S-4 of the longest course is done at once', () => {
    expect(preview(policyWith({ everyLessons: 1, dailyLessonLimit: 1 }), { lessons: 999 })).toHaveLength(999);
  });
});
