import { tooOldSteps } from '@motp/otp';
import type { AuditEvent } from '../audit/event.ts';
import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import { type Keyring, SealError } from '../keys/keyring.ts';
import { type QueueDependencies, queueEvents } from '../webhooks/queue-event.ts';
import { newId, type World } from '../world.ts';
import { AnswerQueue } from './answer-queue.ts';
import { passedEvent } from './check-event.ts';
import { type Codes, codesOf, wrongCodeKey } from './codes.ts';
import { tokenHash } from './open-check.ts';
import { findCheck, insertCheck } from './open-store.ts';
import { registrationState, settledDevice, wrongsOf } from './rows.ts';
import { type Judgement, judge, type RegistrationState } from './rules.ts';
import { settleDevices } from './store.ts';
import type { AnswerUnopened, UnopenedAnswer, UnopenedOutcome } from './unopened.ts';
import {
  type Counter,
  counterAfterPass,
  counterAfterWrong,
  counterNow,
  judgedBy,
  noCounter,
  reasonOf,
  registrationAfterPass,
  unopenedCheck,
} from './unopened-rules.ts';
import {
  counterKey,
  countPassed,
  type FoundRegistration,
  findRecords,
  insertRecord,
  lockLearnersOf,
  lockRegistrationOf,
  putCounter,
  readCounter,
} from './unopened-store.ts';

export interface UnopenedDependencies extends QueueDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
}

/** An answer that waited longer is not judged, as in the queue of answers. */
const MAX_WAIT_MS = 5_000;

/**
 * Codes for checks that nobody opened (ADR 0021): judged by the rules of every answer, under the locks of every
 * answer, in batches of their own. What one of a batch changed, the next one reads.
 */
export function answerUnopened(dependencies: UnopenedDependencies): AnswerUnopened {
  const queue = new AnswerQueue<UnopenedAnswer, UnopenedOutcome>((batch) => answerBatch(dependencies, batch));
  return (answer) => queue.add(answer);
}

async function answerBatch(
  dependencies: UnopenedDependencies,
  all: readonly UnopenedAnswer[],
): Promise<(UnopenedOutcome | Error)[]> {
  const { database, world } = dependencies;
  const began = world.now();
  const isLate = (answer: UnopenedAnswer) => began - answer.now > MAX_WAIT_MS;
  const phoneKeys = [...new Set(all.filter((answer) => !isLate(answer)).map(({ phoneKey }) => phoneKey))];
  if (phoneKeys.length === 0) return all.map(() => ({ kind: 'unavailable' }));
  return database.transaction(async (tx) => {
    await lockLearnersOf(tx, phoneKeys);
    const outcomes: (UnopenedOutcome | Error)[] = [];
    for (const answer of all) {
      outcomes.push(isLate(answer) ? { kind: 'unavailable' } : await answerOne(dependencies, tx, answer));
    }
    return outcomes;
  });
}

async function answerOne(
  dependencies: UnopenedDependencies,
  tx: Tx,
  answer: UnopenedAnswer,
): Promise<UnopenedOutcome | Error> {
  const found = await lockRegistrationOf(tx, answer.phoneKey);
  if (!found || found.device.name_key !== answer.nameKey) {
    const reason = found ? 'name-differs' : 'not-registered';
    await record(tx, refusedEvent(answer, found, { reason }));
    return { kind: 'mismatch' };
  }
  const codes = codesOf(dependencies.keyring, found.device);
  try {
    return await settle(dependencies, tx, await judged(dependencies, tx, { answer, found, codes }));
  } catch (error) {
    // A seed that does not open fails this answer alone; nothing was written before it was judged.
    if (error instanceof SealError) return error;
    throw error;
  } finally {
    codes.forget();
  }
}

interface Answering {
  readonly answer: UnopenedAnswer;
  readonly found: FoundRegistration;
  readonly codes: Codes;
}

interface Judged extends Answering {
  readonly judgement: Judgement;
  readonly before: RegistrationState;
  readonly counter: Counter;
}

