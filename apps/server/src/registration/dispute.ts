import type { AuditEvent } from '../audit/event.ts';
import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import { type Outgoing, type QueueDependencies, queueEvents } from '../webhooks/queue-event.ts';
import {
  type DisputedCheck,
  findPassedCheck,
  findReplacement,
  lockByDispute,
  lockDisputed,
  setCheckDisputed,
  setDisputed,
} from './dispute-store.ts';
import { tellInstitutions } from './replace-devices.ts';
import { disputableUntil } from './rules.ts';
import { findDevice, findDeviceById, type StoredDevice } from './store.ts';

export type Dispute =
  | { kind: 'disputed' }
  | { kind: 'refused'; reason: 'device-unknown' | 'device-over' | 'check-unknown' };

const done: Dispute = { kind: 'disputed' };
const over: Dispute = { kind: 'refused', reason: 'device-over' };

/** Replacements that may come between reading and locking before it is a fault. */
const LOCK_ROUNDS = 5;

/**
 * “This was not me”, of a check or of the phone that replaced this one: the registration that stands now is
 * locked until a certified identity check, and the institutions are told. Saying it again changes nothing.
 * @param check one that was passed with this device
 */
export async function dispute(
  dependencies: QueueDependencies & { database: Database },
  thumbprint: string,
  check: string | undefined,
): Promise<Dispute> {
  const { database, world } = dependencies;
  return database.transaction(async (tx): Promise<Dispute> => {
    const device = await lockOwn(tx, thumbprint);
    if (!device) return { kind: 'refused', reason: 'device-unknown' };
    const now = world.now();
    const isActive = device.status === 'active';
    if (!isActive && disputableUntil(device, now) === undefined) return over;
    const passed = check === undefined ? undefined : await findPassedCheck(tx, check, device.id);
    if (check !== undefined && !passed) return { kind: 'refused', reason: 'check-unknown' };
    const wasSaid = isActive ? isLockedByDispute(device) : device.disputed_at !== null;
    if (wasSaid && (passed === undefined || passed.disputed_at !== null)) return done;
    if (!wasSaid) await lockTarget(tx, isActive ? device : await findReplacement(tx, device), now);
    if (!wasSaid) await setDisputed(tx, device.id, now);
    const event = { ...eventOf(device, now), kind: 'learner.disputed' } as const;
    if (check === undefined || !passed) await tellInstitutions(dependencies, tx, device, event);
    else {
      await setCheckDisputed(tx, check, now);
      await record(tx, { ...event, institution: passed.institution_id, check });
      await queueEvents(tx, dependencies, [disputedEvent(check, passed, now)]);
    }
    return done;
  });
}

function disputedEvent(check: string, passed: DisputedCheck, now: number): Outgoing {
  const at = new Date(now).toISOString();
  const data = { learners: [{ id: passed.learner_ref }], at, check };
  const event = { type: 'learner.disputed', timestamp: at, data } as const;
  return { institution: passed.institution_id, subject: check, event };
}

const isLockedByDispute = (device: StoredDevice): boolean => device.locked_because === 'disputed';

const eventOf = (device: StoredDevice, at: number) =>
  ({ at, actor: 'learner', learner: device.learner_id, device: device.id }) satisfies Partial<AuditEvent>;

/** The device of this key, with every learner locked whose registration may be meant. */
async function lockOwn(tx: Tx, thumbprint: string): Promise<StoredDevice | undefined> {
  for (let round = 0; round < LOCK_ROUNDS; round++) {
    const before = await findDevice(tx, thumbprint);
    if (!before) return undefined;
    const locked = await lockDisputed(tx, before);
    const device = await findDeviceById(tx, before.id);
    const target = device?.status === 'replaced' ? await findReplacement(tx, device) : undefined;
    const isLocked = tx.dialect === 'sqlite' || !target || locked.has(target.learner_id);
    if (!device || !isLocked) continue;
    if (device.phone_key === before.phone_key && device.learner_id === before.learner_id) return device;
  }
  throw new Error('a number changed hands faster than it could be locked');
}

/** A lock after wrong codes becomes one that only an identity check lifts. */
async function lockTarget(tx: Tx, target: StoredDevice | undefined, now: number): Promise<void> {
  if (!target || isLockedByDispute(target)) return;
  await lockByDispute(tx, target, now);
  await record(tx, {
    ...eventOf(target, now),
    kind: 'registration.locked',
    data: { because: 'disputed' },
  });
}
