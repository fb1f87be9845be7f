import { registrationState } from '../checks/rows.ts';
import { triesLeft } from '../checks/rules.ts';
import type { Tx } from '../db/open.ts';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import { lastFour, maskName, type PhoneNumber } from '../learners/rules.ts';
import { replacedAt } from './operate-store.ts';
import { passedWith, type StoredDevice, type StoredLearner } from './store.ts';

/** What staff may see of a registration; times are ISO 8601. */
export interface ShownRegistration {
  /** Masked. */
  name: string;
  /** The last four digits. */
  phone: string;
  status: StoredDevice['status'];
  registeredAt: string;
  proof: StoredDevice['proof'];
  endedAt?: string;
  locked: boolean;
  lockedBecause?: 'wrong-codes' | 'disputed';
  lockedAt?: string;
  failures: number;
  triesLeft: number;
  /** When a code was accepted last, or when it was registered. */
  usedAt: string;
  /** When it took the place of another phone of this learner. */
  replacedAt?: string;
  disputedAt?: string;
  /** The next registration may have another name (R-2a). */
  nameReleased: boolean;
  checks: { institution: string; occasion: string; method: string; at: string; disputed: boolean }[];
}

const SHOWN_CHECKS = 10;

const iso = (at: number): string => new Date(at).toISOString();

/** @returns the member if there is a time for it */
const timeMember = <Name extends string>(name: Name, at: number | null | undefined) =>
  (at === null || at === undefined ? {} : { [name]: iso(at) }) as { [Key in Name]?: string };

export async function showDevice(
  tx: Tx,
  keyring: Keyring,
  { learner, device, now }: { learner: StoredLearner; device: StoredDevice; now: number },
): Promise<ShownRegistration> {
  const open = (column: 'name' | 'phone', sealed: Sealed | null) =>
    sealed === null ? '' : keyring.open({ table: 'learner', column, row: learner.id }, sealed).toString();
  const isLocked = device.status === 'active' && device.locked_at !== null;
  return {
    name: maskName(open('name', learner.name_sealed)),
    phone: lastFour(open('phone', learner.phone_sealed) as PhoneNumber),
    status: device.status,
    registeredAt: iso(device.registered_at),
    proof: device.proof,
    ...timeMember('endedAt', device.ended_at),
    locked: isLocked,
    ...(isLocked ? { lockedBecause: device.locked_because ?? 'wrong-codes' } : {}),
    ...timeMember('lockedAt', isLocked ? device.locked_at : null),
    failures: device.failures,
    triesLeft: triesLeft(registrationState(device), now),
    usedAt: iso(device.used_at),
    ...timeMember('replacedAt', await replacedAt(tx, device)),
    ...timeMember('disputedAt', device.disputed_at),
    nameReleased: learner.named_at === 0,
    checks: await latestChecks(tx, device),
  };
}

async function latestChecks(tx: Tx, device: StoredDevice): Promise<ShownRegistration['checks']> {
  const checks = await passedWith(tx, device.id, SHOWN_CHECKS);
  return checks.map(({ institution, kind, number, method, at, disputedAt }) => ({
    institution,
    occasion: `${kind} ${number}`,
    method: method ?? '',
    at: iso(at ?? 0),
    disputed: disputedAt !== null,
  }));
}
