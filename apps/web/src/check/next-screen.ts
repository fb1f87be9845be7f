import type { Answer } from '../common/problem.ts';
import type { AnswerReply, CheckState, Notice, OpenScreen, Screen, StateReply } from './state.ts';

/**
 * What the server's state makes of the page. `last` is what the page knew before; `asked` and `now` are epoch ms
 * of this device.
 */
export function screenOf(
  answer: Answer<StateReply>,
  now: number,
  last: CheckState | null,
  asked = now,
): Screen {
  if (answer.kind === 'unreachable') return { kind: 'unreachable', until: now };
  if (answer.kind === 'problem') {
    if (answer.problem.status === 404) return { kind: 'unknown' };
    if (answer.problem.status === 410) return { kind: 'over', status: 'expired', state: last };
    return { kind: 'unreachable', until: waitUntil(answer.retryAfter, now) };
  }
  return screenOfState(answer.body, { now, asked }, last);
}

type When = { readonly now: number; readonly asked: number };

function screenOfState(state: StateReply, { now, asked }: When, last: CheckState | null): Screen {
  if (!('id' in state)) {
    // `status` alone: after expiry, and ten minutes after passing.
    return { kind: 'over', status: state.status === 'passed' ? 'passed' : 'expired', state: last };
  }
  if (state.status === 'expired') return { kind: 'over', status: 'expired', state };
  if (state.status === 'passed') return passed(state, state);
  const served = Date.parse(state.serverTime);
  return {
    kind: 'open',
    state,
    deadline: now + Date.parse(state.expiresAt) - served,
    clockOffset: served - now,
    asked,
    notice: null,
  };
}

/**
 * What the server's answer to a code makes of the page; null when only the check's state can tell:
 * the reply was lost, the outcome is unknown (503), or the check is over (C-9).
 */
export function screenAfter(open: OpenScreen, answer: Answer<AnswerReply>, now: number): Screen | null {
  if (answer.kind === 'unreachable') return null;
  if (answer.kind === 'ok') return afterReply(open, answer.body);
  const { code, status } = answer.problem;
  if (code === 'not-a-code') return { ...open, notice: { kind: 'not-a-code' } };
  if (status === 404) return { kind: 'unknown' };
  if (status === 429) return { ...open, notice: paused(code, waitUntil(answer.retryAfter, now)) };
  return null;
}

const paused = (code: string, until: number): Notice => ({
  kind: code === 'too-many-failures' ? code : 'busy',
  until,
});

function afterReply(open: OpenScreen, reply: AnswerReply): Screen | null {
  if (reply?.outcome === 'passed') return passed(open.state, reply);
  // Whatever this is, it is no pass.
  if (reply?.outcome !== 'refused') return null;
  const { outcome: _, ...refused } = reply;
  const matched = !mismatches.includes(refused.reason);
  const state: CheckState = {
    ...open.state,
    registered: matched,
    locked: matched && (refused.reason === 'locked' || refused.triesLeft === 0),
    triesLeft: refused.triesLeft,
  };
  return { ...open, state, notice: { kind: 'refused', ...refused } };
}

const mismatches: readonly string[] = ['not-registered', 'name-differs', 'phone-differs'];

/** The state asked after a lost reply, seen together with what the learner had just sent. */
export function screenAfterLostReply(
  open: OpenScreen,
  asked: Screen,
  now: number,
  retryAfter?: number,
): Screen {
  const notice = (kept: Notice): Screen => ({ ...open, notice: kept });
  if (asked.kind === 'unreachable') return notice({ kind: 'outcome-unknown' });
  if (asked.kind !== 'open') return asked;
  const until = retryAfter === undefined ? 0 : now + retryAfter * 1000;
  return { ...asked, notice: { kind: 'not-judged', until } };
}

function passed(state: CheckState, by: { receipt?: string; returnUrl?: string }): Screen {
  return {
    kind: 'passed',
    state,
    ...(by.receipt === undefined ? {} : { receipt: by.receipt }),
    ...(by.returnUrl === undefined ? {} : { returnUrl: by.returnUrl }),
  };
}

function waitUntil(retryAfter: number | undefined, now: number): number {
  return now + (retryAfter ?? 5) * 1000;
}
