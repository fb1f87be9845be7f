import type { Database } from '../db/open.ts';
import { deleteProofs } from './proof-store.ts';
import { deleteCounters, forgetInRegistrations } from './store.ts';

/** The longest that a limit looks back, and a margin over midnight in another time zone. */
const COUNTED_MS = 2 * 24 * 60 * 60_000;

/** Names and numbers of registrations that were never proved go; proofs that cannot be replayed any more, too. */
export async function forgetAbandoned(database: Database, now: number): Promise<void> {
  await forgetInRegistrations(database, { before: now });
  await deleteProofs(database, now);
  await deleteCounters(database, now - COUNTED_MS);
}
