import type { EvaluationKind, Occasion, OccasionKind, Policy, Reason } from '@motp/protocol';
import { isSameDay, nextDay } from './calendar.ts';

/** What one learner did in one course and round at one institution. Times are epoch ms. */
export interface History {
  /** Every check that was passed, of whatever kind. */
  passed: readonly PassedCheck[];
  /** Lessons that were let through without a check of their own, and when first. */
  lessons: readonly LetThrough[];
  /** Lessons whose check is open and not expired. */
  open: readonly number[];
}

export interface PassedCheck extends Occasion {
  at: number;
}

export interface LetThrough {
  number: number;
  at: number;
}

export type Decision =
  | { kind: 'not-required'; because: 'already-checked' | 'not-due'; nextDue: Occasion | null }
  | { kind: 'due'; reasons: Reason[] }
  | { kind: 'blocked'; because: 'daily-lesson-limit'; until: number };

interface Question {
  policy: Policy;
  history: History;
  occasion: Occasion;
  now: number;
}

/** PROTOCOL §2: occasions are numbered from 1 to this. */
const LAST_NUMBER = 999;
const MINUTE_MS = 60_000;

/** S-1 to S-3: whether a learner is asked for a check now, and if not, whether they may go on. */
export function decide(policy: Policy, history: History, occasion: Occasion, now: number): Decision {
  const question = { policy, history, occasion, now };
  if (isOverDailyLimit(question)) {
    return { kind: 'blocked', because: 'daily-lesson-limit', until: nextDay(policy.timeZone, now) };
  }
  const reasons = reasonsDue(question);
  if (reasons.length > 0) return { kind: 'due', reasons };
  const unchecked = { ...question, history: { ...history, passed: [] } };
  const because = reasonsDue(unchecked).length > 0 ? 'already-checked' : 'not-due';
  return { kind: 'not-required', because, nextDue: nextDue(question) };
}

/** S-2: a lesson is new until its number is let through, by a passed check of its own or without one. */
export function isNewLesson({ passed, lessons }: History, { kind, number }: Occasion): boolean {
  const isThis = (other: { number: number }) => other.number === number;
  return (
    kind === 'lesson' && !lessons.some(isThis) && !passed.some((check) => isLesson(check) && isThis(check))
  );
}

type Rule = (question: Question) => Reason | false;

/** Which rules apply to which occasion; their reasons are told in this order. */
const rules: Record<OccasionKind, readonly Rule[]> = {
  entry: [entryOnce],
  lesson: [entryOnce, firstOfDay, everyLessons],
  'progress-test': [entryOnce, beforeEvaluation],
  exam: [entryOnce, beforeEvaluation],
  assignment: [entryOnce, beforeEvaluation],
  other: [],
};

function reasonsDue(question: Question): Reason[] {
  if (stands(question)) return [];
  return rules[question.occasion.kind].map((rule) => rule(question)).filter((reason) => reason !== false);
}

/** S-3: a passed check stands for its kind and number as long as the policy says. */
function stands({ policy, history, occasion, now }: Question): boolean {
  const { lesson, evaluation } = policy.holdsForMinutes;
  const holdsFor = occasion.kind === 'lesson' ? lesson : evaluation;
  return history.passed
    .filter(({ kind, number }) => kind === occasion.kind && number === occasion.number)
    .some(({ at }) =>
      holdsFor === null ? isSameDay(policy.timeZone, at, now) : now < at + holdsFor * MINUTE_MS,
    );
}

/** Any passed check of the course says who entered it. */
function entryOnce({ policy, history }: Question): Reason | false {
  return policy.entry === 'once' && history.passed.length === 0 && 'entry';
}

/** An evaluation is no study: only a lesson's check, or the one at entry, begins a day. */
function firstOfDay(question: Question): Reason | false {
  const hasBegun = passedToday(question, 'lesson') || passedToday(question, 'entry');
  return question.policy.firstOfDay && !hasBegun && 'first-of-day';
}

/** S-3: who passed the check at entry today is not asked again at the first lesson. */
function everyLessons(question: Question): Reason | false {
  const { policy, history, occasion } = question;
  const isAsked = policy.everyLessons !== null && (occasion.number - 1) % policy.everyLessons === 0;
  if (!isAsked || !isNewLesson(history, occasion)) return false;
  if (occasion.number === 1 && passedToday(question, 'entry')) return false;
  return 'lesson-interval';
}

function beforeEvaluation({ policy, occasion }: Question): Reason | false {
  return isAskedBefore(policy, occasion.kind) && occasion.kind;
}

const isAskedBefore = (policy: Policy, kind: OccasionKind): kind is EvaluationKind =>
  (policy.before as readonly OccasionKind[]).includes(kind);

const isLesson = ({ kind }: { kind: OccasionKind }): boolean => kind === 'lesson';

const passedToday = ({ policy, history, now }: Question, wanted: OccasionKind): boolean =>
  history.passed.some(({ kind, at }) => kind === wanted && isSameDay(policy.timeZone, at, now));

/** S-2: lessons that began today, by a pass, without one, or with a check that is open, take their place. */
function isOverDailyLimit({ policy, history, occasion, now }: Question): boolean {
  const { dailyLessonLimit, timeZone } = policy;
  if (dailyLessonLimit === null || !isNewLesson(history, occasion)) return false;
  const first = firstPlays(history);
  const begun = [...first].filter(([, at]) => isSameDay(timeZone, at, now)).map(([number]) => number);
  const beginning = history.open.filter((number) => !first.has(number));
  const others = new Set([...begun, ...beginning]);
  others.delete(occasion.number);
  return others.size >= dailyLessonLimit;
}

/** When each lesson was let through first. */
function firstPlays({ passed, lessons }: History): Map<number, number> {
  const first = new Map<number, number>();
  for (const { number, at } of [...passed.filter(isLesson), ...lessons]) {
    first.set(number, Math.min(at, first.get(number) ?? at));
  }
  return first;
}

/** What will ask next by its number; what a new day asks is not foretold. */
function nextDue({ policy, history, occasion: { kind, number } }: Question): Occasion | null {
  if (kind !== 'lesson') {
    return isAskedBefore(policy, kind) && number < LAST_NUMBER ? { kind, number: number + 1 } : null;
  }
  const every = policy.everyLessons;
  if (every === null) return null;
  const played = firstPlays(history);
  let next = number + every - ((number - 1) % every);
  while (played.has(next)) next += every;
  return next <= LAST_NUMBER ? { kind, number: next } : null;
}
