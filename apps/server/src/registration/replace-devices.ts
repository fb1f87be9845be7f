import type { AuditEvent } from '../audit/event.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import { type QueueDependencies, queueEvents } from '../webhooks/queue-event.ts';
import { toldSince } from './rules.ts';
import { endDevice, knownAs, type StoredDevice } from './store.ts';

/** Ends older devices and tells every institution where their learners had a check lately. */
export async function replaceDevices(
  dependencies: QueueDependencies,
  tx: Tx,
  devices: readonly StoredDevice[],
  now: number,
): Promise<void> {
  for (const device of devices) {
    await endDevice(tx, device.id, 'replaced', now);
    await tellInstitutions(dependencies, tx, device, {
      at: now,
      kind: 'registration.replaced',
      actor: 'learner',
    });
  }
}

type Told = Pick<AuditEvent, 'at' | 'actor'> & { kind: 'registration.replaced' | 'learner.disputed' };

/** Records what happened to a device once, and tells every institution where its learner had a check lately. */
export async function tellInstitutions(
  dependencies: QueueDependencies,
  tx: Tx,
  device: StoredDevice,
  what: Told,
): Promise<void> {
  const event = { ...what, learner: device.learner_id, device: device.id };
  const known = await knownAs(tx, device, toldSince(event.at));
  const institutions = [...new Set(known.map(({ institution }) => institution))];
  await record(tx, event, ...institutions.map((institution) => ({ ...event, institution })));
  const at = new Date(event.at).toISOString();
  const outgoing = institutions.map((institution) => {
    const learners = known
      .filter((each) => each.institution === institution)
      .map(({ learner }) => ({ id: learner }));
    const body = { type: event.kind, timestamp: at, data: { learners, at } };
    return { institution, subject: event.learner, event: body };
  });
  await queueEvents(tx, dependencies, outgoing);
}
