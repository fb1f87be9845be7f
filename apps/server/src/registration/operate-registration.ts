import { record } from '../audit/record.ts';
import { liftLock } from '../checks/lift-lock.ts';
import type { Database, Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import { parsePhone } from '../learners/rules.ts';
import type { World } from '../world.ts';
import { deleteHoldMark } from './dispute-store.ts';
import { latestDevice, releaseName } from './operate-store.ts';
import { reasonProblem } from './rules.ts';
import { type ShownRegistration, showDevice } from './show-registration.ts';
import { endDevice, findLearner, lockLearner, type StoredDevice, type StoredLearner } from './store.ts';

export interface OperatingDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
}

/** What staff asks for: whose registration, why, and who asks (O-1). The reason goes into the trail. */
export interface Operation {
  phone: string;
  reason: string;
  /** `command`, `operator:…` */
  actor: string;
}

export type Operated<Done = { kind: 'done' }> = Done | { kind: 'refused'; problem: string };

interface Subject {
  phoneKey: string;
  learner: StoredLearner;
  device: StoredDevice;
  now: number;
}

const refused = (problem: string) => ({ kind: 'refused', problem }) as const;

const NOTHING = 'no registration has this number: ask for the number that the app shows under its settings';
const NOT_ACTIVE = 'the registration with this number has ended: the learner registers again';

/** How a registration stands, without its whole name or number. */
export function showRegistration(
  dependencies: OperatingDependencies,
  operation: Operation,
): Promise<Operated<{ kind: 'shown'; registration: ShownRegistration }>> {
  return operate(dependencies, operation, async (tx, subject) => {
    await recordOperation(tx, operation, subject, 'registration.shown');
    return { kind: 'shown', registration: await showDevice(tx, dependencies.keyring, subject) };
  });
}

/** Lifts a lock that wrong codes made (C-5); the count begins anew. */
export function unlockRegistration(
  dependencies: OperatingDependencies,
  operation: Operation,
): Promise<Operated> {
  return operate(dependencies, operation, async (tx, subject) => {
    const { device } = subject;
    if (device.status !== 'active') return refused(NOT_ACTIVE);
    if (device.locked_at === null) return refused('this registration is not locked');
    if (device.locked_because === 'disputed') {
      return refused(
        'its holder said “this was not me”: a certified identity check lifts this lock, or the learner registers again after `motp registration release`',
      );
    }
    await liftLock(tx, device.id, operationEvent(operation, subject));
    return { kind: 'done' };
  });
}

/** 등록 초기화 by staff: the registration ends; what was learned about the number stays. */
export function resetRegistration(
  dependencies: OperatingDependencies,
  operation: Operation,
): Promise<Operated> {
  return operate(dependencies, operation, async (tx, subject) => {
    const isEnded = await endDevice(tx, subject.device.id, 'reset', subject.now);
    if (!isEnded) return refused(NOT_ACTIVE);
    await recordOperation(tx, operation, subject, 'registration.reset');
    return { kind: 'done' };
  });
}

/**
 * R-2a: the next registration of this number may have another name, and R-5: a message suffices for it though the
 * present one was locked by dispute. What is registered now stays as it is until then.
 */
export function releaseRegistration(
  dependencies: OperatingDependencies,
  operation: Operation,
): Promise<Operated> {
  return operate(
    dependencies,
    operation,
    async (tx, subject) => {
      await releaseName(tx, subject.learner.id);
      await deleteHoldMark(tx, subject.phoneKey);
      await recordOperation(tx, operation, subject, 'learner.name-released');
      return { kind: 'done' };
    },
    releaseWithdrawn,
  );
}

/** Whoever withdrew consent while their registration was disputed left a number that is held. */
async function releaseWithdrawn(tx: Tx, operation: Operation, missing: Missing): Promise<Operated> {
  if (!(await deleteHoldMark(tx, missing.phoneKey))) return notFound(tx, operation, missing);
  await recordOperation(tx, operation, missing, 'learner.name-released');
  return { kind: 'done' };
}

type Missing = Pick<Subject, 'phoneKey' | 'now'>;

/** Who looked for whom in vain is in the trail, the number is not. */
async function notFound(tx: Tx, operation: Operation, missing: Missing): Promise<Operated<never>> {
  await recordOperation(tx, operation, missing, 'registration.shown', { found: false });
  return refused(NOTHING);
}

/** One operation under the learner's lock, while servers run. */
async function operate<Done>(
  { database, keyring, world }: OperatingDependencies,
  operation: Operation,
  act: (tx: Tx, subject: Subject) => Promise<Operated<Done>>,
  actOnMissing: (tx: Tx, operation: Operation, missing: Missing) => Promise<Operated<Done>> = notFound,
): Promise<Operated<Done>> {
  const problem = reasonProblem(operation.reason);
  if (problem !== undefined) return refused(problem);
  const phone = parsePhone(operation.phone);
  if (!phone) return refused('this is not a phone number');
  const phoneKey = keyring.hash('phone', phone);
  return database.transaction(async (tx) => {
    const before = await findLearner(tx, { phone_key: phoneKey });
    if (before) await lockLearner(tx, before.id);
    const now = world.now();
    const learner = await findLearner(tx, { phone_key: phoneKey });
    const device = learner && learner.id === before?.id ? await latestDevice(tx, learner.id) : undefined;
    if (!learner || !device) return actOnMissing(tx, operation, { phoneKey, now });
    return act(tx, { phoneKey, learner, device, now });
  });
}

const recordOperation = (
  tx: Tx,
  operation: Operation,
  subject: Pick<Subject, 'now'> & Partial<Subject>,
  kind: 'registration.shown' | 'registration.reset' | 'learner.name-released',
  more: { found?: boolean } = {},
) => record(tx, { ...operationEvent(operation, subject, more), kind, device: subject.device?.id ?? null });

const operationEvent = (
  { actor, reason }: Operation,
  { now, learner }: Pick<Subject, 'now'> & Partial<Subject>,
  more: { found?: boolean } = {},
) => ({ at: now, actor, learner: learner?.id ?? null, data: { reason: reason.trim(), ...more } });
