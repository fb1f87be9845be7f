import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import { lockWindow, setClosed, windowsUnderWay } from './store.ts';

/**
 * P-6: a backup or a moved deployment may bring a window back that was closed since, so none stays open: an operator
 * opens it again.
 */
export async function closeRestored(tx: Tx, now: number, reason: string): Promise<void> {
  for (const { id, provider } of await windowsUnderWay(tx, now)) {
    const window = await lockWindow(tx, id);
    if (window?.closed_at !== null) continue;
    await setClosed(tx, id, now);
    const data = { window: id, provider, reason };
    await record(tx, { at: now, kind: 'exemption.closed', actor: 'system', data });
  }
}
