import type { Code } from '@motp/otp';
import { CommitUnknownError } from '../db/commit-unknown.ts';
import type { Dialect } from '../db/dialect.ts';
import { mayBeTriedAgain } from '../db/faults.ts';
import type { Database, Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type QueueDependencies, queueEvents } from '../webhooks/queue-event.ts';
import { newId, type World } from '../world.ts';
import { AnswerQueue, type RunBatch } from './answer-queue.ts';
import { answerEvents, answerOutgoing, isLocking } from './answer-trail.ts';
import { codesOf, wrongCodeKey } from './codes.ts';
import { checkState, passedCheck, type RememberedWrong, registrationState, wrongsOf } from './rows.ts';
import { type CheckState, type Judgement, judge, type RegistrationState } from './rules.ts';
import { type Change, type Settled, settle } from './settle-answers.ts';
import {
  type AnsweredCheck,
  type AnsweredDevice,
  type AnsweredFully,
  type Gathered,
  gather,
  isSettled,
  readAnswered,
} from './store.ts';

/** One typed code: `now` is when its request arrived, epoch ms. */
export interface AnswerItem {
  readonly tokenHash: string;
  readonly code: Code;
  readonly now: number;
}

/**
 * What the page is told of, and nothing that a refusal does not need: outcomes cross threads. Of a check that passed
 * the row that its receipt is made of; `unavailable`: not judged, and nothing changed.
 */
export type AnswerOutcome =
  | { kind: 'unknown-check' | 'unavailable' }
  | Exclude<Judgement, { kind: 'wrong' | 'passed' }>
  | { kind: 'wrong'; triesLeft: number; searchClock: boolean }
  | { kind: 'passed'; check: AnsweredCheck };

/** Times are milliseconds: of the whole batch, and of the commit in it. */
export interface ObservedBatch {
  readonly size: number;
  readonly milliseconds: number;
  readonly commitMilliseconds: number;
}

export interface AnswerDependencies extends QueueDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
  observe?(batch: ObservedBatch): void;
  /** A monotonic clock for `observe`, ms with fractions. */
  clock?: () => number;
}

/** An answer that waited longer is not judged: its code may have passed its time in our queue. */
const MAX_WAIT_MS = 5_000;

/**
 * While one batch waits for PostgreSQL, or for the thread of SQLite's answers, others are on their way; with more of
 * them, batches get smaller and the rate falls (docs/performance.md).
 */
const LANES: Readonly<Record<Dialect, number>> = { sqlite: 2, postgres: 3 };

export type Answers = AnswerQueue<AnswerItem, AnswerOutcome>;
export type RunAnswers = RunBatch<AnswerItem, AnswerOutcome>;

/**
 * The one path of an answer: gather, judge, settle (ADR 0003).
 * @param run where batches are settled; by default in this thread
 */
export function answerQueue(
  dependencies: AnswerDependencies,
  run: RunAnswers = (batch) => answerBatch(dependencies, batch),
): Answers {
  return new AnswerQueue(run, LANES[dependencies.database.dialect]);
}

/** A check and its registration as this batch has changed them so far. */
interface Subject {
  readonly stored: Gathered;
  readonly registration: Registration | undefined;
  check: CheckState;
  touched: boolean;
}

/** One registration may stand behind several checks of a batch: they share this. */
interface Registration {
  readonly device: AnsweredDevice;
  readonly wrongs: readonly RememberedWrong[];
  state: RegistrationState;
}

/** What was judged, with the rows that the trail names. */
export interface Judged {
  readonly judgement: Judgement;
  readonly stored: Gathered;
}

/** @returns an outcome or an error for each item, in their order @throws when nothing is known of any of them */
export async function answerBatch(
  dependencies: AnswerDependencies,
  items: readonly AnswerItem[],
): Promise<(AnswerOutcome | Error)[]> {
  const started = dependencies.world.now();
  const fresh = items.filter(({ now }) => started - now <= MAX_WAIT_MS);
  const judged = fresh.length === 0 ? new Map() : await settleBatch(dependencies, fresh);
  return items.map((item) => judged.get(item) ?? { kind: 'unavailable' });
}

type Outcomes = Map<AnswerItem, AnswerOutcome | Error>;

async function settleBatch(
  dependencies: AnswerDependencies,
  batch: readonly AnswerItem[],
): Promise<Outcomes> {
  const { database, world, observe, clock = () => world.now() } = dependencies;
  const id = newId('batch', world);
  const began = clock();
  let committing = began;
  let outcomes: Outcomes = new Map();
  let changed: readonly string[] = [];
  const work = () =>
    database.transaction(async (tx) => {
      const judged = await judgeBatch(dependencies, tx, batch);
      // Before anything is settled: a commit that is not answered is looked for by them.
      outcomes = judged.outcomes;
      changed = judged.settled.changes.map(({ device }) => device.id);
      await settle(tx, id, judged.settled);
      committing = clock();
    });
  try {
    await work().catch((error) => (mayBeTriedAgain(error) ? work() : Promise.reject(error)));
  } catch (error) {
    const holds = error instanceof CommitUnknownError && (await isCommitted(database, id, changed));
    if (!holds) throw error;
  }
  const ended = clock();
  observe?.({ size: batch.length, milliseconds: ended - began, commitMilliseconds: ended - committing });
  return outcomes;
}

