import { record } from '../audit/record.ts';
import { liftLock } from '../checks/lift-lock.ts';
import type { Tx } from '../db/open.ts';
import { keepDi, keptDiKey } from '../identity/certified-numbers.ts';
import { refusalOf, type Settle, type SettledAttempt, type Verdict } from '../identity/complete-attempt.ts';
import type { CertifiedPerson } from '../identity/provider.ts';
import { type Certified, compare } from '../identity/rules.ts';
import type { Keyring } from '../keys/keyring.ts';
import { comparableName } from '../learners/rules.ts';
import type { World } from '../world.ts';
import { keepFormer } from './former-values.ts';
import { endAfterPass, isIdentityOver } from './rules.ts';
import {
  findDeviceById,
  findLearner,
  lockLearner,
  lockRegistration,
  type StoredDevice,
  type StoredLearner,
  setLearner,
  setRegistration,
} from './store.ts';

interface Dependencies {
  keyring: Keyring;
  world: World;
}

const over: Verdict = { kind: 'refused', reason: 'check-over' };

/**
 * a certified person proves a pending registration when name and number are those that were typed. The device
 * is made when the app asks for it with this attempt.
 */
export const settleRegistrationIdentity: Settle = async (tx, attempt, { keys }) => {
  const row = await lockRegistration(tx, attempt.subjectId);
  if (row.purpose !== 'device' || isIdentityOver(row, attempt.now)) return over;
  const comparison = compare({ nameKey: row.name_key, phoneKey: row.phone_key }, keys);
  if (comparison.kind !== 'match') return refusalOf(comparison);
  await setRegistration(tx, row.id, { code_expires_at: endAfterPass(row, attempt.now) });
  return { kind: 'passed' };
};

interface Subject {
  device: StoredDevice;
  learner: StoredLearner;
  /** The DI that the number was last certified with. */
  kept: string | undefined;
}

/** The active registration that an attempt is for, under its learner's lock. */
async function lockSubject(tx: Tx, attempt: SettledAttempt): Promise<Subject | undefined> {
  const before = await findDeviceById(tx, attempt.subjectId);
  if (!before) return undefined;
  await lockLearner(tx, before.learner_id);
  const device = await findDeviceById(tx, attempt.subjectId);
  const learner = await findLearner(tx, { id: before.learner_id });
  if (device?.status !== 'active' || !learner?.phone_key) return undefined;
  return { device, learner, kept: await keptDiKey(tx, learner.phone_key) };
}

/** Lifts the lock of the app's own registration: name and number, or the DI kept for it, must match (C-6). */
export const settleUnlock: Settle = async (tx, attempt, { keys }) => {
  const subject = await lockSubject(tx, attempt);
  if (!subject) return over;
  const { device, learner, kept } = subject;
  const expected = {
    nameKey: learner.name_key ?? '',
    phoneKey: learner.phone_key ?? undefined,
    diKey: kept,
  };
  const comparison = compare(expected, keys);
  if (comparison.kind !== 'match') return refusalOf(comparison);
  await liftLock(tx, device.id, {
    at: attempt.now,
    actor: 'learner',
    learner: learner.id,
    data: { because: 'identity' },
  });
  return { kind: 'passed' };
};

/**
 * the certified name becomes the registered one; the number, or the DI kept for it, says that it is the same
 * person. The app and its history stay.
 */
export const settleName =
  (dependencies: Dependencies): Settle =>
  async (tx, attempt, { person, keys }) => {
    const subject = await lockSubject(tx, attempt);
    if (!subject) return over;
    const { device, learner, kept } = subject;
    const samePerson: Certified = {
      nameKey: keys.nameKey,
      phoneKey: learner.phone_key ?? undefined,
      diKey: kept,
    };
    const comparison = compare(samePerson, keys);
    if (comparison.kind !== 'match') return refusalOf(comparison);
    await rename(dependencies, tx, learner, person, attempt.now);
    if (comparison.by.includes('phone') && person.phone && person.di) {
      await keepDi(tx, dependencies, { phone: person.phone, di: person.di });
    }
    await record(tx, {
      at: attempt.now,
      kind: 'learner.renamed',
      actor: 'learner',
      learner: learner.id,
      device: device.id,
    });
    return { kind: 'passed' };
  };

async function rename(
  dependencies: Dependencies,
  tx: Tx,
  learner: StoredLearner,
  { name }: CertifiedPerson,
  now: number,
): Promise<void> {
  const { keyring } = dependencies;
  await keepFormer(dependencies, tx, learner, 'name', now);
  await setLearner(tx, learner.id, {
    name_key: keyring.hash('name', comparableName(name)),
    name_sealed: keyring.seal({ table: 'learner', column: 'name', row: learner.id }, name.trim()),
    named_at: now,
  });
}
