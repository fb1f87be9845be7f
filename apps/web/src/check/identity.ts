import type { IdentityAttempt, IdentityMethod, RefusedIdentity } from '@motp/protocol';
import type { Answer } from '../common/problem.ts';
import type { CheckState, OpenScreen } from './state.ts';

/** Why an identity check was not begun. `until` is local epoch milliseconds. */
export type Trouble = {
  readonly kind:
    | 'provider-unavailable'
    | 'identity-unavailable'
    | 'identity-limit'
    | 'too-many-failures'
    | 'unreachable'
    | 'other';
  readonly method: IdentityMethod;
  readonly until: number;
};

/** The identity check on this page. `since`: states asked for after this speak of it. Local epoch milliseconds. */
export type Phase =
  | { readonly kind: 'idle'; readonly trouble?: Trouble }
  | { readonly kind: 'starting'; readonly method: IdentityMethod }
  | { readonly kind: 'under-way'; readonly method: IdentityMethod; readonly since: number }
  /** The browser gave no window, and this page stands in a frame. */
  | { readonly kind: 'blocked'; readonly method: IdentityMethod; readonly since: number };

export const waysOf = ({ methods }: Pick<CheckState, 'methods'>): readonly IdentityMethod[] =>
  (['phone', 'ipin'] as const).filter((method) => methods.includes(method));

type NotBegun = Exclude<Answer<IdentityAttempt>, { kind: 'ok' }>;
const named = [
  'provider-unavailable',
  'identity-unavailable',
  'identity-limit',
  'too-many-failures',
] as const;

/** Undefined when the check itself is over or unknown: its state says so better. `now` in epoch ms. */
export function troubleOf(method: IdentityMethod, answer: NotBegun, now: number): Trouble | undefined {
  if (answer.kind === 'unreachable') return { kind: 'unreachable', method, until: now };
  const { code, status } = answer.problem;
  if (status === 404 || status === 410) return undefined;
  const kind = named.find((known) => known === code) ?? 'other';
  return { kind, method, until: now + (answer.retryAfter ?? 0) * 1000 };
}

/** Whether the attempt that is waited for has ended: only a state that was asked for after its start can tell. */
export function hasEnded(phase: Phase, { state, asked }: Pick<OpenScreen, 'state' | 'asked'>): boolean {
  return 'since' in phase && asked >= phase.since && state.identity !== undefined;
}

/** How the latest identity check was refused, while no other one is under way. */
export function refusalShown(phase: Phase, state: CheckState): RefusedIdentity | undefined {
  return phase.kind === 'idle' && phase.trouble === undefined ? state.identity : undefined;
}

const mismatches = ['not-registered', 'name-differs', 'phone-differs'] as const;

/** Whether the code leads nowhere, so that the identity checks are the way out and no second way any more. */
export function needsOtherWay({ notice, state }: Pick<OpenScreen, 'notice' | 'state'>): boolean {
  if (notice?.kind === 'outcome-unknown') return false;
  if (state.locked) return true;
  return notice?.kind === 'refused' && mismatches.some((reason) => reason === notice.reason);
}
