import { createHash } from 'node:crypto';
import type { Insertable } from 'kysely';
import { tokenHash } from '../../apps/server/src/checks/open-check.ts';
import type { Database } from '../../apps/server/src/db/open.ts';
import type { CheckRow, DeviceRow, LearnerRow } from '../../apps/server/src/db/schema.ts';
import { addInstitution } from '../../apps/server/src/institutions/add-institution.ts';
import type { Keyring } from '../../apps/server/src/keys/keyring.ts';
import { newId, realWorld } from '../../apps/server/src/world.ts';

/** One registered learner with an open check, in the order in which the checks were opened. */
export interface Person {
  seed: Buffer;
  token: string;
}

export const INSTITUTION = 'bench';
const ROWS_AT_ONCE = 200;
const HOUR_MS = 60 * 60_000;

/**
 * Puts learners, their registrations and an open check for each straight into the database, sealed and hashed
 * as the product does it, so that the server under test really opens what it reads.
 */
export async function loadPeople(
  database: Database,
  keyring: Keyring,
  count: number,
  progress: (loaded: number) => void,
): Promise<Person[]> {
  const origins = ['https://lms.example'];
  await addInstitution(database, realWorld, { id: INSTITUTION, name: '한빛', origins });
  const registered: Registered[] = [];
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    const made = range(from, Math.min(count, from + ROWS_AT_ONCE)).map((nth) => register(keyring, nth));
    await database.transaction(async ({ sql }) => {
      await sql
        .insertInto('learner')
        .values(made.map(({ learner }) => learner))
        .execute();
      await sql
        .insertInto('device')
        .values(made.map(({ device }) => device))
        .execute();
    });
    registered.push(...made);
    progress(registered.length / 2);
  }
  return openChecks(database, keyring, shuffled(registered), progress);
}

/**
 * Those who answer in one minute registered months apart: their registrations lie scattered, their checks, opened
 * a moment ago, side by side.
 */
async function openChecks(
  database: Database,
  keyring: Keyring,
  registered: readonly Registered[],
  progress: (loaded: number) => void,
): Promise<Person[]> {
  const people: Person[] = [];
  while (people.length < registered.length) {
    const opened = registered
      .slice(people.length, people.length + ROWS_AT_ONCE)
      .map(({ who, seed }) => ({ seed, ...openCheck(keyring, who) }));
    await database.transaction(async ({ sql }) => {
      await sql
        .insertInto('check')
        .values(opened.map(({ check }) => check))
        .execute();
    });
    people.push(...opened.map(({ seed, token }) => ({ seed, token })));
    progress((registered.length + people.length) / 2);
  }
  return people;
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

interface Who {
  nth: number;
  name: string;
  phone: string;
  keys: { name_key: string; phone_key: string };
}

interface Registered {
  who: Who;
  seed: Buffer;
  learner: LearnerRow;
  device: Insertable<DeviceRow>;
}

function register(keyring: Keyring, nth: number): Registered {
  const name = '홍길동';
  const phone = `+8210${String(nth).padStart(8, '0')}`;
  const keys = { name_key: keyring.hash('name', name), phone_key: keyring.hash('phone', phone) };
  const who = { nth, name, phone, keys };
  const seed = realWorld.random(32);
  const learner = learnerRow(keyring, who);
  return { who, seed, learner, device: deviceRow(keyring, learner, seed) };
}

function openCheck(keyring: Keyring, who: Who): { token: string; check: CheckRow } {
  const check = checkRow(keyring, who);
  const token = keyring.hash('check-token', check.id);
  return { token, check: { ...check, token_hash: tokenHash(token) } };
}

function learnerRow(keyring: Keyring, { name, phone, keys }: Who): LearnerRow {
  const id = newId('lrn', realWorld);
  return {
    id,
    ...keys,
    name_sealed: keyring.seal({ table: 'learner', column: 'name', row: id }, name),
    phone_sealed: keyring.seal({ table: 'learner', column: 'phone', row: id }, phone),
    named_at: realWorld.now(),
    created_at: realWorld.now(),
    withdrawn_at: null,
  };
}

function deviceRow(keyring: Keyring, learner: LearnerRow, seed: Buffer): Insertable<DeviceRow> {
  const id = newId('dev', realWorld);
  return {
    id,
    learner_id: learner.id,
    thumbprint: createHash('sha256').update(id).digest('base64url'),
    status: 'active',
    name_key: learner.name_key,
    phone_key: learner.phone_key,
    seed_sealed: keyring.seal({ table: 'device', column: 'seed', row: id }, seed),
    last_step: -1,
    spent_json: '[]',
    failures: 0,
    failed_json: '[]',
    wrongs_json: '[]',
    batch: null,
    locked_at: null,
    compared_day: null,
    compared: 0,
    consents_json: '["terms-1"]',
    proof: 'sms',
    registered_at: realWorld.now(),
    used_at: realWorld.now(),
    ended_at: null,
    locked_because: null,
    disputed_at: null,
  };
}

function checkRow(keyring: Keyring, { nth, name, phone, keys }: Who): CheckRow {
  const id = newId('chk', realWorld);
  const now = realWorld.now();
  return {
    id,
    institution_id: INSTITUTION,
    learner_ref: `learner-${nth}`,
    ...keys,
    name_sealed: keyring.seal({ table: 'check', column: 'name', row: id }, name),
    phone_sealed: keyring.seal({ table: 'check', column: 'phone', row: id }, phone),
    birth_date_sealed: null,
    course_id: 'safety-101',
    course_title: '산업안전보건',
    round: '3',
    occasion_kind: 'exam',
    occasion_number: 1,
    session_key: null,
    session_sealed: null,
    return_url: null,
    locale: 'ko',
    token_hash: '',
    status: 'open',
    reasons_json: '["exam"]',
    method: null,
    device_id: null,
    device_thumbprint: null,
    registration_at: null,
    registration_proof: null,
    created_at: now,
    expires_at: now + HOUR_MS,
    passed_at: null,
    compared: 0,
    extended_at: null,
    disputed_at: null,
  };
}
