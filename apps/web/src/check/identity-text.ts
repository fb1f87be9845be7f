import type { IdentityMethod, RefusedIdentity } from '@motp/protocol';
import { spokenTime } from './durations.ts';
import { type Phase, type Trouble, waysOf } from './identity.ts';
import type { CheckState } from './state.ts';
import type { Translate } from './texts.ts';
import type { TextKey } from './texts-ko.ts';

type Known = Pick<CheckState, 'methods' | 'institution'>;

/** `휴대폰 본인인증이나 아이핀`. Each of the names ends in a consonant, which the Korean sentences count on. */
export function waysText(ways: readonly ('phone' | 'ipin' | 'motp')[], t: Translate): string {
  const [first = '', ...others] = ways.map((way) => t(`way.${way}`));
  return others.reduce((joined, second) => t('way.or', { first: joined, second }), first);
}

const othersText = (state: Known, method: IdentityMethod, t: Translate): string =>
  waysText([...waysOf(state).filter((way) => way !== method), 'motp'], t);

/** Why an identity check was not begun, and what to do now. `now` in epoch ms. */
export function troubleText(trouble: Trouble, state: Known, now: number, t: Translate): string {
  const { kind, method, until } = trouble;
  // Whole minutes from two on: nobody waits for the second.
  const left = until - now > 120_000 ? Math.ceil((until - now) / 60_000) * 60_000 : until - now;
  const words = { way: t(`way.${method}`), others: othersText(state, method, t), time: spokenTime(left, t) };
  return t(`trouble.${kind}`, words);
}

const texts = {
  'identity-differs': 'identity.differs',
  'identity-failed': 'identity.failed',
  'identity-cancelled': 'identity.cancelled',
  'check-over': 'identity.over',
} as const satisfies Record<RefusedIdentity['reason'], TextKey>;

/** How an identity check was refused, and what to do now. */
export function identityText({ reason, field }: RefusedIdentity, state: Known, t: Translate): string {
  const words = { institution: state.institution.name };
  if (reason === 'identity-differs' && field !== undefined) return t(`identity.differs-${field}`, words);
  return t(texts[reason], words);
}

/** What stands beside the buttons. `now` in epoch ms. */
export function newsText(
  phase: Phase,
  refusal: RefusedIdentity | undefined,
  state: Known,
  now: number,
  t: Translate,
): string | undefined {
  if (phase.kind === 'blocked') return t('identity.blocked');
  if (phase.kind === 'idle' && phase.trouble) return troubleText(phase.trouble, state, now, t);
  return refusal && identityText(refusal, state, t);
}
