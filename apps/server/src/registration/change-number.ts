import type { ChangePhoneRequest, PendingRegistration, ProblemError } from '@motp/protocol';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import { isKoreanMobile, type PhoneNumber, parsePhone } from '../learners/rules.ts';
import { newId } from '../world.ts';
import {
  addressLimit,
  type Limited,
  pendingOf,
  type RegistrationDependencies,
  sendProof,
} from './begin-registration.ts';
import { PROOF_TRIES } from './rules.ts';
import { findDevice, findLearner, insertRegistration, type StoredDevice } from './store.ts';

export type NumberChange =
  | { kind: 'begun'; pending: PendingRegistration }
  | { kind: 'malformed'; errors: ProblemError[] }
  | {
      kind: 'refused';
      reason: 'device-unknown' | 'device-over' | 'locked' | 'phone-not-mobile' | 'phone-unchanged';
    }
  | Limited;

/** another number for this app. A code goes to it; nothing changes before that is proved. */
export async function changeNumber(
  dependencies: RegistrationDependencies,
  from: { thumbprint: string; address: string },
  request: ChangePhoneRequest,
): Promise<NumberChange> {
  const phone = parsePhone(request.phone);
  if (!phone) {
    return { kind: 'malformed', errors: [{ path: '/phone', message: 'is not a phone number' }] };
  }
  if (!isKoreanMobile(phone)) return { kind: 'refused', reason: 'phone-not-mobile' };
  return dependencies.database.transaction(async (tx): Promise<NumberChange> => {
    const device = await findDevice(tx, from.thumbprint);
    if (!device) return { kind: 'refused', reason: 'device-unknown' };
    const reason = refusalOfDevice(device);
    if (reason) return { kind: 'refused', reason };
    const learner = await findLearner(tx, { id: device.learner_id });
    if (learner?.phone_key === dependencies.keyring.hash('phone', phone)) {
      return { kind: 'refused', reason: 'phone-unchanged' };
    }
    return begin(dependencies, tx, { ...from, device }, { phone, locale: request.locale ?? 'ko' });
  });
}

/** A locked registration keeps its number: whoever was locked out must not carry it where its owner is not asked. */
export const refusalOfDevice = (device: StoredDevice): 'device-over' | 'locked' | undefined => {
  if (device.status !== 'active') return 'device-over';
  return device.locked_at === null ? undefined : 'locked';
};

async function begin(
  dependencies: RegistrationDependencies,
  tx: Tx,
  { thumbprint, address, device }: { thumbprint: string; address: string; device: StoredDevice },
  { phone, locale }: { phone: PhoneNumber; locale: string },
): Promise<NumberChange> {
  const { keyring, world } = dependencies;
  const now = world.now();
  const addressKey = keyring.hash('address', address);
  const limited = await addressLimit(dependencies, tx, addressKey, now);
  if (limited) return limited;
  const id = newId('reg', world);
  const phoneKey = keyring.hash('phone', phone);
  const target = { id, phone, phoneKey, addressKey, locale, purpose: 'phone' } as const;
  const sent = await sendProof(dependencies, tx, target, now);
  if (sent.kind === 'limited') return sent;
  await insertRegistration(tx, {
    id,
    purpose: 'phone',
    device_id: device.id,
    thumbprint,
    phone_key: phoneKey,
    phone_sealed: keyring.seal({ table: 'registration', column: 'phone', row: id }, phone),
    address_key: addressKey,
    ...{ name_key: '', name_sealed: null, encryption_key_json: '{}', consents_json: '[]' },
    locale,
    ...sent.columns,
    tries_left: PROOF_TRIES,
    resends: 0,
    created_at: now,
  });
  const data = { registration: id, purpose: 'phone' };
  const { learner_id: learner } = device;
  await record(tx, {
    at: now,
    kind: 'registration.begun',
    actor: 'learner',
    learner,
    device: device.id,
    data,
  });
  return { kind: 'begun', pending: { ...pendingOf(dependencies, id, sent.columns), identity: [] } };
}
