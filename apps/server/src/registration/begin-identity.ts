import type { IdentityMethod } from '@motp/protocol';
import type { Tx } from '../db/open.ts';
import { type AttemptBeginning, beginAttempt, type IdentityDependencies } from '../identity/begin-attempt.ts';
import { ATTEMPT_MS } from '../identity/rules.ts';
import type { Keyring } from '../keys/keyring.ts';
import { parsePhone } from '../learners/rules.ts';
import { endAfterStart, isIdentityOver, provingMethods } from './rules.ts';
import { findRegistration, lockRegistration, type StoredRegistration, setRegistration } from './store.ts';

type Beginning = AttemptBeginning<'registration-over'> | { kind: 'refused'; reason: 'registration-unknown' };

/**
 * An identity check that proves a pending registration, whether it waits for one or its message did not come, its
 * code was wrong too often or its number has another name (R-2, R-2a): the other way is always open.
 */
export async function beginRegistrationIdentity(
  dependencies: IdentityDependencies,
  thumbprint: string,
  id: string,
  method: IdentityMethod,
): Promise<Beginning> {
  const { database, keyring, providers, world } = dependencies;
  const row = await findRegistration(database, id, thumbprint);
  if (row?.purpose !== 'device') return { kind: 'refused', reason: 'registration-unknown' };
  if (isIdentityOver(row, world.now())) return { kind: 'refused', reason: 'registration-over' };
  if (!provingMethods(providers).includes(method)) return { kind: 'refused', reason: 'identity-unavailable' };
  return beginAttempt(dependencies, {
    purpose: 'registration',
    subjectId: id,
    phoneKey: row.phone_key,
    thumbprint,
    method,
    person: personOf(keyring, row),
    locale: row.locale.startsWith('en') ? 'en' : 'ko',
    admit: (tx, now) => admit(tx, id, now),
  });
}

async function admit(
  tx: Tx,
  id: string,
  now: number,
): Promise<{ kind: 'admitted'; until: number } | { kind: 'refused'; reason: 'registration-over' }> {
  const row = await lockRegistration(tx, id);
  if (isIdentityOver(row, now)) return { kind: 'refused', reason: 'registration-over' };
  const until = endAfterStart(row, now, ATTEMPT_MS);
  if (until !== row.code_expires_at) await setRegistration(tx, id, { code_expires_at: until });
  return { kind: 'admitted', until };
}

/** What was typed: a provider may fill its window with it. */
function personOf(keyring: Keyring, row: StoredRegistration) {
  const open = (column: 'name' | 'phone') => {
    const sealed = row[`${column}_sealed`];
    return sealed === null
      ? ''
      : keyring.open({ table: 'registration', column, row: row.id }, sealed).toString();
  };
  const phone = parsePhone(open('phone'));
  return { name: open('name'), ...(phone ? { phone } : {}) };
}
