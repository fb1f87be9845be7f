import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, nextDay } from './calendar.ts';
import { anyHistory, anyOccasion, anyPassed, anyPolicy, NOW, nothing } from './rules.fixture.ts';
import { type Decision, decide, type History } from './rules.ts';

const runs = { numRuns: 500 };
const reasonsOf = (decision: Decision): string[] => (decision.kind === 'due' ? decision.reasons : []);

describe('when a check is due, whatever happened before', () => {
  it('S-3 one passed check satisfies everything due at that moment', () => {
    const satisfied = fc.property(anyPolicy, anyHistory, anyOccasion, (policy, history, occasion) => {
      fc.pre(policy.holdsForMinutes.evaluation > 0);
      fc.pre(decide(policy, history, occasion, NOW).kind === 'due');
      const after = { ...history, passed: [...history.passed, { ...occasion, at: NOW }] };
      expect(decide(policy, after, occasion, NOW)).toMatchObject({
        kind: 'not-required',
        because: 'already-checked',
      });
    });
    fc.assert(satisfied, runs);
  });

  it('S-3 more checks never make one due', () => {
    const more = fc.property(
      anyPolicy,
      anyHistory,
      anyOccasion,
      fc.array(anyPassed, { maxLength: 4 }),
      (policy, history, occasion, checks) => {
        const after = { ...history, passed: [...history.passed, ...checks] };
        const unlimited = { ...policy, dailyLessonLimit: null };
        const before = reasonsOf(decide(unlimited, history, occasion, NOW));
        expect(before).toEqual(expect.arrayContaining(reasonsOf(decide(unlimited, after, occasion, NOW))));
        if (decide(policy, history, occasion, NOW).kind !== 'not-required') return;
        expect(decide(policy, after, occasion, NOW).kind).not.toBe('due');
      },
    );
    fc.assert(more, runs);
  });

  it('S-1 already-checked is said where, without a passed check, one would be due; not-due nowhere else', () => {
    const because = fc.property(anyPolicy, anyHistory, anyOccasion, (policy, history, occasion) => {
      const decision = decide(policy, history, occasion, NOW);
      fc.pre(decision.kind === 'not-required');
      const without = decide(
        { ...policy, dailyLessonLimit: null },
        { ...history, passed: [] },
        occasion,
        NOW,
      );
      if (decision.kind !== 'not-required') return;
      expect(decision.because).toBe(without.kind === 'due' ? 'already-checked' : 'not-due');
    });
    fc.assert(because, runs);
  });

  it('S-2 no more new lessons a day than the limit, in whatever order they are asked for', () => {
    const asked = fc.array(fc.record({ number: fc.integer({ min: 1, max: 12 }), passes: fc.boolean() }));
    const limited = fc.property(anyPolicy, asked, (policy, questions) => {
      const limit = policy.dailyLessonLimit ?? Number.POSITIVE_INFINITY;
      let history: History = nothing;
      const played = new Set<number>();
      for (const { number, passes } of questions) {
        const occasion = { kind: 'lesson', number } as const;
        const decision = decide(policy, history, occasion, NOW);
        if (decision.kind === 'not-required') {
          history = { ...history, lessons: [...history.lessons, { number, at: NOW }] };
          played.add(number);
        }
        if (decision.kind !== 'due') continue;
        const open = history.open.filter((each) => each !== number);
        history = passes
          ? { ...history, open, passed: [...history.passed, { ...occasion, at: NOW }] }
          : { ...history, open: [...open, number] };
        played.add(number);
      }
      expect(played.size).toBeLessThanOrEqual(limit);
    });
    fc.assert(limited, runs);
  });

  it('S-2 who is blocked is not blocked at the midnight that was said', () => {
    const blocked = fc.property(anyPolicy, anyHistory, anyOccasion, (policy, history, occasion) => {
      const decision = decide(policy, history, occasion, NOW);
      fc.pre(decision.kind === 'blocked');
      if (decision.kind !== 'blocked') return;
      expect(decision.until).toBe(nextDay(policy.timeZone, NOW));
      const done = { ...history, open: [] };
      expect(decide(policy, done, occasion, decision.until).kind).not.toBe('blocked');
    });
    fc.assert(blocked, runs);
  });

  it('S-2 a day begins at midnight in the policy’s time zone', () => {
    const times = fc.integer({ min: NOW - 400 * 86_400_000, max: NOW });
    const day = fc.property(anyPolicy, times, times, (policy, at, now) => {
      fc.pre(at <= now);
      const daily = { ...policy, entry: 'never' as const, firstOfDay: true, everyLessons: null };
      daily.holdsForMinutes = { lesson: null, evaluation: 180 };
      const history = { ...nothing, passed: [{ kind: 'lesson' as const, number: 5, at }] };
      const isToday = dayOf(policy.timeZone, at) === dayOf(policy.timeZone, now);
      const decision = decide(daily, history, { kind: 'lesson', number: 5 }, now);
      expect(reasonsOf(decision)).toEqual(isToday ? [] : ['first-of-day']);
    });
    fc.assert(day, runs);
  });
});
