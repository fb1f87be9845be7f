import { createHash } from 'node:crypto';
import type { IdentityMethod } from '@motp/protocol';
import { seoulDay } from '../calendar.ts';
import { comparableName, nationalDigits, type PhoneNumber } from '../learners/rules.ts';
import { drawCode } from '../registration/rules.ts';
import type { World } from '../world.ts';
import type { IdentityResult, IdentityStart } from './provider.ts';
import {
  CODE_MS,
  codeText,
  type Ending,
  type Identified,
  judgeCode,
  MAX_MESSAGES,
  readPerson,
  redirectTo,
  type SentCode,
  type Typed,
  type WindowField,
} from './simulator-rules.ts';

/** Into the demo's outbox; resolves when the message is queued. `expiresAt` in epoch ms. */
export type SendText = (message: { to: PhoneNumber; text: string; expiresAt: number }) => Promise<void>;

/** What the window shows first. */
export interface WindowView {
  method: IdentityMethod;
  locale: 'ko' | 'en';
  person: { name: string; phone: string };
}

export type Ended = { outcome: Ending; redirect: string };
type Refused = { outcome: 'refused'; fields: WindowField[] };

/** With `redirect` the window is over and the browser goes there. `secondsLeft`: how long the code lives. */
export type MessageReply =
  | { outcome: 'sent'; secondsLeft: number }
  | { outcome: 'too-many' }
  | Refused
  | Ended;

export type ConfirmReply =
  | { outcome: 'wrong-code'; triesLeft: number }
  | { outcome: 'not-a-code' | 'code-expired' }
  | Refused
  | Ended;

/** One window of the demo's provider, from its start to its end. */
export interface IdentityWindow {
  readonly method: IdentityMethod;
  readonly returnUrl: string;
  readonly locale: 'ko' | 'en';
  readonly expected: IdentityStart['person'];
  readonly openedAt: number;
  messages: number;
  wrongCodes: number;
  sent?: SentCode & { person: Identified };
  ending?: Ending;
  certified?: Identified;
}

/** undefined once it has ended. The number as people type it, empty when none is expected. */
export function viewOf({ method, locale, expected, ending }: IdentityWindow): WindowView | undefined {
  if (ending) return undefined;
  const phone = expected.phone === undefined ? '' : nationalDigits(expected.phone);
  return { method, locale, person: { name: expected.name, phone } };
}

/** What the browser brought back is not looked at: only what happened in the window counts. */
export function resultOf({ ending, certified }: IdentityWindow, transaction: string): IdentityResult {
  if (ending === 'cancelled') return { kind: 'cancelled' };
  if (ending === 'failed') return { kind: 'failed', why: 'refused-in-window' };
  if (ending !== 'certified' || !certified) return { kind: 'failed', why: 'not-verified' };
  return { kind: 'certified', person: { ...certified, di: diOf(certified), transaction } };
}

/** The same for one person, whichever method said it; a real one is made of the resident number (FACTS §2). */
const diOf = ({ name, birthDate }: Identified): string =>
  createHash('sha512')
    .update(`motp-demo\0${comparableName(name)}\0${birthDate}`)
    .digest('base64');

export async function sendCode(
  { world, sendText }: { world: World; sendText: SendText },
  window: IdentityWindow,
  typed: Typed,
): Promise<MessageReply> {
  const over = ended(window);
  if (over) return over;
  const read = readPerson('phone', typed, seoulDay(world.now()));
  if (read.kind === 'refused') return { outcome: 'refused', fields: read.fields };
  const { phone: to } = read.person;
  if (to === undefined) return { outcome: 'refused', fields: ['phone'] };
  if (window.messages >= MAX_MESSAGES) return { outcome: 'too-many' };
  const code = drawCode((bytes) => world.random(bytes));
  const expiresAt = world.now() + CODE_MS;
  window.messages += 1;
  window.sent = { person: read.person, code, expiresAt };
  await sendText({ to, text: codeText(code, window.locale), expiresAt });
  return { outcome: 'sent', secondsLeft: CODE_MS / 1000 };
}

export function confirmCode(window: IdentityWindow, typed: string, now: number): ConfirmReply {
  const over = ended(window);
  if (over) return over;
  if (!window.sent) return { outcome: 'code-expired' };
  const judged = judgeCode(window.sent, typed, window.wrongCodes, now);
  if (judged.kind === 'right') return certify(window, window.sent.person);
  if (judged.kind !== 'wrong') return { outcome: judged.kind };
  window.wrongCodes += 1;
  return judged.triesLeft === 0
    ? close(window, 'failed')
    : { outcome: 'wrong-code', triesLeft: judged.triesLeft };
}

export function confirmIpin(window: IdentityWindow, typed: Typed, today: string): ConfirmReply {
  const over = ended(window);
  if (over) return over;
  const read = readPerson('ipin', typed, today);
  return read.kind === 'refused' ? { outcome: 'refused', fields: read.fields } : certify(window, read.person);
}

function certify(window: IdentityWindow, person: Identified): Ended {
  window.certified = person;
  return close(window, 'certified');
}

export function close(window: IdentityWindow, ending: Ending): Ended {
  window.ending = ending;
  delete window.sent;
  return { outcome: ending, redirect: redirectTo(window.returnUrl, ending) };
}

/** A window ends once; who asks again, because a reply was lost, is told how it ended. */
export const ended = ({ ending, returnUrl }: IdentityWindow): Ended | undefined =>
  ending && { outcome: ending, redirect: redirectTo(returnUrl, ending) };
