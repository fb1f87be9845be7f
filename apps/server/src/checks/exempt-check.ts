import type { ExemptedCheck } from '@motp/protocol';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import type { Exemption } from '../exemptions/find-exemption.ts';
import { type QueueDependencies, queueEvents } from '../webhooks/queue-event.ts';
import { passedEvent } from './check-event.ts';
import { findCheck, type NewCheck } from './open-store.ts';
import { type ReceiptIssuer, receiptOf } from './receipt.ts';

interface Dependencies extends QueueDependencies {
  issuer: ReceiptIssuer;
}

const METHOD = 'exemption';

/** S-5: a check that is written as passed; nobody is asked for a code, so it names no device. */
export const exemptedRow = (row: NewCheck, now: number): NewCheck => ({
  ...row,
  status: 'passed',
  method: METHOD,
  passed_at: now,
});

/** Who was let in without a check, by which window and why, is in the trail and told like any passed check. */
export async function passExempted(
  dependencies: Dependencies,
  tx: Tx,
  check: Pick<NewCheck, 'id' | 'institution_id'>,
  { window, registration }: Exemption,
  now: number,
): Promise<ExemptedCheck> {
  await record(tx, {
    at: now,
    kind: 'check.passed',
    actor: 'system',
    institution: check.institution_id,
    check: check.id,
    data: { method: METHOD, window, registration },
  });
  const row = await readExempted(tx, check);
  await queueEvents(tx, dependencies, [passedEvent(row, METHOD, now)]);
  return bodyOf(dependencies, row);
}

/** The same answer again; its receipt is made from the row (C-8). */
export const exemptedBody = async (
  dependencies: Dependencies,
  tx: Tx,
  check: Pick<NewCheck, 'id' | 'institution_id'>,
): Promise<ExemptedCheck> => bodyOf(dependencies, await readExempted(tx, check));

async function readExempted(tx: Tx, { id, institution_id }: Pick<NewCheck, 'id' | 'institution_id'>) {
  const row = await findCheck(tx, institution_id, id);
  if (!row) throw new Error('an exempted check is gone');
  return row;
}

const bodyOf = ({ issuer }: Dependencies, row: Awaited<ReturnType<typeof readExempted>>): ExemptedCheck => ({
  id: row.id,
  status: 'passed',
  method: METHOD,
  receipt: receiptOf(row, issuer),
});
