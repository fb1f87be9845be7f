import type { Code } from '@motp/otp';
import type { AuditEvent } from '../audit/event.ts';
import { record } from '../audit/record.ts';
import { CommitUnknownError, type Database, type Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type Outgoing, type QueueDependencies, queueEvents } from '../webhooks/queue-event.ts';
import { newId, type World } from '../world.ts';
import { AnswerQueue, type Waiting } from './answer-queue.ts';
import { lockedEvent, passedEvent } from './check-event.ts';
import { codesOf, wrongCodeKey } from './codes.ts';
import { checkState, registrationState, settledCheck, settledDevice } from './rows.ts';
import { type CheckState, type Judgement, judge, type RegistrationState } from './rules.ts';
import {
  type AnsweredCheck,
  type AnsweredDevice,
  type Gathered,
  gather,
  isSettled,
  settleFailures,
  settlePassed,
  settleRefused,
  settleUses,
} from './store.ts';

/** One typed code: `now` is when its request arrived, epoch ms. */
export interface AnswerItem {
  readonly tokenHash: string;
  readonly code: Code;
  readonly now: number;
}

export interface Judged {
  kind: 'judged';
  judgement: Judgement;
  check: AnsweredCheck;
  device: AnsweredDevice | undefined;
}

/** `unavailable`: not judged, and nothing changed. */
export type AnswerOutcome = Judged | { kind: 'unknown-check' } | { kind: 'unavailable' };

export interface AnswerDependencies extends QueueDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
  observe?(batch: { size: number; milliseconds: number }): void;
}

/** An answer that waited longer is not judged: its code may have passed its time in our queue. */
const MAX_WAIT_MS = 5_000;

export type Answers = AnswerQueue<AnswerItem, AnswerOutcome>;

/** The one path of an answer: gather, judge, settle (ADR 0003). */
export function answerQueue(dependencies: AnswerDependencies): Answers {
  return new AnswerQueue((batch) => answerBatch(dependencies, batch));
}

type WaitingAnswer = Waiting<AnswerItem, AnswerOutcome>;

/** A check and its registration as this batch has changed them so far. */
interface Subject {
  readonly stored: Gathered;
  readonly registration: Registration | undefined;
  check: CheckState;
  touched: boolean;
}

/** One registration may stand behind several checks of a batch: they share this. */
interface Registration {
  state: RegistrationState;
}

async function answerBatch(dependencies: AnswerDependencies, all: readonly WaitingAnswer[]): Promise<void> {
  const { database, keyring, world, observe } = dependencies;
  const started = world.now();
  const batch = all.filter((answer) => !isStale(answer, started));
  if (batch.length === 0) return;
  const id = newId('batch', world);
  let outcomes: (AnswerOutcome | Error)[] = [];
  let changed: string[] = [];
  try {
    await database.transaction(async (tx) => {
      const hashes = [...new Set(batch.map(({ item }) => item.tokenHash))];
      const subjects = subjectsOf(await gather(tx, hashes));
      outcomes = batch.map(({ item }) => judgeOne(keyring, subjects.get(item.tokenHash), item));
      changed = await settle(tx, id, [...subjects.values()]);
      await record(tx, ...batch.flatMap(({ item }, index) => events(item.now, outcomes[index])));
      const isTold = (item: AnswerItem) => subjects.get(item.tokenHash)?.stored.isTold === true;
      const told = batch.flatMap(({ item }, index) =>
        isTold(item) ? outgoing(item.now, outcomes[index]) : [],
      );
      await queueEvents(tx, dependencies, told);
    });
  } catch (error) {
    const holds = error instanceof CommitUnknownError && (await isCommitted(database, id, changed));
    if (!holds) throw error;
  }
  observe?.({ size: batch.length, milliseconds: world.now() - started });
  batch.forEach((answer, index) => {
    deliver(answer, outcomes[index]);
  });
}

function deliver(answer: WaitingAnswer, outcome: AnswerOutcome | Error | undefined): void {
  if (outcome === undefined || outcome instanceof Error) answer.reject(outcome);
  else answer.resolve(outcome);
}

function isStale(answer: WaitingAnswer, now: number): boolean {
  const stale = now - answer.item.now > MAX_WAIT_MS;
  if (stale) answer.resolve({ kind: 'unavailable' });
  return stale;
}

/** A commit that was not answered is settled by reading its rows again, on a new connection. */
async function isCommitted(database: Database, batch: string, checkIds: readonly string[]): Promise<boolean> {
  return checkIds.length > 0 && (await isSettled(database, batch, checkIds));
}

