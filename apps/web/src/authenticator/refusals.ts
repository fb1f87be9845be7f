import { waitText } from './durations.ts';
import type { Refusal } from './registration.ts';
import type { T, TextKey } from './texts.ts';

/** Where a refusal is said: beside a field, above the button, or on the step that it sends the person back to. */
export type Said = {
  readonly at: 'name' | 'phone' | 'code' | 'form' | 'consents';
  readonly text: string;
  /** This message, or any to this number, proves it no more: an identity check is the other way. */
  readonly otherWay?: boolean;
};

type Place = { readonly at: Said['at']; readonly key: TextKey };

const PLACES: Readonly<Record<string, Place>> = {
  'phone-not-mobile': { at: 'phone', key: 'phone-bad' },
  'bad-text': { at: 'name', key: 'name-bad' },
  'consent-required': { at: 'consents', key: 'problem-consents' },
  'message-limit': { at: 'form', key: 'problem-message-limit' },
  'registration-limit': { at: 'form', key: 'problem-registration-limit' },
  'proof-closed': { at: 'form', key: 'problem-proof-closed' },
  'wrong-proof': { at: 'code', key: 'proof-wrong' },
  'not-a-code': { at: 'code', key: 'proof-not-a-code' },
  'registration-over': { at: 'form', key: 'problem-registration-over' },
  'registration-unknown': { at: 'form', key: 'problem-registration-over' },
  'identity-required': { at: 'form', key: 'problem-identity-required' },
  'identity-limit': { at: 'form', key: 'problem-identity-limit' },
  'identity-unavailable': { at: 'form', key: 'problem-identity-unavailable' },
  'provider-unavailable': { at: 'form', key: 'problem-provider' },
  'phone-unchanged': { at: 'phone', key: 'phone-unchanged' },
  'device-over': { at: 'form', key: 'state-ended-text' },
};

const FIELDS: Readonly<Record<string, Place>> = {
  '/name': { at: 'name', key: 'name-bad' },
  '/phone': { at: 'phone', key: 'phone-bad' },
  '/code': { at: 'code', key: 'proof-not-a-code' },
};

/** What never reached a server, or came back unfit. */
const OWN = {
  unreachable: { at: 'form', key: 'problem-unreachable' },
  broken: { at: 'form', key: 'problem-broken' },
  'no-storage': { at: 'form', key: 'state-storage-text' },
  'not-a-code': { at: 'code', key: 'proof-not-a-code' },
} as const satisfies Record<Exclude<Refusal['kind'], 'refused'>, Place>;

/** A minute, when the server asks to wait without saying how long. */
const WAIT_SECONDS = 60;

export function say(t: T, refusal: Refusal): Said {
  if (refusal.kind !== 'refused') {
    const { at, key } = OWN[refusal.kind];
    return { at, text: t(key) };
  }
  const { problem, retryAfter = WAIT_SECONDS } = refusal;
  const field = problem.errors?.map(({ path }) => FIELDS[path]).find((place) => place !== undefined);
  const { at, key } = PLACES[problem.code] ?? field ?? { at: 'form', key: 'problem-server' };
  const text = t(key, { wait: waitText(t, retryAfter), left: problem.triesLeft ?? 0 });
  return CLOSED.has(problem.code) ? { at, text, otherWay: true } : { at, text };
}

const CLOSED: ReadonlySet<string> = new Set(['message-limit', 'proof-closed', 'registration-over']);

const isOneOf = (refusal: Refusal, codes: readonly string[]): boolean =>
  refusal.kind === 'refused' && codes.includes(refusal.problem.code);

/** After these the pending registration is of no more use; a new message needs a new one. */
export const endsPending = (refusal: Refusal): boolean =>
  refusal.kind === 'broken' || isOneOf(refusal, ['registration-over', 'registration-unknown']);

/** SPEC R-2a: the code was right, but it proves a number, never a name. */
export const needsIdentity = (refusal: Refusal): boolean => isOneOf(refusal, ['identity-required']);
