import type { AuditEvent } from '../audit/event.ts';
import type { Outgoing } from '../webhooks/queue-event.ts';
import { lockedEvent, passedEvent } from './check-event.ts';
import type { Judgement } from './rules.ts';
import type { AnsweredFully, Gathered } from './store.ts';

/** An answer that was judged; `now` is when it arrived, epoch ms. */
export interface JudgedAnswer {
  readonly now: number;
  readonly judgement: Judgement;
  readonly stored: Gathered;
  /** What was read of a check that passed, or whose registration was locked. */
  readonly fully: AnsweredFully | undefined;
}

/** The trail of one answer. A mismatch is recorded where it is explained, an answer after the end is not. */
export function answerEvents({ now, judgement, stored: { check, device } }: JudgedAnswer): AuditEvent[] {
  if (judgement.kind === 'over' || judgement.kind === 'mismatch') return [];
  const event = (kind: AuditEvent['kind'], data: NonNullable<AuditEvent['data']>): AuditEvent => ({
    at: now,
    kind,
    actor: 'learner',
    institution: check.institution_id,
    learner: device?.learner_id ?? null,
    device: device?.id ?? null,
    check: check.id,
    data,
  });
  if (judgement.kind === 'passed') return [event('check.passed', { method: 'motp' })];
  const reason = judgement.kind === 'refused' ? judgement.reason : 'wrong-code';
  const { triesLeft } = judgement;
  const refused = event('check.refused', { reason, triesLeft, counted: judgement.kind === 'wrong' });
  return isLocking(judgement)
    ? [refused, event('registration.locked', { because: 'wrong-codes' })]
    : [refused];
}

export const isLocking = (judgement: Judgement): boolean =>
  judgement.kind === 'wrong' && judgement.triesLeft === 0;

/** What the institution of the check is told of one answer. */
export function answerOutgoing({ now, judgement, fully }: JudgedAnswer): Outgoing[] {
  if (!fully?.isTold) return [];
  if (judgement.kind === 'passed') return [passedEvent(fully.check, 'motp', now)];
  return isLocking(judgement) ? [lockedEvent(fully.check, now)] : [];
}
