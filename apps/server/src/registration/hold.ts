import type { Tx } from '../db/open.ts';
import { hasHoldMark, lockedByDisputeSince, putHoldMark } from './dispute-store.ts';
import { DISPUTE_MS, nameIsBound } from './rules.ts';
import type { StoredLearner } from './store.ts';

/**
 * a registration that was locked by dispute is opened by a certified identity check, so an SMS must not put
 * another in its place: whoever has the number's messages is whom it was locked against. Resetting that
 * registration or withdrawing consent changes nothing; an operator's release does.
 * @param known the learner of the number, locked
 */
export async function isHeld(
  tx: Tx,
  phoneKey: string,
  known: StoredLearner | undefined,
  now: number,
): Promise<boolean> {
  if (!known) return hasHoldMark(tx, phoneKey, now);
  return nameIsBound(known.named_at, now) && lockedByDisputeSince(tx, known.id, known.named_at);
}

/** A learner who withdraws leaves no row that says so: the number alone is remembered as long as a dispute lasts. */
export const holdNumber = (tx: Tx, phoneKey: string, now: number): Promise<void> =>
  putHoldMark(tx, phoneKey, now + DISPUTE_MS);
