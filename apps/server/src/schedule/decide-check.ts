import type { Occasion, OccasionKind } from '@motp/protocol';
import type { Tx } from '../db/open.ts';
import { readPolicy } from './read-policy.ts';
import { type Decision, decide, type History, isNewLesson } from './rules.ts';
import { type CourseKey, type HistoryRow, insertPassage, lockCourse, readHistory } from './store.ts';

/** What an LMS asks before a step of a course (S-1). */
export interface Question {
  institution: string;
  learner: string;
  course: string;
  /** '' when the LMS gave none. */
  round: string;
  occasion: Occasion;
  /** Opens a check though none is due; never lifts `blocked` (S-3). */
  force: boolean;
}

export interface Decided {
  decision: Decision;
  /** A lesson that was never let through: if it is now, that must be kept. */
  isNewLesson: boolean;
}

/** Reads, and writes nothing. */
export async function decideCheck(tx: Tx, question: Question, now: number): Promise<Decided> {
  const { institution, course, occasion, force } = question;
  const { policy } = await readPolicy(tx, institution, course);
  const rows = await readHistory(tx, keyOf(question), occasion.kind === 'lesson', now);
  const history = historyOf(rows);
  const decision = decide(policy, history, occasion, now);
  const isForced = force && decision.kind === 'not-required';
  return {
    decision: isForced ? { kind: 'due', reasons: ['forced'] } : decision,
    isNewLesson: isNewLesson(history, occasion),
  };
}

/** Before a decision that counts new lessons or keeps one; before the lock of the occasion. */
export async function lockDecision(tx: Tx, question: Question): Promise<void> {
  if (question.occasion.kind === 'lesson') await lockCourse(tx, keyOf(question));
}

/** Keeps that a new lesson was let through without a check of its own. */
export async function letThrough(tx: Tx, question: Question, now: number): Promise<void> {
  await insertPassage(tx, { ...keyOf(question), number: question.occasion.number, first_at: now });
}

const keyOf = ({ institution, learner, course, round }: Question): CourseKey => ({
  institution_id: institution,
  learner_ref: learner,
  course_id: course,
  round,
});

function historyOf(rows: readonly HistoryRow[]): History {
  const from = (source: HistoryRow['source']) => rows.filter((row) => row.source === source);
  return {
    passed: from('passed').map(({ kind, number, at }) => ({ kind: kind as OccasionKind, number, at })),
    lessons: from('lesson'),
    open: from('open').map(({ number }) => number),
  };
}
