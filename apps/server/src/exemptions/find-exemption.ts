import type { Tx } from '../db/open.ts';
import type { CheckRow } from '../db/schema.ts';
import { concerns, exemptingState, isFailing, isOpen } from './rules.ts';
import { readStanding, windowsUnderWay } from './store.ts';

export interface Exemption {
  window: string;
  registration: 'missing' | 'locked';
}

/**
 * S-5: whether a check that is due is passed without the learner, and by which window. Ordinarily no window is open
 * and this is one reading of an empty index.
 */
export async function findExemption(
  tx: Tx,
  { institution_id, name_key, phone_key }: Pick<CheckRow, 'institution_id' | 'name_key' | 'phone_key'>,
  now: number,
): Promise<Exemption | undefined> {
  const windows = await windowsUnderWay(tx, now);
  const found = windows.find(
    (window) => isOpen(window, now) && concerns(window, institution_id) && isFailing(window.failedAt, now),
  );
  if (!found) return undefined;
  const registration = exemptingState(await readStanding(tx, phone_key), name_key);
  return registration && { window: found.id, registration };
}
