import type { PendingRegistration } from '@motp/protocol';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import type { PhoneNumber } from '../learners/rules.ts';
import { type Limited, pendingOf, type RegistrationDependencies, sendProof } from './begin-registration.ts';
import { isRegistrationOver, MAX_RESENDS } from './rules.ts';
import { findRegistration, lockRegistration, type StoredRegistration, setRegistration } from './store.ts';

export type Resending =
  | { kind: 'resent'; pending: PendingRegistration }
  | { kind: 'refused'; reason: 'registration-unknown' | 'registration-over' }
  | Limited;

/** a new code, the old one ends, the tries left stay; at most three times. */
export async function resendMessage(
  dependencies: RegistrationDependencies,
  thumbprint: string,
  id: string,
): Promise<Resending> {
  return dependencies.database.transaction(async (tx) => {
    if (!(await findRegistration(tx, id, thumbprint)))
      return { kind: 'refused', reason: 'registration-unknown' };
    return resend(dependencies, tx, await lockRegistration(tx, id));
  });
}

async function resend(
  dependencies: RegistrationDependencies,
  tx: Tx,
  row: StoredRegistration,
): Promise<Resending> {
  const { keyring, world } = dependencies;
  const now = world.now();
  if (isRegistrationOver(row, now) || row.phone_sealed === null)
    return { kind: 'refused', reason: 'registration-over' };
  if (row.resends >= MAX_RESENDS) {
    return { kind: 'limited', reason: 'message-limit', retryAfterMs: row.code_expires_at - now };
  }
  const phone = keyring.open({ table: 'registration', column: 'phone', row: row.id }, row.phone_sealed);
  const target = {
    id: row.id,
    phone: phone.toString() as PhoneNumber,
    phoneKey: row.phone_key,
    addressKey: row.address_key,
    locale: row.locale,
    purpose: row.purpose,
  };
  const sent = await sendProof(dependencies, tx, target, now);
  if (sent.kind === 'limited') return sent;
  // An identity check may be under way: the registration then lasts longer than the new code.
  const end = Math.max(row.code_expires_at, sent.columns.code_expires_at);
  await setRegistration(tx, row.id, { ...sent.columns, code_expires_at: end, resends: row.resends + 1 });
  await record(tx, {
    at: now,
    kind: 'registration.message-resent',
    actor: 'learner',
    data: { registration: row.id, resends: row.resends + 1 },
  });
  const pending = pendingOf(dependencies, row.id, sent.columns);
  // a new number is proved by a message to it and by nothing else.
  return { kind: 'resent', pending: row.purpose === 'phone' ? { ...pending, identity: [] } : pending };
}
