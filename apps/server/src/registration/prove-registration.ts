import type { Tx } from '../db/open.ts';
import { passedFor } from '../identity/view-attempt.ts';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import { type Limited, proofKey, type RegistrationDependencies } from './begin-registration.ts';
import { judgeProof, recordRefusedProof } from './judge-proof.ts';
import { isIdentityOver, isRegistrationOver, isRepeatable } from './rules.ts';
import { type Proved, seedPlace, settleProof } from './settle-proof.ts';
import {
  findDeviceById,
  findLearner,
  findRegistration,
  lockRegistration,
  type StoredRegistration,
} from './store.ts';

/** `identity-not-passed`: the identity check did not pass or was for another registration, or none was named. */
export type Proving =
  | Proved
  | { kind: 'wrong'; triesLeft: number }
  | {
      kind: 'refused';
      reason: 'registration-unknown' | 'registration-over' | 'identity-required' | 'identity-not-passed';
    }
  | Limited;

/** The proof of the number by the code of its message. Locks: registration, counter, learners by id. */
export async function proveRegistration(
  dependencies: RegistrationDependencies,
  thumbprint: string,
  id: string,
  code: string,
): Promise<Proving> {
  return underLock(dependencies, thumbprint, id, async (tx, row, now) => {
    if (row.proof === 'identity') return notPassed(tx, row, now);
    const isRight = row.code_key !== '' && proofKey(dependencies.keyring, id, code) === row.code_key;
    if (isRight && isRepeatable(row.proved_at, now)) return repeat(dependencies.keyring, tx, row);
    if (isRegistrationOver(row, now)) return over;
    const judged = await judgeProof(dependencies, tx, row, isRight, now);
    if (judged.kind !== 'right') return judged;
    const settled = await settleProof(dependencies, tx, row, { by: 'sms' }, now);
    if (settled.kind === 'refused') await recordRefusedProof(tx, row, now, { reason: settled.reason });
    return settled;
  });
}

/**
 * The proof of number and name by an identity check that was passed for this registration. Locks:
 * registration, counters, learners by id.
 */
export async function proveByIdentity(
  dependencies: RegistrationDependencies,
  thumbprint: string,
  id: string,
  attempt: string,
): Promise<Proving> {
  return underLock(dependencies, thumbprint, id, async (tx, row, now) => {
    const subject = { purpose: 'registration', subjectId: id } as const;
    const passed = await passedFor(tx, dependencies.keyring, attempt, subject);
    if (passed && isRepeatable(row.proved_at, now)) return repeat(dependencies.keyring, tx, row);
    if (isIdentityOver(row, now)) return over;
    if (!passed) return notPassed(tx, row, now);
    return settleProof(dependencies, tx, row, { by: 'identity', di: passed.di }, now);
  });
}

const over: Proving = { kind: 'refused', reason: 'registration-over' };

async function notPassed(tx: Tx, row: StoredRegistration, now: number): Promise<Proving> {
  await recordRefusedProof(tx, row, now, { reason: 'identity-not-passed' });
  return { kind: 'refused', reason: 'identity-not-passed' };
}

/** Judges a pending registration of this key, alone with it. */
async function underLock(
  { database, world }: RegistrationDependencies,
  thumbprint: string,
  id: string,
  judge: (tx: Tx, row: StoredRegistration, now: number) => Promise<Proving>,
): Promise<Proving> {
  return database.transaction(async (tx): Promise<Proving> => {
    const found = await findRegistration(tx, id, thumbprint);
    if (found?.purpose !== 'device') return { kind: 'refused', reason: 'registration-unknown' };
    const row = await lockRegistration(tx, id);
    return judge(tx, row, world.now());
  });
}

/** A lost reply is asked again: the same device and seed, as long as that device is the active one. */
async function repeat(keyring: Keyring, tx: Tx, row: StoredRegistration): Promise<Proving> {
  const device = row.device_id === null ? undefined : await findDeviceById(tx, row.device_id);
  if (device?.status !== 'active') return over;
  const learner = await findLearner(tx, { id: device.learner_id });
  if (!learner) throw new Error('a device without a learner');
  const seed = keyring.open(seedPlace(device.id), device.seed_sealed as Sealed);
  return { kind: 'proved', registration: row, device: device.id, seed, learner };
}
