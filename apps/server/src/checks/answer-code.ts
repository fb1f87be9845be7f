import type { Code } from '@motp/otp';
import type { AnswerReply, RefusedAnswer } from '@motp/protocol';
import type { Database } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import type { AnswerOutcome, Answers } from './answer-check.ts';
import { explainByClock, explainMismatch, type Refused } from './explain-refusal.ts';
import { type ReceiptIssuer, receiptOf } from './receipt.ts';
import { isOver } from './rules.ts';
import { findByToken } from './store.ts';
import { returnAddress } from './view-check.ts';

export interface AnswerCode {
  database: Database;
  keyring: Keyring;
  world: World;
  issuer: ReceiptIssuer;
  answers: Answers;
}

type NoAnswer = 'check-unknown' | 'check-over' | 'not-a-code' | 'unavailable';

/**
 * One typed code, from the queue to what the page shows. A refusal is explained only after it is committed.
 * @param typed `code` is undefined when what was typed is no code: whether the check is over is said first (C-4)
 * @param now arrival of the request, epoch ms
 */
export async function answerCode(
  dependencies: AnswerCode,
  typed: { hash: string; code: Code | undefined },
  now: number,
): Promise<AnswerReply | NoAnswer> {
  if (typed.code === undefined) return withoutCode(dependencies, typed.hash, now);
  const outcome = await dependencies.answers.add({ tokenHash: typed.hash, code: typed.code, now });
  return replyTo(dependencies, outcome, { hash: typed.hash, code: typed.code, now });
}

async function withoutCode({ database }: AnswerCode, hash: string, now: number): Promise<NoAnswer> {
  const found = await findByToken(database, hash);
  if (!found) return 'check-unknown';
  const { status, expires_at: expiresAt } = found.check;
  return isOver({ status, expiresAt }, now) ? 'check-over' : 'not-a-code';
}

interface Typed {
  hash: string;
  code: Code;
  now: number;
}

/** A promise only where something has yet to be read: to wait for one that is there costs each answer three turns. */
function replyTo(
  dependencies: AnswerCode,
  outcome: AnswerOutcome,
  typed: Typed,
): AnswerReply | NoAnswer | Promise<AnswerReply> {
  switch (outcome.kind) {
    case 'unknown-check':
      return 'check-unknown';
    case 'unavailable':
      return 'unavailable';
    case 'over':
      return 'check-over';
    case 'mismatch':
      return explainedMismatch(dependencies, outcome.reason, typed);
    case 'refused':
      return { outcome: 'refused', reason: outcome.reason, triesLeft: outcome.triesLeft };
    case 'repeated':
      return wrongAnswer(outcome.triesLeft, outcome.clockOffset ?? undefined);
    case 'wrong':
      return outcome.searchClock
        ? searchedWrong(dependencies, outcome.triesLeft, typed)
        : wrongAnswer(outcome.triesLeft, undefined);
    case 'passed': {
      const { check } = outcome;
      const receipt = receiptOf(check, dependencies.issuer);
      const returnUrl = returnAddress(check);
      return { outcome: 'passed', receipt, ...(returnUrl ? { returnUrl } : {}) };
    }
  }
}

async function explainedMismatch(
  { database, keyring }: AnswerCode,
  reason: Extract<AnswerOutcome, { kind: 'mismatch' }>['reason'],
  typed: Typed,
): Promise<AnswerReply> {
  return explainMismatch(database, keyring, await refusedOf(database, typed), reason);
}

async function searchedWrong(
  { database, keyring }: AnswerCode,
  triesLeft: number,
  typed: Typed,
): Promise<RefusedAnswer> {
  return wrongAnswer(triesLeft, await explainByClock(database, keyring, await refusedOf(database, typed)));
}

/** What a refusal is explained by is read after its commit: most refusals need no explanation. */
async function refusedOf(database: Database, { hash, code, now }: Typed): Promise<Refused> {
  const found = await findByToken(database, hash);
  if (!found) throw new Error('a check that was answered is gone');
  return { check: found.check, device: found.device, code, now };
}

function wrongAnswer(triesLeft: number, clockOffset: number | undefined): RefusedAnswer {
  return clockOffset === undefined
    ? { outcome: 'refused', reason: 'wrong-code', triesLeft }
    : { outcome: 'refused', reason: 'clock-off', triesLeft, clockOffset };
}
