import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import { disownNumber, otherNumbersOf } from '../identity/certified-numbers.ts';
import type { Keyring } from '../keys/keyring.ts';
import { newId, type World } from '../world.ts';
import { insertFormerValue, joinLearners, lockCounter, type StoredLearner, setLearner } from './store.ts';

interface Dependencies {
  keyring: Keyring;
  world: World;
}

/**
 * Locks a certified person and all their numbers, in the order of their keys, so that of two numbers that are
 * certified at once the second sees the first.
 * @returns the other numbers that were certified for this person
 */
export async function lockPerson(
  keyring: Keyring,
  tx: Tx,
  di: string,
  phoneKey: string,
  now: number,
): Promise<string[]> {
  const diKey = keyring.hash('di', di);
  await lockCounter(tx, `person:${diKey}`, now);
  const others = await otherNumbersOf(tx, diKey, phoneKey);
  for (const number of [phoneKey, ...others].sort()) await lockCounter(tx, `phone:${number}`, now);
  return others;
}

/** R-2a: the number is somebody else’s now; whoever had it keeps their history. */
export async function takeNumber(tx: Tx, { id, phone_key: phoneKey }: StoredLearner): Promise<void> {
  await setLearner(tx, id, { phone_key: null, phone_sealed: null });
  if (phoneKey !== null) await disownNumber(tx, phoneKey);
}

/** the number that a learner gives up is kept as a former value of whom they are from now on. */
export async function keepFormerNumber(
  { keyring, world }: Dependencies,
  tx: Tx,
  learner: StoredLearner,
  into: string,
  now: number,
): Promise<void> {
  if (learner.phone_sealed === null) return;
  const id = newId('frm', world);
  const plain = keyring.open({ table: 'learner', column: 'phone', row: learner.id }, learner.phone_sealed);
  await insertFormerValue(tx, {
    id,
    learner_id: into,
    kind: 'phone',
    value_sealed: keyring.seal({ table: 'former_value', column: 'value', row: id }, plain),
    until: now,
  });
  await record(tx, {
    at: now,
    kind: 'registration.number-changed',
    actor: 'learner',
    learner: learner.id,
    data: { because: 'identity', into },
  });
}

/** learners of other numbers of a certified person are the same learner; their history comes along. */
export async function joinOthers(
  dependencies: Dependencies,
  tx: Tx,
  others: readonly StoredLearner[],
  into: string,
  now: number,
): Promise<void> {
  for (const other of others) {
    await keepFormerNumber(dependencies, tx, other, into, now);
    await joinLearners(tx, other.id, into);
  }
}
