import type { Standing } from './course-pages.ts';
import type { Decision } from './decision.ts';
import { comeBack, enter, takeReceipt } from './entrance.ts';
import { gatePage, refusedPage } from './gate-pages.ts';
import { page, redirect, reply, type Visit } from './http.ts';
import type { Reader } from './layout.ts';
import { mayPlay } from './progress.ts';
import type { Session } from './sessions.ts';
import { evaluationPage, lessonPage, submittedPage } from './step-pages.ts';
import { lessonStep, type Step } from './steps.ts';
import type { TrainingCourse } from './training-course.ts';
import { dayOf } from './words.ts';

export const readerOf = ({ world, session }: Visit): Reader => ({ settings: world.settings, session });

export async function standingIn(
  { world }: Visit,
  { learner }: Session,
  course: TrainingCourse,
): Promise<Standing> {
  const limit = await world.limits.of(course.id);
  return { course, limit, progress: world.progress.of(learner, course), today: dayOf(world.now()) };
}

/** The lesson or evaluation itself, once the server has opened it; else the way leads to the gate. */
export async function showStep(visit: Visit, session: Session, step: Step): Promise<void> {
  const opened = session.opened(step, visit.world.now());
  if (opened === undefined) return redirect(visit, `/gate/${step.path}`);
  if (step.occasion.kind !== 'lesson') {
    return page(visit, 200, evaluationPage(readerOf(visit), step, opened.claims));
  }
  const standing = await standingIn(visit, session, step.course);
  page(visit, 200, lessonPage(readerOf(visit), standing, step, opened.claims));
}

export async function showGate(visit: Visit, session: Session, step: Step): Promise<void> {
  const { course, occasion } = step;
  const progress = visit.world.progress.of(session.learner, course);
  if (occasion.kind === 'lesson' && !mayPlay(progress, occasion.number)) {
    return redirect(visit, `/courses/${course.id}`);
  }
  if (session.opened(step, visit.world.now())) return redirect(visit, `/study/${step.path}`);
  answer(visit, step, await enter(visit.world, session, step));
}

export async function comeBackHere(visit: Visit, session: Session): Promise<void> {
  const back = await comeBack(visit.world, session, visit.url.searchParams.get('motp_check') ?? '');
  if (back === undefined) return redirect(visit, '/');
  answer(visit, back.step, back.decision);
}

function answer(visit: Visit, step: Step, decision: Decision): void {
  if (decision.kind === 'open') redirect(visit, `/study/${step.path}`);
  else if (decision.kind === 'check') page(visit, 200, gatePage(readerOf(visit), step, decision.check));
  else page(visit, statuses[decision.kind], refusedPage(readerOf(visit), step, decision));
}

const statuses = { open: 200, check: 200, blocked: 403, refused: 403, unavailable: 503 } as const;

export async function receive(visit: Visit, session: Session, step: Step, body: string): Promise<void> {
  const decision = await takeReceipt(visit.world, session, step, readReceipt(body));
  const said =
    decision.kind === 'open'
      ? { next: `/study/${step.path}` }
      : { code: 'code' in decision ? decision.code : '' };
  reply(visit, statuses[decision.kind], 'application/json', JSON.stringify(said));
}

/** A lesson is finished, or an evaluation handed in: only what the server had opened can be. */
export function leaveStep(visit: Visit, session: Session, step: Step): void {
  if (!session.opened(step, visit.world.now())) redirect(visit, `/gate/${step.path}`);
  else if (step.occasion.kind === 'lesson') finishLesson(visit, session, step);
  else handIn(visit, session, step);
}

function finishLesson(visit: Visit, session: Session, { course, occasion: { number } }: Step): void {
  visit.world.progress.of(session.learner, course).finished.add(number);
  const last = number === course.lessons.length;
  redirect(visit, last ? `/courses/${course.id}` : `/gate/${lessonStep(course, number + 1).path}`);
}

function handIn(visit: Visit, session: Session, step: Step): void {
  session.handIn(step);
  visit.world.progress.of(session.learner, step.course).handedIn.add(step.path);
  page(visit, 200, submittedPage(readerOf(visit), step));
}

function readReceipt(body: string): string {
  try {
    const { receipt } = JSON.parse(body) as { receipt?: unknown };
    return typeof receipt === 'string' ? receipt : '';
  } catch {
    return '';
  }
}
