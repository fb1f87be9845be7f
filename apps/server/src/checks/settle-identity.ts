import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import { keepDi, keptDiKey } from '../identity/certified-numbers.ts';
import { refusalOf, type Settle, type SettledAttempt } from '../identity/complete-attempt.ts';
import type { CertifiedPerson } from '../identity/provider.ts';
import { type Certified, type Comparison, compare } from '../identity/rules.ts';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import { type QueueDependencies, queueEvents } from '../webhooks/queue-event.ts';
import { passedEvent } from './check-event.ts';
import { isDisputed, passByIdentity, readIdentified } from './identity-store.ts';
import { liftLock } from './lift-lock.ts';
import { isOver } from './rules.ts';
import { type AnsweredCheck, type Gathered, gatherOne } from './store.ts';

interface Dependencies extends QueueDependencies {
  keyring: Keyring;
}

/**
 * C-6: a certified person and a check. It is passed when the person matches what the check says, and the lock of
 * the registration is lifted when they also match what that says. Locks: learner, check.
 */
export const settleCheckIdentity =
  (dependencies: Dependencies): Settle =>
  async (tx, attempt, { person, keys }) => {
    const more = await readIdentified(tx, attempt.subjectId);
    const found = more && (await gatherOne(tx, more.token_hash));
    if (!more || !found) return { kind: 'refused', reason: 'check-over' };
    const { check } = found;
    if (isOver({ status: check.status, expiresAt: check.expires_at }, attempt.now)) {
      return { kind: 'refused', reason: 'check-over' };
    }
    const kept = await keptDiKey(tx, check.phone_key);
    const birthDate = openBirthDate(dependencies.keyring, check.id, more.birth_date_sealed);
    const expected = { nameKey: check.name_key, phoneKey: check.phone_key, birthDate, diKey: kept };
    const comparison = compare(expected, keys);
    if (comparison.kind !== 'match') return refusalOf(comparison);
    await passByIdentity(tx, check.id, { method: attempt.method, passed_at: attempt.now });
    await keepPerson(dependencies, tx, person, comparison);
    const lifted = await liftMatching(tx, found, attempt, keys, kept);
    await record(tx, {
      at: attempt.now,
      kind: 'check.passed',
      actor: 'learner',
      institution: check.institution_id,
      learner: found.device?.learner_id ?? null,
      device: null,
      check: check.id,
      data: { method: attempt.method, matched: comparison.by.join(), lifted },
    });
    await queueEvents(tx, dependencies, [passedEvent(check, attempt.method, attempt.now)]);
    return { kind: 'passed' };
  };

function openBirthDate(keyring: Keyring, check: string, sealed: Sealed | null): string | undefined {
  if (sealed === null) return undefined;
  return keyring.open({ table: 'check', column: 'birth_date', row: check }, sealed).toString();
}

/** The DI is kept only of a person who matched by number: then it stands for that number. */
async function keepPerson(
  dependencies: Dependencies,
  tx: Tx,
  { phone, di }: CertifiedPerson,
  { by }: Extract<Comparison, { kind: 'match' }>,
): Promise<void> {
  if (by.includes('phone') && phone !== undefined && di !== undefined) {
    await keepDi(tx, dependencies, { phone, di });
  }
}

/**
 * A registration says a name and a number; a birth date alone proves neither of them. A lock by dispute stays:
 * whoever passes a check proves who they are, not that the phone which took the place of theirs is theirs. That is
 * proved in its app, or by another registration.
 */
async function liftMatching(
  tx: Tx,
  { check, device }: Gathered<AnsweredCheck>,
  { now }: SettledAttempt,
  keys: Certified,
  kept: string | undefined,
): Promise<boolean> {
  if (!device || device.locked_at === null || device.name_key === null) return false;
  const registered = { nameKey: device.name_key, phoneKey: check.phone_key, diKey: kept };
  if (compare(registered, keys).kind !== 'match' || (await isDisputed(tx, device.id))) return false;
  await liftLock(tx, device.id, {
    at: now,
    actor: 'learner',
    institution: check.institution_id,
    learner: device.learner_id,
    check: check.id,
    data: { because: 'identity' },
  });
  return true;
}
