import { getCheck, MotpError, ReceiptError } from '@motp/lms-sdk';
import type { Decision } from './decision.ts';
import { askGate, believe } from './gate.ts';
import type { Session } from './sessions.ts';
import { findStep, type Step } from './steps.ts';
import type { World } from './world.ts';

/** The learner wants to go in: the mOTP server says whether a check is due. */
export function enter(world: World, session: Session, step: Step): Promise<Decision> {
  return noting(world, session, step, () => askGate(world, session, step));
}

/** A browser brought a receipt: for the check in this session, or for nothing. */
export function takeReceipt(world: World, session: Session, step: Step, receipt: string): Promise<Decision> {
  // Another tab of this session was faster: the step is open, and this receipt opens nothing more.
  const opened = session.opened(step, world.now());
  if (opened) return Promise.resolve({ kind: 'open', claims: opened.claims, nextDue: null });
  return noting(world, session, step, () => believe(world, session, step, receipt));
}

/** The learner came back from the full page: this server asks how the check stands. */
export async function comeBack(
  world: World,
  session: Session,
  id: string,
): Promise<{ step: Step; decision: Decision } | undefined> {
  // The dialog in another tab was faster, and its receipt has opened the step.
  const opened = session.openedBy(id);
  const path = opened ?? [...session.pending].find(([, pending]) => pending === id)?.[0];
  const step = path === undefined ? undefined : findStep(path);
  if (step === undefined) return undefined;
  if (opened !== undefined) return { step, decision: { kind: 'open', claims: null, nextDue: null } };
  const decision = await noting(world, session, step, async () => {
    const check = await getCheck(world.client, id);
    if (check.status !== 'passed' || check.receipt === undefined) {
      return { kind: 'refused', code: `check-${check.status}` };
    }
    return believe(world, session, step, check.receipt);
  });
  return { step, decision };
}

async function noting(
  world: World,
  session: Session,
  step: Step,
  decide: () => Promise<Decision>,
): Promise<Decision> {
  const decision = await withoutAnswerNothingOpens(decide);
  if (decision.kind !== 'open') return decision;
  session.letIn(step, decision.claims, world.now());
  const { learner } = session;
  if (step.occasion.kind === 'lesson') world.progress.begin(learner, step, world.now());
  world.progress.foresee(learner, step.course, decision.nextDue);
  return decision;
}

async function withoutAnswerNothingOpens(decide: () => Promise<Decision>): Promise<Decision> {
  try {
    return await decide();
  } catch (error) {
    if (error instanceof ReceiptError) return { kind: 'refused', code: error.code };
    if (error instanceof MotpError) return { kind: 'unavailable', code: error.code };
    throw error;
  }
}
