import { requireCheck, verifyReceipt } from '@motp/lms-sdk';
import type { Decision } from './decision.ts';
import type { Session } from './sessions.ts';
import type { Step } from './steps.ts';
import type { World } from './world.ts';

/** Before every lesson, evaluation and assignment: may this learner go in? */
export async function askGate(world: World, session: Session, step: Step): Promise<Decision> {
  const { id, title } = step.course;
  const answer = await requireCheck(world.client, {
    learner: session.learner,
    course: { id, title },
    occasion: step.occasion,
    session: { id: session.publicId },
    returnUrl: `${world.settings.origin}/return`,
  });
  if (answer.kind === 'not-required') return { kind: 'open', claims: null, nextDue: answer.nextDue };
  if (answer.kind === 'blocked') return answer;
  session.pending.set(step.path, answer.kind === 'check' ? answer.check.id : answer.id);
  return answer.kind === 'check' ? answer : believe(world, session, step, answer.receipt);
}

/** After the check: is this receipt for the check that this session began? */
export async function believe(
  world: World,
  session: Session,
  step: Step,
  receipt: string,
): Promise<Decision> {
  const check = session.pending.get(step.path);
  if (check === undefined) return { kind: 'refused', code: 'no-check' };
  const claims = await verifyReceipt(receipt, {
    ...{ check, learner: session.learner.id, jwks: world.keys },
    ...{ issuer: world.client.url, audience: world.settings.institution },
    allowDemo: true, // This site belongs to the demo. A real one leaves this line out.
  });
  session.pending.delete(step.path); // One receipt opens one step, once.
  return { kind: 'open', claims, nextDue: null };
}
