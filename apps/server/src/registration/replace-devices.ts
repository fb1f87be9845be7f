import type { AuditEvent } from '../audit/event.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import { toldSince } from './rules.ts';
import { endDevice, institutionsOf, type StoredDevice } from './store.ts';

/** Ends older devices and tells every institution where their learners had a check lately. */
export async function replaceDevices(tx: Tx, devices: readonly StoredDevice[], now: number): Promise<void> {
  for (const device of devices) {
    await endDevice(tx, device.id, 'replaced', now);
    await tellInstitutions(tx, device, { at: now, kind: 'registration.replaced', actor: 'learner' });
  }
}

/** Records what happened to a device once, and once more for every institution where its learner had a check lately. */
export async function tellInstitutions(
  tx: Tx,
  device: StoredDevice,
  what: Pick<AuditEvent, 'at' | 'kind' | 'actor'>,
): Promise<void> {
  const event = { ...what, learner: device.learner_id, device: device.id };
  const institutions = await institutionsOf(tx, device, toldSince(event.at));
  await record(tx, event, ...institutions.map((institution) => ({ ...event, institution })));
}
