import type { Tx } from '../db/open.ts';
import type { AuditEvent } from './event.ts';
import { insertEvents } from './store.ts';

/** Writes the events in the transaction of the fact that they record. */
export async function record(tx: Tx, ...events: AuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  await insertEvents(tx, events);
  tx.noted?.(events);
}
