import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import { type Limited, proofKey, type RegistrationDependencies } from './begin-registration.ts';
import { refusalOfDevice } from './change-number.ts';
import { setDeviceNumber } from './former-store.ts';
import { keepFormer } from './former-values.ts';
import { isHeld } from './hold.ts';
import { judgeProof, recordRefusedProof } from './judge-proof.ts';
import { takeNumber } from './link-numbers.ts';
import { replaceDevices } from './replace-devices.ts';
import { isRegistrationOver, isRepeatable, nameIsBound } from './rules.ts';
import {
  findDeviceById,
  findLearner,
  findRegistration,
  findReplaced,
  lockLearners,
  lockRegistration,
  type StoredDevice,
  type StoredLearner,
  type StoredRegistration,
  setLearner,
  setRegistration,
} from './store.ts';

export type NumberProof =
  | { kind: 'changed' }
  | { kind: 'wrong'; triesLeft: number }
  | {
      kind: 'refused';
      reason: 'registration-unknown' | 'registration-over' | 'device-over' | 'locked' | 'identity-required';
    }
  | Limited;

const changed: NumberProof = { kind: 'changed' };
const over: NumberProof = { kind: 'refused', reason: 'registration-over' };

/**
 * the code of the new number moves the learner and this app to it, in one transaction; whoever had the number
 * is replaced. Locks: registration, counter, learners by id.
 */
export async function proveNumber(
  dependencies: RegistrationDependencies,
  thumbprint: string,
  id: string,
  code: string,
): Promise<NumberProof> {
  return dependencies.database.transaction(async (tx): Promise<NumberProof> => {
    const found = await findRegistration(tx, id, thumbprint);
    if (found?.purpose !== 'phone') return { kind: 'refused', reason: 'registration-unknown' };
    const row = await lockRegistration(tx, id);
    const now = dependencies.world.now();
    const isRight = proofKey(dependencies.keyring, id, code) === row.code_key;
    if (isRight && isRepeatable(row.proved_at, now)) return repeat(tx, row);
    if (isRegistrationOver(row, now)) return over;
    const judged = await judgeProof(dependencies, tx, row, isRight, now);
    return judged.kind === 'right' ? settle(dependencies, tx, row, now) : judged;
  });
}

/** A lost reply is asked again: the number is this app's, as long as it was not changed once more. */
async function repeat(tx: Tx, row: StoredRegistration): Promise<NumberProof> {
  const device = await findDeviceById(tx, row.device_id ?? '');
  return device?.status === 'active' && device.phone_key === row.phone_key ? changed : over;
}

async function settle(
  dependencies: RegistrationDependencies,
  tx: Tx,
  row: StoredRegistration,
  now: number,
): Promise<NumberProof> {
  await lockLearners(tx, [row.phone_key], row.thumbprint);
  const device = await findDeviceById(tx, row.device_id ?? '');
  const own = device && (await findLearner(tx, { id: device.learner_id }));
  if (!device || !own) return { kind: 'refused', reason: 'device-over' };
  const known = await findLearner(tx, { phone_key: row.phone_key });
  const other = known?.id === own.id ? undefined : known;
  const isRefused = await needsIdentity(tx, row, { own, other }, now);
  const reason = refusalOfDevice(device) ?? (isRefused ? 'identity-required' : undefined);
  if (reason) {
    await recordRefusedProof(tx, row, now, { reason });
    return { kind: 'refused', reason };
  }
  const { phone_key: phoneKey, thumbprint } = row;
  const replaced = await findReplaced(tx, { learnerIds: [own.id], phoneKey, thumbprint });
  await replaceDevices(
    dependencies,
    tx,
    replaced.filter(({ id }) => id !== device.id),
    now,
  );
  // Whoever had the number keeps their history, not the number.
  if (other) await takeNumber(tx, other);
  await move(dependencies, tx, row, { device, own }, now);
  return changed;
}

/** R-2a, and the hold of R-5: an SMS proves a number, never that its present owner gave it up. */
async function needsIdentity(
  tx: Tx,
  row: StoredRegistration,
  { own, other }: { own: StoredLearner; other: StoredLearner | undefined },
  now: number,
): Promise<boolean> {
  if (other && other.name_key !== own.name_key && nameIsBound(other.named_at, now)) return true;
  return isHeld(tx, row.phone_key, other, now);
}

async function move(
  { keyring, world }: { keyring: Keyring; world: World },
  tx: Tx,
  row: StoredRegistration,
  { device, own }: { device: StoredDevice; own: StoredLearner },
  now: number,
): Promise<void> {
  if (row.phone_sealed === null) throw new Error('a pending change without a number');
  const phone = keyring.open({ table: 'registration', column: 'phone', row: row.id }, row.phone_sealed);
  await keepFormer({ keyring, world }, tx, own, 'phone', now);
  await setLearner(tx, own.id, {
    phone_key: row.phone_key,
    phone_sealed: keyring.seal({ table: 'learner', column: 'phone', row: own.id }, phone),
    named_at: now,
  });
  await setDeviceNumber(tx, device.id, row.phone_key);
  await setRegistration(tx, row.id, { proved_at: now, phone_sealed: null });
  await record(tx, {
    at: now,
    kind: 'registration.number-changed',
    actor: 'learner',
    learner: own.id,
    device: device.id,
    data: { registration: row.id },
  });
}
