import { record } from '../audit/record.ts';
import type { Database } from '../db/open.ts';
import { type QueueDependencies, queueEvents } from '../webhooks/queue-event.ts';
import { expiredEvent } from './check-event.ts';
import { deleteIdempotent, expireChecks } from './open-store.ts';

/** How long an Idempotency-Key gives the same answer. */
const IDEMPOTENCY_MS = 24 * 60 * 60_000;

const AT_ONCE = 200;

interface EndingDependencies extends QueueDependencies {
  database: Database;
}

/** Checks past their time are over, also in the database; idempotency keys end after a day. */
export async function endExpiredChecks(dependencies: EndingDependencies): Promise<void> {
  const { database, world } = dependencies;
  const now = world.now();
  await database.transaction(async (tx) => {
    const over = await expireChecks(tx, now);
    const ended = over.map(({ id, institution_id: institution }) => ({ institution, check: id }));
    const event = { at: now, kind: 'check.ended', actor: 'system', data: { because: 'expired' } } as const;
    await record(tx, ...ended.map((which) => ({ ...event, ...which })));
    await queueEvents(tx, dependencies, over.map(expiredEvent));
  });
  // The keys of an evening are over together: answers come in between.
  while ((await deleteIdempotent(database, now - IDEMPOTENCY_MS, AT_ONCE)) === AT_ONCE);
}
