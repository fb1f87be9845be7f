import { type Code, clockOffsetSeconds, clockSearchSteps, stepAt } from '@motp/otp';
import type { RefusedAnswer } from '@motp/protocol';
import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import { lastFour, maskName, type PhoneNumber } from '../learners/rules.ts';
import { codesOf, wrongCodeKey } from './codes.ts';
import {
  countComparison,
  findActiveDevice,
  findLastPassedDevice,
  lockDevice,
  lockLearner,
  readLearner,
  setExplained,
} from './explain-store.ts';
import { wrongsOf } from './rows.ts';
import { compareLimits, isAcceptedNow, MAX_FAILURES } from './rules.ts';
import type { AnsweredCheck, AnsweredDevice, StoredDevice } from './store.ts';

/** What an explanation needs of an answer that was refused already; it never accepts. */
export interface Refused {
  check: AnsweredCheck;
  /** The active registration of the check's number. */
  device: AnsweredDevice | undefined;
  code: Code;
  /** Arrival of the request, epoch ms. */
  now: number;
}

/**
 * C-4a: looks for the step that a phone with a wrong clock shows. Runs after the failure is committed and
 * outside any lock. A step of the future that it finds is committed as spent before anybody hears of it.
 * @returns phone minus server, seconds, or undefined when no clock explains the code
 */
export async function explainByClock(
  database: Database,
  keyring: Keyring,
  refused: Refused,
): Promise<number | undefined> {
  const { check, code, device, now } = refused;
  if (!device) return undefined;
  const step = searched(keyring, refused, device);
  if (step === undefined) return undefined;
  const offset = clockOffsetSeconds(step, now);
  const key = wrongCodeKey(keyring, check.id, code);
  await database.transaction(async (tx) => {
    await lockLearner(tx, device.learner_id);
    const stored = await lockDevice(tx, device.id);
    if (!stored) return;
    await setExplained(tx, device.id, {
      spent_json: step > stepAt(now) ? withSpent(stored, step, now) : stored.spent_json,
      wrongs_json: JSON.stringify(
        wrongsOf(stored).map((wrong) =>
          wrong.check === check.id && wrong.key === key ? { ...wrong, clockOffset: offset } : wrong,
        ),
      ),
    });
  });
  return offset;
}

function searched(keyring: Keyring, { code, now }: Refused, device: AnsweredDevice): number | undefined {
  const codes = codesOf(keyring, device);
  const step = clockSearchSteps(now).find((candidate) => codes.codeOf(candidate) === code);
  codes.forget();
  return step;
}

function withSpent({ spent_json }: StoredDevice, step: number, now: number): string {
  const ahead = (JSON.parse(spent_json) as number[]).filter((spent) => spent >= stepAt(now));
  return JSON.stringify([...new Set([...ahead, step])]);
}

/**
 * C-3: says which of the two, name or number, differs from the registration, and C-3a: shows the masked
 * registered value to somebody who holds that registration's phone. Nothing about codes changes.
 */
export async function explainMismatch(
  database: Database,
  keyring: Keyring,
  refused: Refused,
  reason: 'not-registered' | 'name-differs',
): Promise<RefusedAnswer> {
  return database.transaction(async (tx) => {
    const found = await findRegistration(tx, refused.check, reason);
    if (found.device) await lockLearner(tx, found.device.learner_id);
    const hint = found.device ? await hintOf(tx, keyring, refused, found) : {};
    await record(tx, {
      at: refused.now,
      kind: 'check.refused',
      actor: 'learner',
      institution: refused.check.institution_id,
      learner: found.device?.learner_id ?? null,
      device: found.device?.id ?? null,
      check: refused.check.id,
      data: { reason: found.reason, hint: Object.keys(hint).length > 0 },
    });
    return { outcome: 'refused', reason: found.reason, triesLeft: MAX_FAILURES, ...hint };
  });
}

interface Found {
  reason: 'not-registered' | 'name-differs' | 'phone-differs';
  device: StoredDevice | undefined;
}

async function findRegistration(
  tx: Tx,
  check: AnsweredCheck,
  reason: 'not-registered' | 'name-differs',
): Promise<Found> {
  if (reason === 'name-differs') return { reason, device: await findActiveDevice(tx, check.phone_key) };
  const device = await findLastPassedDevice(tx, check);
  return device ? { reason: 'phone-differs', device } : { reason, device };
}

async function hintOf(
  tx: Tx,
  keyring: Keyring,
  { check, code, now }: Refused,
  { reason, device }: Found,
): Promise<Pick<RefusedAnswer, 'registeredName' | 'registeredPhone'>> {
  if (!device) return {};
  const limits = compareLimits(now);
  const counted = await countComparison(
    tx,
    { id: check.id, most: limits.perCheck },
    { id: device.id, day: limits.day, most: limits.perDay },
  );
  if (!counted || !holdsPhone(keyring, device, code, now)) return {};
  const learner = await readLearner(tx, device.learner_id);
  if (!learner?.name_sealed || !learner.phone_sealed) return {};
  const opened = (column: 'name' | 'phone', sealed: Sealed) =>
    keyring.open({ table: 'learner', column, row: learner.id }, sealed).toString();
  return reason === 'name-differs'
    ? { registeredName: maskName(opened('name', learner.name_sealed)) }
    : { registeredPhone: lastFour(opened('phone', learner.phone_sealed) as PhoneNumber) };
}

function holdsPhone(keyring: Keyring, device: StoredDevice, code: Code, now: number): boolean {
  const codes = codesOf(keyring, device);
  const isCode = isAcceptedNow(now, (step) => codes.codeOf(step) === code);
  codes.forget();
  return isCode;
}