async function judged({ keyring }: UnopenedDependencies, tx: Tx, answering: Answering): Promise<Judged> {
  const { answer, found, codes } = answering;
  const key = counterKey(answer.institution, found.device.id, answer.channel);
  const kept = (await readCounter(tx, key)) ?? noCounter;
  const passed = kept.closedAt === null ? 0 : await countPassed(tx, answer);
  const counter = counterNow(kept, passed, answer.now);
  const before = registrationState(found.device);
  const check = unopenedCheck(answer, counter);
  const judgement = judge(check, judgedBy(answer.channel, before, counter), {
    code: answer.code,
    now: answer.now,
    codeOf: (step) => codes.codeOf(step),
    keyOf: (code) => wrongCodeKey(keyring, `${answer.institution}\0${found.device.id}`, code),
  });
  return { ...answering, judgement, before, counter };
}

async function settle(dependencies: UnopenedDependencies, tx: Tx, judged: Judged): Promise<UnopenedOutcome> {
  const { judgement } = judged;
  switch (judgement.kind) {
    case 'passed':
      return settlePass(dependencies, tx, judged, judgement);
    case 'wrong':
      return settleWrong(dependencies, tx, judged, judgement);
    case 'repeated':
      await recordRefusal(tx, judged, { reason: 'wrong-code', counted: false });
      return { kind: 'wrong', triesLeft: judgement.triesLeft };
    case 'refused': {
      const repeated = judgement.reason === 'code-used' ? await passedBefore(tx, judged) : undefined;
      if (repeated) return repeated;
      await recordRefusal(tx, judged, { reason: judgement.reason, counted: false });
      return judgement.reason === 'locked'
        ? { kind: 'locked' }
        : { kind: 'refused', reason: judgement.reason };
    }
    default:
      throw new Error(`a check that nobody opened was judged ${judgement.kind}`);
  }
}

async function settleWrong(
  dependencies: UnopenedDependencies,
  tx: Tx,
  judged: Judged,
  judgement: Extract<Judgement, { kind: 'wrong' }>,
): Promise<UnopenedOutcome> {
  const { answer, found, counter } = judged;
  const isLast = judgement.triesLeft === 0;
  const passed = isLast && answer.channel === 'anonymous' ? await countPassed(tx, answer) : 0;
  const after = counterAfterWrong(answer.channel, counter, judgement, passed);
  await putCounter(tx, counterKey(answer.institution, found.device.id, answer.channel), after);
  if (answer.channel === 'vouched') {
    await settleDevices(tx, [settled(dependencies, found, judgement.registration)]);
  }
  await recordRefusal(tx, judged, { reason: 'wrong-code', counted: true, triesLeft: judgement.triesLeft });
  if (isLast) {
    const kind = answer.channel === 'vouched' ? 'registration.locked' : 'drop-in.closed';
    await record(tx, eventOf(answer, found, kind, { because: 'wrong-codes' }));
  }
  return { kind: 'wrong', triesLeft: judgement.triesLeft };
}

async function settlePass(
  dependencies: UnopenedDependencies,
  tx: Tx,
  judged: Judged,
  { registration }: Extract<Judgement, { kind: 'passed' }>,
): Promise<UnopenedOutcome> {
  const { answer, found, before, counter } = judged;
  const { device } = found;
  const after = registrationAfterPass(answer.channel, before, registration);
  await settleDevices(tx, [settled(dependencies, found, after)]);
  if (counter !== noCounter) {
    const key = counterKey(answer.institution, device.id, answer.channel);
    await putCounter(tx, key, counterAfterPass(answer.channel, counter, registration));
  }
  const id = newId('dir', dependencies.world);
  const check = answer.channel === 'vouched' ? await passCheck(dependencies, tx, judged) : undefined;
  await insertRecord(tx, {
    ...placeOf(answer),
    id,
    kind: 'code',
    standing: check ? 'signed' : 'unsigned',
    check_id: check?.id ?? null,
    device_id: device.id,
    step: after.lastStep,
    source_key: null,
    at: answer.now,
  });
  if (check) return { kind: 'passed', repeated: false, pass: { standing: 'signed', check } };
  await record(tx, eventOf(answer, found, 'drop-in.passed', { record: id }));
  return { kind: 'passed', repeated: false, pass: { standing: 'unsigned', id, at: answer.now, device } };
}

