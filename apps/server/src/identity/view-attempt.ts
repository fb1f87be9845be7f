import type { IdentityOutcome, RefusedIdentity } from '@motp/protocol';
import type { Database, Tx } from '../db/open.ts';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import { outcomeOf } from './complete-attempt.ts';
import { type AttemptPurpose, eraseKeptDi, expireAttempts, findAttempt, findLatest } from './store.ts';

/** How the latest identity check of a check was refused; undefined while one runs, and when none was. */
export async function latestRefusal(
  tx: Tx,
  purpose: AttemptPurpose,
  subjectId: string,
  now: number,
): Promise<RefusedIdentity | undefined> {
  const latest = await findLatest(tx, purpose, subjectId);
  const outcome = latest && outcomeOf(latest, now);
  return outcome?.outcome === 'refused' ? outcome : undefined;
}

/** How an attempt stands, for the key that started it; undefined for every other. */
export async function viewAttempt(
  tx: Tx,
  id: string,
  thumbprint: string,
  now: number,
): Promise<IdentityOutcome | undefined> {
  const row = await findAttempt(tx, id);
  return row?.thumbprint === thumbprint ? outcomeOf(row, now) : undefined;
}

/** What a passed identity check says of the registration that it proves; undefined when it proves another, or none. */
export async function passedFor(
  tx: Tx,
  keyring: Keyring,
  attempt: string,
  of: { purpose: AttemptPurpose; subjectId: string },
): Promise<{ di: string | undefined } | undefined> {
  const row = await findAttempt(tx, attempt);
  if (row?.status !== 'passed' || row.purpose !== of.purpose || row.subject_id !== of.subjectId)
    return undefined;
  const place = { table: 'identity_attempt', column: 'di', row: row.id };
  const di = row.di_sealed && keyring.open(place, row.di_sealed as Sealed).toString();
  return { di: di ?? undefined };
}

const KEPT_MS = 60 * 60_000;

/** Housekeeping: attempts past their time are over, and what was kept for a registration goes. */
export async function endExpiredAttempts(database: Database, now: number): Promise<void> {
  await database.transaction(async (tx) => {
    await expireAttempts(tx, now);
    await eraseKeptDi(tx, now - KEPT_MS);
  });
}
