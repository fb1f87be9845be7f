import type { CheckState, LastWrong, RegistrationState } from './rules.ts';
import type { AnsweredCheck, AnsweredDevice, AnsweredFully, JudgedCheck, SettledDevice } from './store.ts';

/** What the rules know of a registration's row. */
export function registrationState(device: Omit<AnsweredDevice, 'place'>): RegistrationState {
  return {
    nameKey: device.name_key ?? '',
    lastStep: device.last_step,
    spent: JSON.parse(device.spent_json) as number[],
    failures: device.failures,
    failedAt: JSON.parse(device.failed_json) as number[],
    lockedAt: device.locked_at,
    usedAt: device.used_at,
  };
}

/** What a registration remembers of the wrong codes of one check (C-4a, C-5). */
export interface RememberedWrong extends LastWrong {
  readonly check: string;
}

/** Longer than a check can be open: twice ten minutes, and its last answers. */
const REMEMBERED_MS = 30 * 60_000;

export const wrongsOf = ({ wrongs_json }: Pick<AnsweredDevice, 'wrongs_json'>): RememberedWrong[] =>
  JSON.parse(wrongs_json) as RememberedWrong[];

/** Those of other checks stay while these may be open; a check that passed needs none. */
export function rememberedWrongs(
  before: readonly RememberedWrong[],
  answered: readonly { readonly id: string; readonly state: CheckState }[],
  now: number,
): RememberedWrong[] {
  const ids = new Set(answered.map(({ id }) => id));
  const others = before.filter(({ check, at }) => !ids.has(check) && now - at < REMEMBERED_MS);
  const own = answered.flatMap(({ id, state: { status, wrong } }) =>
    status === 'open' && wrong ? [{ check: id, ...wrong }] : [],
  );
  return [...others, ...own];
}

export function settledDevice(
  place: AnsweredDevice['place'],
  state: RegistrationState,
  wrongs: readonly RememberedWrong[],
  batch: string,
): SettledDevice {
  return {
    place,
    last_step: state.lastStep,
    spent_json: JSON.stringify(state.spent),
    failures: state.failures,
    failed_json: JSON.stringify(state.failedAt),
    wrongs_json: JSON.stringify(wrongs),
    locked_at: state.lockedAt,
    used_at: state.usedAt,
    batch,
  };
}

/** @param wrong what the registration of its number remembers of this check */
export function checkState(check: JudgedCheck, wrong: RememberedWrong | undefined): CheckState {
  return {
    nameKey: check.name_key,
    status: check.status,
    expiresAt: check.expires_at,
    passedAt: check.passed_at,
    wrong: wrong ? { key: wrong.key, at: wrong.at, clockOffset: wrong.clockOffset } : null,
    clockSearched: wrong !== undefined,
  };
}

/** The row of a check that passed, with what it remembers of the registration for its receipt (C-8). */
export function passedCheck(
  { check, thumbprint, registered_at, proof }: AnsweredFully,
  state: CheckState,
  deviceId: string,
): AnsweredCheck {
  return {
    ...check,
    status: state.status,
    passed_at: state.passedAt,
    method: 'motp',
    device_id: deviceId,
    device_thumbprint: thumbprint,
    registration_at: registered_at,
    registration_proof: proof,
  };
}