/** The row as it will stand; wrong codes of opened checks are none of this answer's business. */
const settled = ({ world }: UnopenedDependencies, { device }: FoundRegistration, state: RegistrationState) =>
  settledDevice(device.place, state, wrongsOf(device), newId('batch', world));

/** With the key it is a check like any other, opened and passed at once. */
async function passCheck(dependencies: UnopenedDependencies, tx: Tx, { answer, found }: Judged) {
  const id = newId('chk', dependencies.world);
  const { device } = found;
  const row = {
    ...placeOf(answer),
    id,
    name_key: answer.nameKey,
    phone_key: answer.phoneKey,
    course_title: answer.course,
    locale: 'ko',
    // Nobody is shown a page of it: its address is never given.
    token_hash: tokenHash(dependencies.world.random(32).toString('base64url')),
    status: 'passed' as const,
    reasons_json: JSON.stringify([reasonOf(answer)]),
    method: 'motp',
    device_id: device.id,
    device_thumbprint: device.thumbprint,
    registration_at: device.registered_at,
    registration_proof: device.proof,
    created_at: answer.now,
    expires_at: answer.now,
    passed_at: answer.now,
    compared: 0,
  };
  if (!(await insertCheck(tx, row))) throw new Error('a check was there before it was passed');
  const check = await findCheck(tx, answer.institution, id);
  if (!check) throw new Error('a check is gone');
  await record(tx, {
    ...eventOf(answer, found, 'check.passed', { method: 'motp', via: 'drop-in' }),
    check: id,
  });
  await queueEvents(tx, dependencies, [passedEvent(check, 'motp', answer.now)]);
  return check;
}

/** The code was spent here for this very occasion: a lost reply is found again (C-9). */
async function passedBefore(tx: Tx, { answer, found, codes }: Judged): Promise<UnopenedOutcome | undefined> {
  const [since = 0] = tooOldSteps(answer.now);
  const records = await findRecords(tx, found.device.id, answer, since);
  const same = records.find(
    ({ step, standing }) =>
      step !== null &&
      codes.codeOf(step) === answer.code &&
      (answer.channel === 'anonymous' || standing === 'signed'),
  );
  if (!same) return undefined;
  if (same.check_id === null || answer.channel === 'anonymous') {
    const { id, at } = same;
    return { kind: 'passed', repeated: true, pass: { standing: 'unsigned', id, at, device: found.device } };
  }
  const check = await findCheck(tx, answer.institution, same.check_id);
  return check && { kind: 'passed', repeated: true, pass: { standing: 'signed', check } };
}

const placeOf = ({ institution, learner, course, round, occasion }: UnopenedAnswer) => ({
  institution_id: institution,
  learner_ref: learner,
  course_id: course,
  round,
  occasion_kind: occasion.kind,
  occasion_number: occasion.number,
});

const recordRefusal = (tx: Tx, { answer, found }: Judged, data: NonNullable<AuditEvent['data']>) =>
  record(tx, refusedEvent(answer, found, data));

const refusedEvent = (
  answer: UnopenedAnswer,
  found: FoundRegistration | undefined,
  data: NonNullable<AuditEvent['data']>,
): AuditEvent =>
  answer.channel === 'vouched'
    ? eventOf(answer, found, 'check.refused', { ...data, via: 'drop-in' })
    : eventOf(answer, found, 'drop-in.refused', data);

const eventOf = (
  answer: UnopenedAnswer,
  found: FoundRegistration | undefined,
  kind: AuditEvent['kind'],
  data: NonNullable<AuditEvent['data']>,
): AuditEvent => ({
  at: answer.now,
  kind,
  actor: answer.channel === 'vouched' ? 'institution' : 'learner',
  institution: answer.institution,
  learner: found?.device.learner_id ?? null,
  device: found?.device.id ?? null,
  data,
});
