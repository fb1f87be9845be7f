import type { AuditEvent } from '../audit/event.ts';
import { record, recording } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import { type RememberedWrong, rememberedWrongs, settledDevice } from './rows.ts';
import type { CheckState, RegistrationState } from './rules.ts';
import {
  type AnsweredCheck,
  type AnsweredDevice,
  settleAtOnce,
  settleDevices,
  settlePassed,
} from './store.ts';

/** A registration that a batch changed, and those of its checks that were answered. */
export interface Change {
  readonly device: AnsweredDevice;
  /** As they were before the batch. */
  readonly wrongs: readonly RememberedWrong[];
  readonly state: RegistrationState;
  readonly checks: { id: string; state: CheckState }[];
}

/** What is written of a batch; each change has an event. */
export interface Settled {
  readonly changes: readonly Change[];
  readonly passed: readonly AnsweredCheck[];
  readonly events: readonly AuditEvent[];
}

/**
 * On PostgreSQL one statement, and the commit with it; on SQLite one for the registrations, one for the checks that
 * passed, one for the trail. Nothing of the transaction comes after it.
 * @throws CheckGoneError when a check was ended meanwhile: the batch begins again
 */
export async function settle(tx: Tx, batch: string, { changes, passed, events }: Settled): Promise<void> {
  if (events.length === 0) return;
  const devices = changes.map(({ device, wrongs, state, checks }) =>
    settledDevice(device.place, state, rememberedWrongs(wrongs, checks, newest(checks)), batch),
  );
  if (tx.dialect === 'postgres') return settleAtOnce(tx, { devices, passed }, recording(tx, events));
  await settleDevices(tx, devices);
  await settlePassed(tx, passed);
  await record(tx, ...events);
}

const newest = (checks: Change['checks']): number =>
  Math.max(...checks.map(({ state: { passedAt, wrong } }) => Math.max(passedAt ?? 0, wrong?.at ?? 0)));
