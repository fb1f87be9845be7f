import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import { turnAllOff } from './store.ts';

/** P-6: a backup may open a façade again that was closed since, so all are closed: `institution drop-in` opens them. */
export async function closeRestoredFacades(tx: Tx, now: number): Promise<void> {
  for (const institution of await turnAllOff(tx, now)) {
    const data = { on: false, because: 'database.behind' };
    await record(tx, { at: now, kind: 'drop-in.changed', actor: 'system', institution, data });
  }
}