/** Everything of a batch but its own rows, which are settled at the very end of the transaction. */
async function judgeBatch(
  { keyring, ...dependencies }: AnswerDependencies,
  tx: Tx,
  batch: readonly AnswerItem[],
): Promise<{ outcomes: Outcomes; settled: Settled }> {
  const subjects = subjectsOf(await gather(tx, [...new Set(batch.map(({ tokenHash }) => tokenHash))]));
  const judged = batch.map((item) => judgeOne(keyring, subjects.get(item.tokenHash), item));
  const fully = await readAnswered(tx, judged.flatMap(isReadFully));
  const passed = passedChecks([...subjects.values()], fully);
  const answers = batch.flatMap(({ now }, nth) => {
    const each = judged[nth];
    return each && 'judgement' in each ? [{ now, ...each, fully: fully.get(each.stored.check.id) }] : [];
  });
  await queueEvents(tx, dependencies, answers.flatMap(answerOutgoing));
  const settled = {
    changes: changesOf([...subjects.values()]),
    passed: [...passed.values()],
    events: answers.flatMap(answerEvents),
  };
  return { outcomes: new Map(batch.map((item, nth) => [item, outcomeOf(judged[nth], passed)])), settled };
}

function isReadFully(judged: Judged | Error | undefined): string[] {
  if (!judged || judged instanceof Error) return [];
  const { judgement, stored } = judged;
  return judgement.kind === 'passed' || isLocking(judgement) ? [stored.check.id] : [];
}

function passedChecks(
  subjects: readonly Subject[],
  fully: ReadonlyMap<string, AnsweredFully>,
): Map<string, AnsweredCheck> {
  const passed = subjects.filter(({ touched, check }) => touched && check.status === 'passed');
  return new Map(
    passed.map(({ stored, check, registration }) => {
      const read = fully.get(stored.check.id);
      if (!read || !registration) throw new Error('a check passed that cannot be read');
      return [stored.check.id, passedCheck(read, check, registration.device.id)];
    }),
  );
}

/** A commit that was not answered is settled by reading its rows again, on a new connection. */
async function isCommitted(
  database: Database,
  batch: string,
  deviceIds: readonly string[],
): Promise<boolean> {
  return deviceIds.length > 0 && (await isSettled(database, batch, deviceIds));
}

function subjectsOf(gathered: readonly Gathered[]): Map<string, Subject> {
  const registrations = new Map<string, Registration>();
  const registrationOf = ({ device }: Gathered): Registration | undefined => {
    if (!device) return undefined;
    const known = registrations.get(device.id);
    if (known) return known;
    const made = { device, wrongs: wrongsOf(device), state: registrationState(device) };
    registrations.set(device.id, made);
    return made;
  };
  const subjectOf = (stored: Gathered): Subject => {
    const registration = registrationOf(stored);
    const wrong = registration?.wrongs.find(({ check }) => check === stored.check.id);
    return { stored, registration, check: checkState(stored.check, wrong), touched: false };
  };
  return new Map(gathered.map((stored) => [stored.check.token_hash, subjectOf(stored)]));
}

/** A throw, for example a seed that does not open, fails this answer alone. */
function judgeOne(
  keyring: Keyring,
  subject: Subject | undefined,
  item: AnswerItem,
): Judged | Error | undefined {
  if (!subject) return undefined;
  const { registration, stored } = subject;
  const codes = registration && codesOf(keyring, registration.device);
  try {
    const judgement = judge(subject.check, registration?.state, {
      code: item.code,
      now: item.now,
      codeOf: (step) => codes?.codeOf(step) ?? noRegistration(),
      keyOf: (code) => wrongCodeKey(keyring, stored.check.id, code),
    });
    apply(subject, judgement);
    return { judgement, stored };
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

function outcomeOf(
  judged: Judged | Error | undefined,
  passed: ReadonlyMap<string, AnsweredCheck>,
): AnswerOutcome | Error {
  if (!judged) return { kind: 'unknown-check' };
  if (judged instanceof Error) return judged;
  const { judgement, stored } = judged;
  if (judgement.kind === 'wrong') {
    return { kind: 'wrong', triesLeft: judgement.triesLeft, searchClock: judgement.searchClock };
  }
  if (judgement.kind !== 'passed') return judgement;
  const check = passed.get(stored.check.id);
  if (!check) throw new Error('a check passed and was not settled');
  return { kind: 'passed', check };
}

/** What the batch changed, by registration. */
function changesOf(subjects: readonly Subject[]): Change[] {
  const changes = new Map<string, Change>();
  for (const { registration, stored, check, touched } of subjects) {
    if (!touched || !registration) continue;
    const { device, wrongs, state } = registration;
    const change = changes.get(device.id) ?? { device, wrongs, state, checks: [] };
    change.checks.push({ id: stored.check.id, state: check });
    changes.set(device.id, change);
  }
  return [...changes.values()];
}
