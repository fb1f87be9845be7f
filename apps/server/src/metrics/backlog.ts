import type { Database } from '../db/open.ts';
import { countWaitingMessages } from '../messages/count-waiting.ts';
import { countWaitingEvents } from '../webhooks/count-waiting.ts';
import type { World } from '../world.ts';

/** What waits in the database; ages in seconds, 0 when nothing waits. */
export interface Backlog {
  readonly messages: Waiting;
  readonly events: Waiting;
}

export interface Waiting {
  readonly count: number;
  readonly oldestSeconds: number;
}

const KEPT_MS = 5_000;
const PATIENCE_MS = 2_000;

/**
 * Reads the backlog at most every five seconds, whoever scrapes how often. Never throws: undefined while the database
 * is away, or has not answered within two seconds.
 */
export function backlogReader(database: Database, world: World): () => Promise<Backlog | undefined> {
  let kept: { at: number; backlog: Backlog } | undefined;
  let reading: Promise<Backlog | undefined> | undefined;
  const read = async (): Promise<Backlog | undefined> => {
    const now = world.now();
    const messages = await countWaitingMessages(database, now);
    const backlog = { messages, events: await countWaitingEvents(database, now) };
    kept = { at: now, backlog };
    return backlog;
  };
  return async () => {
    const age = kept === undefined ? undefined : world.now() - kept.at;
    if (kept && age !== undefined && age >= 0 && age < KEPT_MS) return kept.backlog;
    // One at a time: while the database hangs, scrapes wait for the same reading instead of taking more connections.
    reading ??= read()
      .catch(() => undefined)
      .finally(() => {
        reading = undefined;
      });
    return within(PATIENCE_MS, reading);
  };
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
