import type { IdentityOutcome } from '@motp/protocol';
import type { Answer } from '../common/problem.ts';

export type Ended = Exclude<IdentityOutcome, { outcome: 'started' }>;

/** What /identity/return shows. `until` is local epoch milliseconds. */
export type ReturnScreen =
  | { readonly kind: 'running' }
  | { readonly kind: 'stranger' }
  | {
      readonly kind: 'later';
      readonly because: 'provider' | 'unreachable' | 'server';
      readonly until: number;
    }
  | { readonly kind: 'ended'; readonly ended: Ended };

/** What the wire carries of a return address (PROTOCOL §3): each name once, the last value. */
export function parametersOf(search: string): Record<string, string> {
  const carried = [...new Map(new URLSearchParams(search))].filter(
    ([name, value]) => /^[\w.~-]{1,64}$/.test(name) && value.length <= 4096,
  );
  return Object.fromEntries(carried.slice(0, 30));
}

/** The attempt of `/identity/return/{attempt}`. */
export function attemptOf(path: string): string {
  return path.match(/^\/identity\/return\/([\w-]+)\/?$/)?.[1] ?? '';
}

export function screenAfter(answer: Answer<IdentityOutcome>, now: number): ReturnScreen {
  if (answer.kind === 'unreachable') return { kind: 'later', because: 'unreachable', until: now };
  if (answer.kind === 'ok') return afterOutcome(answer.body);
  const { code } = answer.problem;
  if (code === 'attempt-running') return { kind: 'running' };
  if (code === 'attempt-unknown') return { kind: 'stranger' };
  const because = code === 'provider-unavailable' ? 'provider' : 'server';
  return { kind: 'later', because, until: now + (answer.retryAfter ?? 2) * 1000 };
}

function afterOutcome(outcome: IdentityOutcome): ReturnScreen {
  return outcome.outcome === 'started' ? { kind: 'running' } : { kind: 'ended', ended: outcome };
}
