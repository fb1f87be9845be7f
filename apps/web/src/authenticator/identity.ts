import type { IdentityAttempt, IdentityMethod, IdentityOutcome, RefusedIdentity } from '@motp/protocol';
import type { Answer } from '../common/problem.ts';
import { say } from './refusals.ts';
import { refusal } from './registration.ts';
import type { Attempt } from './store.ts';
import type { T, TextKey } from './texts.ts';
import type { World } from './world.ts';

/** An identity check that this app starts and waits for. */
export type IdentityWork = {
  begin(method: IdentityMethod): Promise<Answer<IdentityAttempt>>;
  outcome(attempt: string): Promise<Answer<IdentityOutcome>>;
  /** Written before the window goes to the provider, so that a closed app goes on; undefined: it is over. */
  keep(attempt: Attempt | undefined): Promise<void>;
};

/** Proves a registration that is under way (SPEC R-2). */
export function registrationIdentity(world: World, registration: string): IdentityWork {
  return {
    begin: (method) => signed(world, (key) => world.server.beginIdentity(key, registration, method)),
    outcome: (attempt) => signed(world, (key) => world.server.outcome(key, attempt)),
    async keep(attempt) {
      const pending = await world.store.read('pending');
      if (pending?.registration === registration)
        await world.store.write({ pending: { ...pending, attempt } });
    },
  };
}

/** Lifts the lock of this app's registration, or takes the certified name (SPEC R-9). */
export function deviceIdentity(world: World, purpose: 'unlock' | 'name'): IdentityWork {
  return {
    begin: (method) => signed(world, (key) => world.server.deviceIdentity(key, { method, purpose })),
    outcome: (attempt) => signed(world, (key) => world.server.outcome(key, attempt)),
    keep: (attempt) => world.store.write({ attempt: attempt && { ...attempt, purpose } }),
  };
}

/** Asks with this app's key; without one there is nobody to ask for. */
export async function signed<Body>(
  { store }: World,
  ask: (key: CryptoKeyPair) => Promise<Answer<Body>>,
): Promise<Answer<Body>> {
  const keys = await store.read('keys');
  return keys ? ask(keys.signing) : { kind: 'problem', problem: { status: 410, code: 'device-over' } };
}

/** What an answer about an attempt means to whoever waits for it. */
export type Look =
  | { readonly kind: 'waiting' | 'passed' }
  | { readonly kind: 'over'; readonly said: TextKey };

/** No answer, or one that says nothing of the attempt, ends nothing: it is asked again (SPEC C-9). */
export function readOutcome(answer: Answer<IdentityOutcome>): Look {
  if (answer.kind === 'unreachable') return { kind: 'waiting' };
  if (answer.kind === 'problem') {
    const gone = ['attempt-unknown', 'device-over'].includes(answer.problem.code);
    return gone ? { kind: 'over', said: 'identity-check-over' } : { kind: 'waiting' };
  }
  const { body } = answer;
  if (body.outcome === 'refused') return { kind: 'over', said: textOf(body) };
  return { kind: body.outcome === 'passed' ? 'passed' : 'waiting' };
}

const DIFFERS = {
  name: 'identity-differs-name',
  phone: 'identity-differs-phone',
  birthDate: 'identity-differs-birthDate',
} as const satisfies Record<NonNullable<RefusedIdentity['field']>, TextKey>;

function textOf({ reason, field }: RefusedIdentity): TextKey {
  if (reason === 'identity-differs' && field) return DIFFERS[field];
  return REASONS[reason];
}

const REASONS = {
  'identity-differs': 'identity-differs',
  'identity-failed': 'identity-failed',
  'identity-cancelled': 'identity-cancelled',
  'check-over': 'identity-check-over',
} as const satisfies Record<RefusedIdentity['reason'], TextKey>;

/** Why no identity check was begun. */
export const sayNotBegun = (t: T, answer: Exclude<Answer<unknown>, { kind: 'ok' }>): string =>
  say(t, refusal(answer)).text;
