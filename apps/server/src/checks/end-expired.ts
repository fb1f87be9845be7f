import type { Database } from '../db/open.ts';
import { deleteIdempotent, expireChecks } from './open-store.ts';

/** How long an Idempotency-Key gives the same answer. */
const IDEMPOTENCY_MS = 24 * 60 * 60_000;

/** Checks past their time are over, also in the database; idempotency keys end after a day. */
export async function endExpiredChecks(database: Database, now: number): Promise<void> {
  await expireChecks(database, now);
  await deleteIdempotent(database, now - IDEMPOTENCY_MS);
}
