import type { WebhookEvent } from '@motp/protocol';
import type { Tx } from '../db/open.ts';
import { newId, type World } from '../world.ts';
import { giveUpAt } from './rules.ts';
import { insertForEndpoints } from './store.ts';

/** A fact that an institution is told of. */
export interface Outgoing {
  institution: string;
  /** Events of one subject are sent one after another: the id of a check, or of a learner. */
  subject: string;
  event: WebhookEvent;
}

export interface QueueDependencies {
  world: World;
  /** Is called after the commit of a transaction that queued something. */
  eventsWaiting?: (() => void) | undefined;
}

/**
 * Writes events in the transaction of their facts, for institutions that have a webhook; they are sent after the
 * commit. One statement for any number of events, none for none.
 */
export async function queueEvents(
  tx: Tx,
  { world, eventsWaiting }: QueueDependencies,
  outgoing: readonly Outgoing[],
): Promise<void> {
  if (outgoing.length === 0) return;
  const now = world.now();
  const queued = await insertForEndpoints(
    tx,
    outgoing.map(({ institution, subject, event }, nth) => ({
      nth,
      id: newId('evt', world),
      institution_id: institution,
      type: event.type,
      subject,
      payload_json: JSON.stringify(event),
      next_at: now,
      give_up_at: giveUpAt(now),
      created_at: now,
    })),
  );
  if (queued > 0 && eventsWaiting) tx.afterCommit(eventsWaiting);
}
