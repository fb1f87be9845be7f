import type { Code } from '@motp/otp';
import type { AnswerReply, RefusedAnswer } from '@motp/protocol';
import type { Database } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import type { Answers, Judged } from './answer-check.ts';
import { explainByClock, explainMismatch } from './explain-refusal.ts';
import { type ReceiptIssuer, receiptOf } from './receipt.ts';
import { isOver } from './rules.ts';
import { type AnsweredCheck, findByToken } from './store.ts';
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
  if (outcome.kind === 'unknown-check') return 'check-unknown';
  if (outcome.kind === 'unavailable') return 'unavailable';
  return explained(dependencies, outcome, { check: outcome.check, code: typed.code, now });
}

async function withoutCode({ database }: AnswerCode, hash: string, now: number): Promise<NoAnswer> {
  const found = await findByToken(database, hash);
  if (!found) return 'check-unknown';
  const { status, expires_at: expiresAt } = found.check;
  return isOver({ status, expiresAt }, now) ? 'check-over' : 'not-a-code';
}

interface Explaining {
  check: AnsweredCheck;
  code: Code;
  now: number;
}

async function explained(
  { database, keyring, issuer }: AnswerCode,
  { judgement, check, device }: Judged,
  refused: Explaining,
): Promise<AnswerReply | NoAnswer> {
  switch (judgement.kind) {
    case 'over':
      return 'check-over';
    case 'mismatch':
      return explainMismatch(database, keyring, refused, judgement.reason);
    case 'refused':
      return { outcome: 'refused', reason: judgement.reason, triesLeft: judgement.triesLeft };
    case 'repeated':
      return wrongAnswer(judgement.triesLeft, judgement.clockOffset ?? undefined);
    case 'wrong': {
      const search = judgement.searchClock && device;
      const offset = search ? await explainByClock(database, keyring, refused, device) : undefined;
      return wrongAnswer(judgement.triesLeft, offset);
    }
    case 'passed': {
      const returnUrl = returnAddress(check);
      return { outcome: 'passed', receipt: receiptOf(check, issuer), ...(returnUrl ? { returnUrl } : {}) };
    }
  }
}

function wrongAnswer(triesLeft: number, clockOffset: number | undefined): RefusedAnswer {
  return clockOffset === undefined
    ? { outcome: 'refused', reason: 'wrong-code', triesLeft }
    : { outcome: 'refused', reason: 'clock-off', triesLeft, clockOffset };
}
