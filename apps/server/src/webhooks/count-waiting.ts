import type { Tx } from '../db/open.ts';
import { countWaiting } from './store.ts';

/** How many events wait, and for how many seconds the oldest of them does; both bounded, as the store says. */
export async function countWaitingEvents(
  tx: Tx,
  now: number,
): Promise<{ count: number; oldestSeconds: number }> {
  const { count, oldest } = await countWaiting(tx);
  return { count, oldestSeconds: oldest === null ? 0 : Math.max(0, now - oldest) / 1000 };
}
