import type { AuditEvent } from '../audit/event.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import { clearFailures } from './identity-store.ts';

/** A lock ends and the count of C-5 begins anew; the learner of the device is locked. @param event how it came to that */
export async function liftLock(
  tx: Tx,
  device: string,
  event: Omit<AuditEvent, 'kind' | 'device'>,
): Promise<void> {
  await clearFailures(tx, device);
  await record(tx, { ...event, kind: 'registration.unlocked', device });
}
