import type { AuditEvent } from '../audit/event.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import type { Limited } from './begin-registration.ts';
import { keptWrong, proofAllowance } from './rules.ts';
import { lockCounter, type StoredRegistration, setCounter, setRegistration } from './store.ts';

export type ProofJudgement = { kind: 'right' } | { kind: 'wrong'; triesLeft: number } | Limited;

/**
 * Counts what an SMS code proves or costs: the tries of this proof and the wrong codes of its number on this
 * day. Locks the counter of the number, which makes whoever proves it alone with it until the commit.
 */
export async function judgeProof(
  { limits }: { limits: boolean },
  tx: Tx,
  row: StoredRegistration,
  isRight: boolean,
  now: number,
): Promise<ProofJudgement> {
  const key = `phone:${row.phone_key}`;
  const counter = await lockCounter(tx, key, now);
  const wrongAt = keptWrong(JSON.parse(counter.wrong_json) as number[], now);
  const allowance = proofAllowance(wrongAt, now);
  if (limits && allowance.kind === 'refused') {
    return { kind: 'limited', reason: 'proof-closed', retryAfterMs: allowance.retryAfterMs };
  }
  if (isRight) return { kind: 'right' };
  const triesLeft = row.tries_left - 1;
  await setCounter(tx, key, { wrong_json: JSON.stringify([...wrongAt, now]) });
  await setRegistration(tx, row.id, { tries_left: triesLeft });
  await recordRefusedProof(tx, row, now, { reason: 'wrong-proof', triesLeft });
  return { kind: 'wrong', triesLeft };
}

export const recordRefusedProof = (
  tx: Tx,
  row: StoredRegistration,
  at: number,
  data: NonNullable<AuditEvent['data']>,
) =>
  record(tx, {
    at,
    kind: 'registration.proof-refused',
    actor: 'learner',
    data: { registration: row.id, ...data },
  });
