import type {
  WebhookError,
  WebhookEvents,
  WebhookEventView,
  WebhookStatus,
  WebhookType,
} from '@motp/protocol';
import type { Database } from '../db/open.ts';
import type { World } from '../world.ts';
import { giveUpAt, keptSince } from './rules.ts';
import { deleteDone, failOrphans, findEndpoint, listEvents, type StoredEvent, setReplayed } from './store.ts';

const PAGE = 50;
const AT_ONCE = 200;

/** An institution’s events, newest first. @param cursor `next` of the page before */
export async function viewEvents(
  database: Database,
  institution: string,
  { status, cursor }: { status?: WebhookStatus | undefined; cursor?: string | undefined },
): Promise<WebhookEvents> {
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
  const rows = await listEvents(database, institution, { status, before, most: PAGE + 1 });
  const page = rows.slice(0, PAGE);
  const next = rows.length > PAGE ? String(page.at(-1)?.seq) : null;
  return { events: page.map(viewOf), next };
}

function viewOf(row: StoredEvent): WebhookEventView {
  return {
    id: row.id,
    type: row.type as WebhookType,
    createdAt: new Date(row.created_at).toISOString(),
    status: row.status,
    attempts: row.attempts,
    lastStatus: row.last_status,
    lastError: row.last_error as WebhookError | null,
    nextAt: row.status === 'waiting' ? new Date(row.next_at).toISOString() : null,
  };
}

export type Replay = 'queued' | 'webhook-unknown' | 'event-unknown';

interface ReplayDependencies {
  database: Database;
  world: World;
  eventsWaiting?: (() => void) | undefined;
}

/** Sends an event again, delivered or not, with the same id and body; for a day from now, as if it were new. */
export async function replayEvent(
  { database, world, eventsWaiting }: ReplayDependencies,
  institution: string,
  id: string,
): Promise<Replay> {
  return database.transaction(async (tx) => {
    if (!(await findEndpoint(tx, institution))) return 'webhook-unknown';
    const now = world.now();
    if (!(await setReplayed(tx, institution, id, { now, giveUpAt: giveUpAt(now) }))) return 'event-unknown';
    if (eventsWaiting) tx.afterCommit(eventsWaiting);
    return 'queued';
  });
}

/** Events go some time after they were delivered or failed. */
export async function forgetEvents(database: Database, now: number): Promise<void> {
  const { delivered, failed } = keptSince(now);
  await failOrphans(database, now);
  // The events of an evening are over together: answers come in between.
  while ((await deleteDone(database, 'delivered', delivered, AT_ONCE)) === AT_ONCE);
  while ((await deleteDone(database, 'failed', failed, AT_ONCE)) === AT_ONCE);
}
