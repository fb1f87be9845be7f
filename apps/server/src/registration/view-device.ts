import type { DeviceReply } from '@motp/protocol';
import type { Database } from '../db/open.ts';
import type { IdentityProviders } from '../identity/provider.ts';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import { formatPhone, type PhoneNumber } from '../learners/rules.ts';
import type { World } from '../world.ts';
import { offeredMethods } from './offered-methods.ts';
import { disputableUntil } from './rules.ts';
import { findDevice, findLearner, passedWith, type StoredDevice, type StoredLearner } from './store.ts';

export interface DeviceDependencies {
  providers: IdentityProviders;
  database: Database;
  keyring: Keyring;
  world: World;
}

const SHOWN_CHECKS = 50;

/** What the app shows of its registration, for any device that ever existed; undefined for an unknown key. */
export async function viewDevice(
  { database, keyring, providers, world }: DeviceDependencies,
  thumbprint: string,
): Promise<DeviceReply | undefined> {
  const device = await findDevice(database, thumbprint);
  if (!device) return undefined;
  const learner = await findLearner(database, { id: device.learner_id });
  const checks = await passedWith(database, device.id, SHOWN_CHECKS);
  return {
    device: device.id,
    status: device.status,
    ...lockMembers(device),
    ...disputeMembers(device, world.now()),
    learner: appLearner(keyring, learner),
    checks: checks.map(({ id, institution, course, kind, number, method, at, disputedAt }) => ({
      id,
      disputed: disputedAt !== null,
      institution,
      course,
      occasion: { kind: kind as DeviceReply['checks'][number]['occasion']['kind'], number },
      method: method as DeviceReply['checks'][number]['method'],
      at: new Date(at ?? 0).toISOString(),
    })),
    identity: learner?.phone_key ? await offeredMethods(database, providers, learner.phone_key) : [],
    now: world.now(),
  };
}

function lockMembers(device: StoredDevice): Pick<DeviceReply, 'locked' | 'lockedBecause'> {
  if (device.status !== 'active' || device.locked_at === null) return { locked: false };
  return { locked: true, lockedBecause: device.locked_because ?? 'wrong-codes' };
}

function disputeMembers(
  device: StoredDevice,
  now: number,
): Pick<DeviceReply, 'disputableUntil' | 'disputedAt'> {
  if (device.disputed_at !== null) return { disputedAt: new Date(device.disputed_at).toISOString() };
  const until = disputableUntil(device, now);
  return until === undefined ? {} : { disputableUntil: new Date(until).toISOString() };
}

/** Whether this key's registration has ended: such a key begins no other (PROTOCOL §4). */
export async function isEnded(database: Database, thumbprint: string): Promise<boolean> {
  const device = await findDevice(database, thumbprint);
  return device !== undefined && device.status !== 'active';
}

/** Name and number as the app shows them; empty after consent was withdrawn. */
export function appLearner(keyring: Keyring, learner: StoredLearner | undefined): DeviceReply['learner'] {
  const open = (column: 'name' | 'phone', sealed: Sealed | null | undefined) =>
    learner && sealed ? keyring.open({ table: 'learner', column, row: learner.id }, sealed).toString() : '';
  const phone = open('phone', learner?.phone_sealed);
  return {
    name: open('name', learner?.name_sealed),
    phone: phone === '' ? '' : formatPhone(phone as PhoneNumber),
  };
}
