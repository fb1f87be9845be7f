import type { CheckState, RegistrationState } from './rules.ts';
import type { AnsweredCheck, AnsweredDevice, SettledDevice } from './store.ts';

/** What the rules know of a registration's row; `nameKey` stands with its learner. */
export function registrationState(device: AnsweredDevice, nameKey: string | null): RegistrationState {
  return {
    nameKey: nameKey ?? '',
    lastStep: device.last_step,
    spent: JSON.parse(device.spent_json) as number[],
    failures: device.failures,
    failedAt: JSON.parse(device.failed_json) as number[],
    lockedAt: device.locked_at,
    usedAt: device.used_at,
  };
}

export function settledDevice(id: string, state: RegistrationState): SettledDevice {
  return {
    id,
    last_step: state.lastStep,
    spent_json: JSON.stringify(state.spent),
    failures: state.failures,
    failed_json: JSON.stringify(state.failedAt),
    locked_at: state.lockedAt,
    used_at: state.usedAt,
  };
}

export function checkState(check: AnsweredCheck): CheckState {
  const { wrong_key: key, wrong_at: at } = check;
  return {
    nameKey: check.name_key,
    status: check.status,
    expiresAt: check.expires_at,
    passedAt: check.passed_at,
    wrong: key === null || at === null ? null : { key, at, clockOffset: check.clock_offset },
    clockSearched: check.clock_searched === 1,
  };
}

/** The row as it will stand; a check that passed now remembers the registration for its receipt (C-8). */
export function settledCheck(
  before: AnsweredCheck,
  state: CheckState,
  device?: AnsweredDevice,
): AnsweredCheck {
  const row: AnsweredCheck = {
    ...before,
    status: state.status,
    passed_at: state.passedAt,
    wrong_key: state.wrong?.key ?? null,
    wrong_at: state.wrong?.at ?? null,
    clock_offset: state.wrong?.clockOffset ?? null,
    clock_searched: state.clockSearched ? 1 : 0,
  };
  if (state.status !== 'passed' || before.status === 'passed' || !device) return row;
  return {
    ...row,
    method: 'motp',
    device_id: device.id,
    device_thumbprint: device.thumbprint,
    registration_at: device.registered_at,
    registration_proof: device.proof,
  };
}
