import type { IdentityMethod } from '@motp/protocol';
import type { Tx } from '../db/open.ts';
import { type AttemptBeginning, beginAttempt, type IdentityDependencies } from '../identity/begin-attempt.ts';
import { keptDiKey } from '../identity/certified-numbers.ts';
import type { IdentityProviders } from '../identity/provider.ts';
import { ATTEMPT_MS, isComparable, methodsOf } from '../identity/rules.ts';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import { parsePhone } from '../learners/rules.ts';
import { extendCheck, lockCheck } from './identity-store.ts';
import { isOver } from './rules.ts';
import { findByToken, type StoredCheck } from './store.ts';

type Beginning = AttemptBeginning<'check-over'> | { kind: 'refused'; reason: 'check-unknown' };

/** 휴대폰 or 아이핀 on the check page (C-6): starts an attempt and extends the check, once. */
export async function beginIdentity(
  dependencies: IdentityDependencies,
  hash: string,
  method: IdentityMethod,
): Promise<Beginning> {
  const { database, keyring, providers, world } = dependencies;
  const found = await findByToken(database, hash);
  if (!found) return { kind: 'refused', reason: 'check-unknown' };
  const { check } = found;
  if (isOver({ status: check.status, expiresAt: check.expires_at }, world.now())) {
    return { kind: 'refused', reason: 'check-over' };
  }
  const offered = await offeredMethods(database, providers, check);
  if (!offered.includes(method)) return { kind: 'refused', reason: 'identity-unavailable' };
  return beginAttempt(dependencies, {
    purpose: 'check',
    subjectId: check.id,
    phoneKey: check.phone_key,
    method,
    person: personOf(keyring, check),
    locale: check.locale.startsWith('en') ? 'en' : 'ko',
    admit: (tx, now) => admit(tx, check.id, now),
  });
}

async function admit(
  tx: Tx,
  id: string,
  now: number,
): Promise<{ kind: 'admitted'; until: number } | { kind: 'refused'; reason: 'check-over' }> {
  const check = await lockCheck(tx, id);
  if (!check || isOver({ status: check.status, expiresAt: check.expires_at }, now)) {
    return { kind: 'refused', reason: 'check-over' };
  }
  if (check.extended_at !== null) return { kind: 'admitted', until: check.expires_at };
  const until = Math.max(check.expires_at, now + ATTEMPT_MS);
  await extendCheck(tx, id, { expires_at: until, extended_at: now });
  return { kind: 'admitted', until };
}

type Offering = Pick<StoredCheck, 'phone_key' | 'birth_date_sealed'>;

/** C-6: where nothing can be compared the method is not offered. */
export async function offeredMethods(
  tx: Tx,
  providers: IdentityProviders,
  check: Offering,
): Promise<IdentityMethod[]> {
  const methods = methodsOf(providers);
  if (methods.length === 0) return [];
  const known = {
    phone: check.phone_key !== '',
    birthDate: check.birth_date_sealed !== null,
    di: (await keptDiKey(tx, check.phone_key)) !== undefined,
  };
  return methods.filter((method) => {
    const gives = providers[method]?.gives;
    return gives !== undefined && isComparable(gives, known);
  });
}

function personOf(keyring: Keyring, check: StoredCheck) {
  const open = (column: 'name' | 'phone' | 'birth_date', sealed: Sealed | null) =>
    sealed === null ? '' : keyring.open({ table: 'check', column, row: check.id }, sealed).toString();
  const phone = parsePhone(open('phone', check.phone_sealed));
  const birthDate = open('birth_date', check.birth_date_sealed);
  return {
    name: open('name', check.name_sealed),
    ...(phone ? { phone } : {}),
    ...(birthDate === '' ? {} : { birthDate }),
  };
}
