import type { WebhookEvent } from '@motp/protocol';
import type { Outgoing } from '../webhooks/queue-event.ts';
import type { StoredCheck } from './store.ts';

type Told = Pick<
  StoredCheck,
  | 'id'
  | 'institution_id'
  | 'learner_ref'
  | 'course_id'
  | 'course_title'
  | 'round'
  | 'occasion_kind'
  | 'occasion_number'
>;

type CheckData = Extract<WebhookEvent, { type: 'check.locked' }>['data'];
type Occasion = CheckData['occasion'];
type Method = Extract<WebhookEvent, { type: 'check.passed' }>['data']['method'];

const dataOf = (check: Told): CheckData => ({
  check: check.id,
  learner: { id: check.learner_ref },
  course: {
    id: check.course_id,
    title: check.course_title,
    ...(check.round === '' ? {} : { round: check.round }),
  },
  occasion: { kind: check.occasion_kind as Occasion['kind'], number: check.occasion_number },
});

const iso = (at: number) => new Date(at).toISOString();

const outgoing = (check: Told, event: WebhookEvent): Outgoing => ({
  institution: check.institution_id,
  subject: check.id,
  event,
});

/** @param at when it was passed, epoch ms */
export function passedEvent(check: Told, method: string, at: number): Outgoing {
  const data = { ...dataOf(check), method: method as Method, passedAt: iso(at) };
  return outgoing(check, { type: 'check.passed', timestamp: iso(at), data });
}

/** The registration was locked by a wrong code that was typed into this check (C-5). */
export const lockedEvent = (check: Told, at: number): Outgoing =>
  outgoing(check, { type: 'check.locked', timestamp: iso(at), data: dataOf(check) });

/** The check’s time ran out; one that was opened again instead is not told of. */
export const expiredEvent = (check: Told & Pick<StoredCheck, 'expires_at'>): Outgoing =>
  outgoing(check, { type: 'check.expired', timestamp: iso(check.expires_at), data: dataOf(check) });
