import type { Policy, PreviewReply, Reason } from '@motp/protocol';
import { nextDay } from './calendar.ts';
import { decide, type History } from './rules.ts';

export interface PreviewedCourse {
  lessons: number;
  /** How many the learner plays a day; else as many as the policy lets through. */
  lessonsPerDay?: number | undefined;
}

/** Any day will do: none of its rules knows a date. */
const SOME_DAY = Date.UTC(2026, 0, 5);
const LATER_THAT_DAY_MS = 9 * 60 * 60_000;

/** S-4: what a learner is asked who plays lesson after lesson and passes every check, by the rule that decides. */
export function preview(policy: Policy, { lessons, lessonsPerDay }: PreviewedCourse): PreviewReply['days'] {
  const perDay = lessonsPerDay ?? policy.dailyLessonLimit ?? lessons;
  const days: PreviewReply['days'] = [];
  let history: History = { passed: [], lessons: [], open: [] };
  let midnight = nextDay(policy.timeZone, SOME_DAY);
  for (let number = 1; number <= lessons; midnight = nextDay(policy.timeZone, midnight)) {
    const steps: PreviewReply['days'][number]['steps'] = [];
    const now = midnight + LATER_THAT_DAY_MS;
    while (number <= lessons && steps.length < perDay) {
      const played = play(policy, history, number, now);
      if (!played) break;
      history = played.history;
      steps.push({ kind: 'lesson', number, reasons: played.reasons });
      number += 1;
    }
    days.push({ day: days.length + 1, steps });
  }
  return days;
}

/** @returns undefined when the day is full */
function play(
  policy: Policy,
  history: History,
  number: number,
  at: number,
): { history: History; reasons: Reason[] } | undefined {
  const occasion = { kind: 'lesson', number } as const;
  const decision = decide(policy, history, occasion, at);
  if (decision.kind === 'blocked') return undefined;
  if (decision.kind === 'not-required') {
    return { history: { ...history, lessons: [...history.lessons, { number, at }] }, reasons: [] };
  }
  const passed = [...history.passed, { ...occasion, at }];
  return { history: { ...history, passed }, reasons: decision.reasons };
}
