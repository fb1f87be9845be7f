import type { AuditEvent } from '../audit/event.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import { newId } from '../world.ts';
import { type Limited, proofKey, type RegistrationDependencies } from './begin-registration.ts';
import {
  isRegistrationOver,
  isRepeatable,
  keptWrong,
  nameIsBound,
  proofAllowance,
  toldSince,
} from './rules.ts';
import {
  endDevice,
  findDeviceById,
  findLearner,
  findRegistration,
  findReplaced,
  insertDevice,
  insertLearner,
  institutionsOf,
  lockCounter,
  lockLearners,
  lockRegistration,
  type StoredDevice,
  type StoredLearner,
  type StoredRegistration,
  setCounter,
  setLearner,
  setRegistration,
} from './store.ts';

/** A registration that stands: what the reply to the app is made of. */
export interface Proved {
  kind: 'proved';
  registration: StoredRegistration;
  device: string;
  seed: Buffer;
  learner: StoredLearner;
}

export type Proving =
  | Proved
  | { kind: 'wrong'; triesLeft: number }
  | { kind: 'refused'; reason: 'registration-unknown' | 'registration-over' | 'identity-required' }
  | Limited;

const SEED_BYTES = 32;

/**
 * The proof of the number. With it, in one transaction, the new registration begins and every older one
 * of this learner, number or key ends. Locks: registration, counter, learners by id.
 */
export async function proveRegistration(
  dependencies: RegistrationDependencies,
  thumbprint: string,
  id: string,
  code: string,
): Promise<Proving> {
  return dependencies.database.transaction(async (tx): Promise<Proving> => {
    if (!(await findRegistration(tx, id, thumbprint)))
      return { kind: 'refused', reason: 'registration-unknown' };
    const row = await lockRegistration(tx, id);
    const now = dependencies.world.now();
    const isRight = proofKey(dependencies.keyring, id, code) === row.code_key;
    if (isRight && isRepeatable(row.proved_at, now)) return repeat(dependencies.keyring, tx, row);
    if (isRegistrationOver(row, now)) return { kind: 'refused', reason: 'registration-over' };
    return compare(dependencies, tx, row, isRight, now);
  });
}

/** A lost reply is asked again: the same device and seed, as long as that device is the active one. */
async function repeat(keyring: Keyring, tx: Tx, row: StoredRegistration): Promise<Proving> {
  const device = row.device_id === null ? undefined : await findDeviceById(tx, row.device_id);
  if (device?.status !== 'active') return { kind: 'refused', reason: 'registration-over' };
  const learner = await findLearner(tx, { id: device.learner_id });
  if (!learner) throw new Error('a device without a learner');
  const seed = keyring.open(seedPlace(device.id), device.seed_sealed as Sealed);
  return { kind: 'proved', registration: row, device: device.id, seed, learner };
}

const seedPlace = (device: string) => ({ table: 'device', column: 'seed', row: device });

async function compare(
  dependencies: RegistrationDependencies,
  tx: Tx,
  row: StoredRegistration,
  isRight: boolean,
  now: number,
): Promise<Proving> {
  const key = `phone:${row.phone_key}`;
  const counter = await lockCounter(tx, key, now);
  const wrongAt = keptWrong(JSON.parse(counter.wrong_json) as number[], now);
  const allowance = proofAllowance(wrongAt, now);
  if (dependencies.limits && allowance.kind === 'refused') {
    return { kind: 'limited', reason: 'proof-closed', retryAfterMs: allowance.retryAfterMs };
  }
  if (isRight) return settle(dependencies, tx, row, now);
  const triesLeft = row.tries_left - 1;
  await setCounter(tx, key, { wrong_json: JSON.stringify([...wrongAt, now]) });
  await setRegistration(tx, row.id, { tries_left: triesLeft });
  await refusedProof(tx, row, now, { reason: 'wrong-proof', triesLeft });
  return { kind: 'wrong', triesLeft };
}

const refusedProof = (tx: Tx, row: StoredRegistration, at: number, data: NonNullable<AuditEvent['data']>) =>
  record(tx, {
    at,
    kind: 'registration.proof-refused',
    actor: 'learner',
    data: { registration: row.id, ...data },
  });

