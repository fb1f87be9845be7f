import type { Tx } from '../db/open.ts';
import type { AuditEvent } from './event.ts';
import { insertEvents, insertion } from './store.ts';

/** Writes the events in the transaction of the fact that they record. */
export async function record(tx: Tx, ...events: AuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  await insertEvents(tx, events);
  tx.noted?.(events);
}

/** The same as the end of a statement that changes what they record, where the database takes both as one. */
export function recording(tx: Tx, events: readonly AuditEvent[]): ReturnType<typeof insertion> {
  tx.noted?.(events);
  return insertion(tx, events);
}
