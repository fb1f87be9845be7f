import type { Database } from '../db/open.ts';
import { deleteProofs } from './proof-store.ts';
import { forgetInRegistrations } from './store.ts';

/** Names and numbers of registrations that were never proved go; proofs that cannot be replayed any more, too. */
export async function forgetAbandoned(database: Database, now: number): Promise<void> {
  await forgetInRegistrations(database, { before: now });
  await deleteProofs(database, now);
}
