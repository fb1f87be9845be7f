import type { DeviceIdentityRequest } from '@motp/protocol';
import type { Tx } from '../db/open.ts';
import { type AttemptBeginning, beginAttempt, type IdentityDependencies } from '../identity/begin-attempt.ts';
import { ATTEMPT_MS } from '../identity/rules.ts';
import { parsePhone } from '../learners/rules.ts';
import { offeredMethods } from './offered-methods.ts';
import { findDevice, findDeviceById, findLearner, lockLearner, type StoredDevice } from './store.ts';
import { appLearner } from './view-device.ts';

type Purpose = DeviceIdentityRequest['purpose'];
type Beginning =
  | AttemptBeginning<'device-over' | 'identity-unavailable'>
  | { kind: 'refused'; reason: 'device-unknown' };

/** an identity check that lifts the lock of this app's registration, or gives it the certified name. */
export async function beginDeviceIdentity(
  dependencies: IdentityDependencies,
  thumbprint: string,
  { method, purpose }: DeviceIdentityRequest,
): Promise<Beginning> {
  const { database, keyring, providers } = dependencies;
  const device = await findDevice(database, thumbprint);
  if (!device) return { kind: 'refused', reason: 'device-unknown' };
  const learner = await findLearner(database, { id: device.learner_id });
  if (device.status !== 'active' || !learner?.phone_key) return { kind: 'refused', reason: 'device-over' };
  const offered = await offeredMethods(database, providers, learner.phone_key);
  if (!offered.includes(method)) return { kind: 'refused', reason: 'identity-unavailable' };
  const { name, phone } = appLearner(keyring, learner);
  const number = parsePhone(phone);
  return beginAttempt(dependencies, {
    purpose,
    subjectId: device.id,
    phoneKey: learner.phone_key,
    thumbprint,
    method,
    // A new name is not known before the provider says it: the window must not be filled with the old one.
    person: { name: purpose === 'unlock' ? name : '', ...(number ? { phone: number } : {}) },
    locale: 'ko',
    admit: (tx, now) => admit(tx, device, purpose, now),
  });
}

async function admit(
  tx: Tx,
  { id, learner_id: learner }: StoredDevice,
  purpose: Purpose,
  now: number,
): Promise<
  { kind: 'admitted'; until: number } | { kind: 'refused'; reason: 'device-over' | 'identity-unavailable' }
> {
  await lockLearner(tx, learner);
  const device = await findDeviceById(tx, id);
  if (device?.status !== 'active') return { kind: 'refused', reason: 'device-over' };
  if (purpose === 'unlock' && device.locked_at === null) {
    return { kind: 'refused', reason: 'identity-unavailable' };
  }
  return { kind: 'admitted', until: now + ATTEMPT_MS };
}
