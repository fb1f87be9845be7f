import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import { forgetCertified } from '../identity/certified-numbers.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import { deleteFormerValues } from './former-store.ts';
import { formerNumbers } from './former-values.ts';
import { holdNumber, isHeld } from './hold.ts';
import { unusedSince } from './rules.ts';
import {
  endDevice,
  findDevice,
  findLearner,
  forgetInChecks,
  forgetInDevices,
  forgetInRegistrations,
  lockFreeLearners,
  lockLearner,
  type StoredDevice,
  setLearner,
} from './store.ts';
import { findUnused, reviewUse } from './unused-store.ts';

interface EndingDependencies {
  database: Database;
  world: World;
}

interface WithdrawalDependencies extends EndingDependencies {
  keyring: Keyring;
}

export type Ending = { kind: 'ended' } | { kind: 'refused'; reason: 'device-unknown' | 'device-over' };

const over: Ending = { kind: 'refused', reason: 'device-over' };

/** 등록 초기화: ends the registration of this key. */
export function resetDevice(dependencies: EndingDependencies, thumbprint: string): Promise<Ending> {
  return endOwn(dependencies, thumbprint, {
    status: 'reset',
    before: async () => undefined,
    after: (tx, device, now) => record(tx, { ...eventOf(device, now), kind: 'registration.reset' }),
  });
}

/**
 * P-2: the learner withdraws consent. Registration and personal data go; what happened stays under its
 * pseudonym. Registrations are touched before the learner is locked, in the order of all writers.
 */
export function withdrawConsent(dependencies: WithdrawalDependencies, thumbprint: string): Promise<Ending> {
  return endOwn(dependencies, thumbprint, {
    status: 'ended',
    before: async (tx, { learner_id: learner, phone_key: phoneKey }) => {
      if (phoneKey !== null) await forgetInRegistrations(tx, { phoneKey });
      const former = await formerNumbers(dependencies.keyring, tx, learner);
      for (const number of former) await forgetInRegistrations(tx, number);
    },
    after: (tx, device, now) => forgetLearner(dependencies, tx, device, now),
  });
}

const eventOf = (device: StoredDevice, at: number) => ({
  at,
  actor: 'learner',
  learner: device.learner_id,
  device: device.id,
});

async function forgetLearner(
  { keyring }: WithdrawalDependencies,
  tx: Tx,
  device: StoredDevice,
  now: number,
): Promise<void> {
  const learner = await findLearner(tx, { id: device.learner_id });
  const former = await formerNumbers(keyring, tx, device.learner_id);
  if (learner?.phone_key && (await isHeld(tx, learner.phone_key, learner, now))) {
    await holdNumber(tx, learner.phone_key, now);
  }
  if (learner?.phone_key) await forgetInChecks(tx, learner.phone_key);
  for (const { phoneKey, until } of former) await forgetInChecks(tx, phoneKey, until);
  await forgetInDevices(tx, device.learner_id);
  await setLearner(tx, device.learner_id, {
    name_key: null,
    name_sealed: null,
    phone_key: null,
    phone_sealed: null,
    withdrawn_at: now,
  });
  await deleteFormerValues(tx, device.learner_id);
  if (learner?.phone_key) await forgetCertified(tx, learner.phone_key);
  for (const { phoneKey } of former) {
    // A number that was given up may be certified for its next owner by now.
    if (!(await findLearner(tx, { phone_key: phoneKey }))) await forgetCertified(tx, phoneKey);
  }
  await record(tx, { ...eventOf(device, now), kind: 'learner.withdrawn' });
}

interface Way {
  status: 'reset' | 'ended';
  before(tx: Tx, device: StoredDevice): Promise<void>;
  after(tx: Tx, device: StoredDevice, now: number): Promise<void>;
}

async function endOwn(
  { database, world }: EndingDependencies,
  thumbprint: string,
  way: Way,
): Promise<Ending> {
  return database.transaction(async (tx): Promise<Ending> => {
    const device = await findDevice(tx, thumbprint);
    if (!device) return { kind: 'refused', reason: 'device-unknown' };
    if (device.status !== 'active') return over;
    await way.before(tx, device);
    await lockLearner(tx, device.learner_id);
    const now = world.now();
    if (!(await endDevice(tx, device.id, way.status, now))) return over;
    await way.after(tx, device, now);
    return { kind: 'ended' };
  });
}

/** After an upgrade all may have to be looked at: so many a round, and nobody's end is looked for meanwhile. */
const REVIEWED_AT_ONCE = 5_000;

/** R-2a: registrations that nobody used for twelve months end by themselves: numbers are given to others. */
export async function endUnused({ database, world }: EndingDependencies): Promise<number> {
  const now = world.now();
  const usedBefore = unusedSince(now);
  const batch = 100;
  // By itself: it holds no registration while the next one waits for some that are being answered.
  const reviewed = await database.transaction((tx) => reviewUse(tx, usedBefore, REVIEWED_AT_ONCE));
  if (reviewed === REVIEWED_AT_ONCE) return 0;
  return database.transaction(async (tx) => {
    const unused = await findUnused(tx, usedBefore, batch);
    const ids = unused.map(({ learner_id: learner }) => learner);
    const free = await lockFreeLearners(tx, ids);
    const inOrder = unused.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    for (const device of inOrder.filter(({ learner_id: learner }) => free.has(learner))) {
      if (!(await endDevice(tx, device.id, 'ended', now, usedBefore))) continue;
      const event = { ...eventOf(device, now), kind: 'registration.ended', actor: 'system' } as const;
      await record(tx, { ...event, data: { because: 'unused' } });
    }
    return unused.length;
  });
}