async function settle(
  dependencies: RegistrationDependencies,
  tx: Tx,
  row: StoredRegistration,
  now: number,
): Promise<Proving> {
  await lockLearners(tx, row.phone_key, row.thumbprint);
  const known = await findLearner(tx, { phone_key: row.phone_key });
  const isOther = known !== undefined && known.name_key !== row.name_key;
  if (isOther && nameIsBound(known.named_at, now)) {
    await refusedProof(tx, row, now, { reason: 'identity-required' });
    return { kind: 'refused', reason: 'identity-required' };
  }
  // R-2a: after 24 months the number may be another person's; the older learner keeps history, not number.
  if (isOther) await setLearner(tx, known.id, { phone_key: null, phone_sealed: null });
  const learner = await learnerOf(dependencies, tx, row, isOther ? undefined : known, now);
  await replaceDevices(tx, row, learner.id, now);
  return register(dependencies, tx, row, learner, now);
}

async function learnerOf(
  { keyring, world }: RegistrationDependencies,
  tx: Tx,
  row: StoredRegistration,
  known: StoredLearner | undefined,
  now: number,
): Promise<StoredLearner> {
  const id = known?.id ?? newId('lrn', world);
  const moved = (column: 'name' | 'phone', sealed: Sealed | null) => {
    if (sealed === null) throw new Error('a pending registration without name or number');
    const plain = keyring.open({ table: 'registration', column, row: row.id }, sealed);
    return keyring.seal({ table: 'learner', column, row: id }, plain);
  };
  const learner: StoredLearner = {
    id,
    name_key: row.name_key,
    name_sealed: moved('name', row.name_sealed),
    phone_key: row.phone_key,
    phone_sealed: moved('phone', row.phone_sealed),
    named_at: now,
    created_at: known?.created_at ?? now,
    withdrawn_at: null,
  };
  await (known ? setLearner(tx, id, learner) : insertLearner(tx, learner));
  return learner;
}

async function replaceDevices(
  tx: Tx,
  { phone_key: phoneKey, thumbprint }: StoredRegistration,
  learnerId: string,
  now: number,
): Promise<void> {
  const replaced = await findReplaced(tx, { learnerId, phoneKey, thumbprint });
  for (const device of replaced) await end(tx, device, now);
}

/** Ends an older device and tells every institution where its learner had a check lately. */
async function end(tx: Tx, device: StoredDevice, now: number): Promise<void> {
  await endDevice(tx, device.id, 'replaced', now);
  const event: AuditEvent = {
    at: now,
    kind: 'registration.replaced',
    actor: 'learner',
    learner: device.learner_id,
    device: device.id,
  };
  const institutions = await institutionsOf(tx, device.learner_id, toldSince(now));
  await record(tx, event, ...institutions.map((institution) => ({ ...event, institution })));
}

async function register(
  { keyring, world }: RegistrationDependencies,
  tx: Tx,
  row: StoredRegistration,
  learner: StoredLearner,
  now: number,
): Promise<Proved> {
  const id = newId('dev', world);
  const seed = world.random(SEED_BYTES);
  await insertDevice(tx, {
    id,
    learner_id: learner.id,
    thumbprint: row.thumbprint,
    status: 'active',
    phone_key: row.phone_key,
    seed_sealed: keyring.seal(seedPlace(id), seed),
    last_step: -1,
    spent_json: '[]',
    failures: 0,
    failed_json: '[]',
    compared: 0,
    consents_json: row.consents_json,
    proof: 'sms',
    registered_at: now,
    used_at: now,
  });
  await setRegistration(tx, row.id, { proved_at: now, device_id: id, name_sealed: null, phone_sealed: null });
  await record(tx, {
    at: now,
    kind: 'registration.proved',
    actor: 'learner',
    learner: learner.id,
    device: id,
    data: { registration: row.id, proof: 'sms' },
  });
  return { kind: 'proved', registration: row, device: id, seed, learner };
}
