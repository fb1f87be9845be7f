import type { Tx } from '../db/open.ts';
import { type RememberedWrong, rememberedWrongs, settledDevice } from './rows.ts';
import type { CheckState, RegistrationState } from './rules.ts';
import {
  type AnsweredCheck,
  type AnsweredDevice,
  settleFailures,
  settlePassed,
  settleUses,
} from './store.ts';

/** A registration that a batch changed, and those of its checks that were answered. */
export interface Change {
  readonly device: AnsweredDevice;
  /** As they were before the batch. */
  readonly wrongs: readonly RememberedWrong[];
  readonly state: RegistrationState;
  readonly checks: { id: string; state: CheckState }[];
}

/**
 * One UPDATE for the registrations of wrong codes, one for those that were used, one for the checks that passed.
 * @throws CheckGoneError when a check was ended meanwhile: the batch begins again
 */
export async function settle(
  tx: Tx,
  batch: string,
  { changes, passed }: { changes: readonly Change[]; passed: readonly AnsweredCheck[] },
): Promise<void> {
  const isUse = ({ device, state }: Change) => state.lastStep !== device.last_step;
  const rows = (some: readonly Change[]) =>
    some.map(({ device, wrongs, state, checks }) =>
      settledDevice(device.place, state, rememberedWrongs(wrongs, checks, newest(checks)), batch),
    );
  await settleFailures(tx, rows(changes.filter((change) => !isUse(change))));
  await settleUses(tx, rows(changes.filter(isUse)));
  await settlePassed(tx, passed);
}

const newest = (checks: Change['checks']): number =>
  Math.max(...checks.map(({ state: { passedAt, wrong } }) => Math.max(passedAt ?? 0, wrong?.at ?? 0)));