function subjectsOf(gathered: readonly Gathered[]): Map<string, Subject> {
  const registrations = new Map<string, Registration>();
  const registrationOf = ({ device, learnerNameKey }: Gathered): Registration | undefined => {
    if (!device) return undefined;
    const known = registrations.get(device.id) ?? { state: registrationState(device, learnerNameKey) };
    registrations.set(device.id, known);
    return known;
  };
  const subjectOf = (stored: Gathered): Subject => ({
    stored,
    registration: registrationOf(stored),
    check: checkState(stored.check),
    touched: false,
  });
  return new Map(gathered.map((stored) => [stored.check.token_hash, subjectOf(stored)]));
}

/** A throw, for example a seed that does not open, fails this answer alone. */
function judgeOne(keyring: Keyring, subject: Subject | undefined, item: AnswerItem): AnswerOutcome | Error {
  if (!subject) return { kind: 'unknown-check' };
  const { registration, stored } = subject;
  const codes = stored.device && codesOf(keyring, stored.device);
  try {
    const judgement = judge(subject.check, registration?.state, {
      code: item.code,
      now: item.now,
      codeOf: (step) => codes?.codeOf(step) ?? noRegistration(),
      keyOf: (code) => wrongCodeKey(keyring, stored.check.id, code),
    });
    apply(subject, judgement);
    const check = settledCheck(stored.check, subject.check, stored.device);
    return { kind: 'judged', judgement, check, device: stored.device };
  } catch (error) {
    return error instanceof Error ? error : new Error('judging failed', { cause: error });
  } finally {
    codes?.forget();
  }
}

function noRegistration(): never {
  throw new Error('a code was asked for without a registration');
}

function apply(subject: Subject, judgement: Judgement): void {
  if (judgement.kind !== 'wrong' && judgement.kind !== 'passed') return;
  subject.check = judgement.check;
  subject.touched = true;
  if (subject.registration) subject.registration.state = judgement.registration;
}

/** One UPDATE for the registrations and one for the checks, of each outcome. @returns ids of the changed checks */
async function settle(tx: Tx, batch: string, subjects: readonly Subject[]): Promise<string[]> {
  const touched = subjects.filter((subject) => subject.touched);
  const devices = new Map(
    touched.flatMap(({ stored: { device }, registration }) =>
      device && registration ? [[device.id, { device, state: registration.state }] as const] : [],
    ),
  );
  const settled = (isUsed: boolean) =>
    [...devices.values()]
      .filter(({ device, state }) => (state.lastStep !== device.last_step) === isUsed)
      .map(({ device, state }) => settledDevice(device.id, state));
  const judged = (isPassed: boolean) =>
    touched
      .filter(({ check }) => (check.status === 'passed') === isPassed)
      .map(({ stored, check }) => ({ ...settledCheck(stored.check, check, stored.device), batch }));
  await settleFailures(tx, settled(false));
  await settleUses(tx, settled(true));
  await settleRefused(tx, judged(false));
  await settlePassed(tx, judged(true));
  return touched.map(({ stored }) => stored.check.id);
}

/** The trail of one answer. A mismatch is recorded where it is explained, an answer after the end is not. */
function events(at: number, outcome: AnswerOutcome | Error | undefined): AuditEvent[] {
  if (outcome === undefined || outcome instanceof Error || outcome.kind !== 'judged') return [];
  const { judgement, check, device } = outcome;
  if (judgement.kind === 'over' || judgement.kind === 'mismatch') return [];
  const event = (kind: AuditEvent['kind'], data: NonNullable<AuditEvent['data']>): AuditEvent => ({
    at,
    kind,
    actor: 'learner',
    institution: check.institution_id,
    learner: device?.learner_id ?? null,
    device: device?.id ?? null,
    check: check.id,
    data,
  });
  if (judgement.kind === 'passed') return [event('check.passed', { method: 'motp' })];
  const reason = judgement.kind === 'refused' ? judgement.reason : 'wrong-code';
  const refused = event('check.refused', {
    reason,
    triesLeft: judgement.triesLeft,
    counted: judgement.kind === 'wrong',
  });
  return isLocking(judgement)
    ? [refused, event('registration.locked', { because: 'wrong-codes' })]
    : [refused];
}

const isLocking = (judgement: Judgement): boolean => judgement.kind === 'wrong' && judgement.triesLeft === 0;

/** What the institution of the check is told of one answer. */
function outgoing(at: number, outcome: AnswerOutcome | Error | undefined): Outgoing[] {
  if (outcome === undefined || outcome instanceof Error || outcome.kind !== 'judged') return [];
  const { judgement, check } = outcome;
  if (judgement.kind === 'passed') return [passedEvent(check, 'motp', at)];
  return isLocking(judgement) ? [lockedEvent(check, at)] : [];
}
