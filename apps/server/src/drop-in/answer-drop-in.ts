import { parseCode } from '@motp/otp';
import { type ReceiptIssuer, receiptOf } from '../checks/receipt.ts';
import type { AnswerUnopened, Channel, UnopenedAnswer, UnopenedOutcome } from '../checks/unopened.ts';
import type { Database } from '../db/open.ts';
import { keyHashesOf } from '../institutions/api-keys.ts';
import type { Keyring } from '../keys/keyring.ts';
import { comparableName, parsePhone } from '../learners/rules.ts';
import { type Form, field, isAnswered, readName, readSubject } from './form-rules.ts';
import { type Answered, answered, answerOf } from './rules.ts';
import { type Person, signDropIn } from './sign-drop-in.ts';
import type { Caller, Throttle } from './throttle.ts';

export interface AnswerDropIn {
  database: Database;
  keyring: Keyring;
  issuer: ReceiptIssuer;
  throttle: Throttle;
  answerUnopened: AnswerUnopened;
}

/** Who calls, and for which institution; `now` is the arrival of the request, epoch ms. */
export interface Call {
  readonly institution: string;
  readonly channel: Channel;
  readonly address: string;
  readonly now: number;
}

/** `check` and a receipt of the usual kind with the API key, a receipt of its own kind without. */
export type DropInReply = Answered & { readonly receipt?: string; readonly check?: string };

/** `otp_accredit`: one code for one occasion, from the form to what the page reads. */
export async function answerDropIn(dependencies: AnswerDropIn, call: Call, form: Form): Promise<DropInReply> {
  const read = readAnswer(dependencies, call, form);
  if (isAnswered(read)) return read;
  const { answer, person } = read;
  const { throttle } = dependencies;
  const caller = callerOf(answer, call);
  if (!throttle.admitsAnswer(caller)) return answered('WE005');
  const outcome = await dependencies.answerUnopened(answer);
  if (outcome.kind === 'passed') {
    return { ...answerOf(outcome), ...(await evidence(dependencies, answer, outcome, person)) };
  }
  return isSlowedDown(throttle, caller, outcome) ? answered('WE005') : answerOf(outcome);
}

/** Counts what was not right. Who tries names and numbers is told nothing more once the address is closed. */
function isSlowedDown(throttle: Throttle, caller: Caller, { kind }: UnopenedOutcome): boolean {
  if (kind === 'unavailable') return false;
  if (kind !== 'mismatch' || caller.address === undefined) {
    throttle.failed(caller);
    return false;
  }
  throttle.failed({ ...caller, address: undefined });
  return throttle.refuses(caller.address);
}

const callerOf = (
  { institution, nameKey, phoneKey }: UnopenedAnswer,
  { channel, address }: Call,
): Caller => ({
  learner: [institution, channel, nameKey, phoneKey].join('\0'),
  address: channel === 'vouched' ? undefined : address,
});

function readAnswer(
  { keyring }: AnswerDropIn,
  { institution, channel, now }: Call,
  form: Form,
): { answer: UnopenedAnswer; person: Person } | Answered {
  const subject = readSubject(form);
  const named = readName(form);
  if (isAnswered(named)) return named;
  if (comparableName(named.name) === '') return answered('AP002');
  const number = field(form, 'USER_TEL');
  if (number === '') return answered('AP003');
  const typed = field(form, 'OTPNO');
  if (typed === '') return answered('AP004');
  const code = parseCode(typed);
  if (code === undefined) return answered('AP012');
  if (isAnswered(subject)) return subject;
  const phone = parsePhone(number);
  // Nobody is registered with what is no number.
  if (phone === undefined) return answered('AP005');
  const keys = {
    nameKey: keyring.hash('name', comparableName(named.name)),
    phoneKey: keyring.hash('phone', phone),
  };
  return {
    answer: { institution, channel, now, code, ...keys, ...subject },
    person: { name: named.name, phone },
  };
}

async function evidence(
  { database, issuer }: AnswerDropIn,
  answer: UnopenedAnswer,
  { pass }: Extract<UnopenedOutcome, { kind: 'passed' }>,
  person: Person,
): Promise<Pick<DropInReply, 'receipt' | 'check'>> {
  if (pass.standing === 'signed') return { receipt: receiptOf(pass.check, issuer), check: pass.check.id };
  const hashes = await keyHashesOf(database, answer.institution);
  return { receipt: signDropIn(issuer, answer, pass, person, hashes) };
}
