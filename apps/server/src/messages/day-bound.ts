import type { Tx } from '../db/open.ts';
import { dayAgo, dayWait } from './rules.ts';
import { nthNewestSince } from './store.ts';

/**
 * What messages may cost a day, whoever asks for them: `perDay` in any 24 hours. It is a budget, so no lock
 * makes it exact: of messages that are written at the same moment a few may pass it.
 * @returns ms until another may be written; 0: now
 */
export async function waitOfDay(tx: Tx, perDay: number, now: number): Promise<number> {
  return dayWait(await nthNewestSince(tx, perDay, dayAgo(now)), now);
}
