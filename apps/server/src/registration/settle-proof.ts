import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import { keepDi } from '../identity/certified-numbers.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { PhoneNumber } from '../learners/rules.ts';
import type { QueueDependencies } from '../webhooks/queue-event.ts';
import { newId } from '../world.ts';
import { isHeld } from './hold.ts';
import { joinOthers, keepFormerNumber, lockPerson, takeNumber } from './link-numbers.ts';
import { replaceDevices } from './replace-devices.ts';
import { nameIsBound } from './rules.ts';
import {
  findLearner,
  findNamesakes,
  findReplaced,
  insertDevice,
  insertLearner,
  lockLearners,
  type StoredLearner,
  type StoredRegistration,
  setLearner,
  setRegistration,
} from './store.ts';

interface SettlingDependencies extends QueueDependencies {
  keyring: Keyring;
}

/** A registration that stands: what the reply to the app is made of. */
export interface Proved {
  kind: 'proved';
  registration: StoredRegistration;
  device: string;
  seed: Buffer;
  learner: StoredLearner;
}

/** A message proves the number; an identity check the name too, and with a DI which person it is. */
export type ProofOf = { by: 'sms' } | { by: 'identity'; di: string | undefined };

const SEED_BYTES = 32;

export const seedPlace = (device: string) => ({ table: 'device', column: 'seed', row: device });

/**
 * The new registration begins and, in the same transaction, every older one of this learner, number or key ends
 * . The registration is locked already; locks besides: counters, learners by id.
 */
export async function settleProof(
  dependencies: SettlingDependencies,
  tx: Tx,
  row: StoredRegistration,
  proof: ProofOf,
  now: number,
): Promise<Proved | { kind: 'refused'; reason: 'identity-required' }> {
  const { phone_key: phoneKey, thumbprint } = row;
  const di = proof.by === 'identity' ? proof.di : undefined;
  const linked = di === undefined ? [] : await lockPerson(dependencies.keyring, tx, di, phoneKey, now);
  await lockLearners(tx, [phoneKey, ...linked], thumbprint);
  const known = await findLearner(tx, { phone_key: phoneKey });
  const isOther = known !== undefined && known.name_key !== row.name_key;
  if (proof.by === 'sms') {
    const isBound = isOther && nameIsBound(known.named_at, now);
    if (isBound || (await isHeld(tx, phoneKey, known, now)))
      return { kind: 'refused', reason: 'identity-required' };
  }
  // R-2a: the number is another person’s now; the older learner keeps history, not number.
  if (isOther) await takeNumber(tx, known);
  const own = known && !isOther ? [known] : [];
  const [same, ...others] = [...own, ...(await findNamesakes(tx, linked, row.name_key))];
  const learner = await learnerOf(dependencies, tx, row, same, now);
  const learnerIds = [learner, ...others].map(({ id }) => id);
  await replaceDevices(dependencies, tx, await findReplaced(tx, { learnerIds, phoneKey, thumbprint }), now);
  await joinOthers(dependencies, tx, others, learner.id, now);
  if (di !== undefined) await keepDi(tx, dependencies, { phone: numberOf(dependencies.keyring, row), di });
  return register(dependencies, tx, row, { learner, by: proof.by }, now);
}

function typed(keyring: Keyring, row: StoredRegistration, column: 'name' | 'phone'): string {
  const sealed = row[`${column}_sealed`];
  if (sealed === null) throw new Error('a pending registration without name or number');
  return keyring.open({ table: 'registration', column, row: row.id }, sealed).toString();
}

/** It was parsed when the registration began. */
const numberOf = (keyring: Keyring, row: StoredRegistration): PhoneNumber =>
  typed(keyring, row, 'phone') as PhoneNumber;

async function learnerOf(
  dependencies: SettlingDependencies,
  tx: Tx,
  row: StoredRegistration,
  known: StoredLearner | undefined,
  now: number,
): Promise<StoredLearner> {
  const { keyring, world } = dependencies;
  const id = known?.id ?? newId('lrn', world);
  const moved = (column: 'name' | 'phone') =>
    keyring.seal({ table: 'learner', column, row: id }, typed(keyring, row, column));
  const learner: StoredLearner = {
    id,
    name_key: row.name_key,
    name_sealed: moved('name'),
    phone_key: row.phone_key,
    phone_sealed: moved('phone'),
    named_at: now,
    created_at: known?.created_at ?? now,
    withdrawn_at: null,
  };
  if (known && known.phone_key !== row.phone_key) await keepFormerNumber(dependencies, tx, known, id, now);
  await (known ? setLearner(tx, id, learner) : insertLearner(tx, learner));
  return learner;
}

async function register(
  { keyring, world }: SettlingDependencies,
  tx: Tx,
  row: StoredRegistration,
  { learner, by }: { learner: StoredLearner; by: ProofOf['by'] },
  now: number,
): Promise<Proved> {
  const id = newId('dev', world);
  const seed = world.random(SEED_BYTES);
  await insertDevice(tx, {
    id,
    learner_id: learner.id,
    thumbprint: row.thumbprint,
    status: 'active',
    name_key: row.name_key,
    phone_key: row.phone_key,
    seed_sealed: keyring.seal(seedPlace(id), seed),
    last_step: -1,
    spent_json: '[]',
    failures: 0,
    failed_json: '[]',
    compared: 0,
    consents_json: row.consents_json,
    proof: by,
    registered_at: now,
    used_at: now,
    idle_since: now,
  });
  await setRegistration(tx, row.id, { proved_at: now, device_id: id, name_sealed: null, phone_sealed: null });
  await record(tx, {
    at: now,
    kind: 'registration.proved',
    actor: 'learner',
    learner: learner.id,
    device: id,
    data: { registration: row.id, proof: by },
  });
  return { kind: 'proved', registration: row, device: id, seed, learner };
}
