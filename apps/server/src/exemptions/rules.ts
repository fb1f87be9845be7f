const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** S-5: no window is open for longer. */
export const MAX_HOURS = 24;

/** A provider's failures count as recorded this long after the last one. */
export const QUIET_MS = 15 * MINUTE_MS;

/** `sms`, and the identity providers under the names that the trail gives them. */
export const PROVIDERS = ['sms', 'portone', 'nice', 'oidc', 'simulator'] as const;

export interface ExemptionWindow {
  /** Ids, or all. */
  readonly institutions: '*' | readonly string[];
  readonly openedAt: number;
  readonly until: number;
  readonly closedAt: number | null;
}

/** The active registration of a number. */
export interface Standing {
  readonly nameKey: string | null;
  readonly lockedAt: number | null;
}

/** @param until exclusive, as everywhere (epoch ms) */
export const isOpen = ({ openedAt, until, closedAt }: ExemptionWindow, now: number): boolean =>
  closedAt === null && openedAt <= now && now < until && until - openedAt <= MAX_HOURS * HOUR_MS;

export const concerns = ({ institutions }: ExemptionWindow, institution: string): boolean =>
  institutions === '*' || institutions.includes(institution);

/** @param failedAt of the provider's last failure, undefined when none was ever recorded */
export const isFailing = (failedAt: number | undefined, now: number): boolean =>
  failedAt !== undefined && now - failedAt <= QUIET_MS;

/** Why a learner may be exempted, or undefined: a number that stands under another name is refused as ever (C-3). */
export function exemptingState(
  standing: Standing | undefined,
  nameKey: string,
): 'missing' | 'locked' | undefined {
  if (!standing) return 'missing';
  return standing.nameKey === nameKey && standing.lockedAt !== null ? 'locked' : undefined;
}

/** What is wrong with how long a window is to be open. */
export const hoursProblem = (hours: number): string | undefined =>
  Number.isFinite(hours) && hours > 0 && hours <= MAX_HOURS
    ? undefined
    : `--hours must be more than 0 and at most ${MAX_HOURS}`;

/** @returns epoch ms */
export const endOf = (openedAt: number, hours: number): number => openedAt + Math.round(hours * HOUR_MS);

export function providerProblem(provider: string): string | undefined {
  return PROVIDERS.some((known) => known === provider)
    ? undefined
    : `there is no provider "${provider}": one of ${PROVIDERS.join(', ')}`;
}
