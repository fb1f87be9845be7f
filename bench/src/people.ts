import { createHash, createHmac } from 'node:crypto';
import type { Selectable } from 'kysely';
import { tokenHash } from '../../apps/server/src/checks/open-check.ts';
import type { AuditEventRow, CheckRow, DeviceRow, LearnerRow } from '../../apps/server/src/db/schema.ts';
import type { Keyring } from '../../apps/server/src/keys/keyring.ts';
import { newId, realWorld, type World } from '../../apps/server/src/world.ts';
import { pooledRandom } from './random.ts';

/** Registered people of one database; who they are follows from their number, so that nobody is kept in memory. */
export interface Population {
  count: number;
  /** Epoch ms; all of them registered in the 300 days before, one after another. */
  filledAt: number;
  /** Their seeds are made of it. */
  seedKey: Buffer;
}

export type EventRow = Omit<Selectable<AuditEventRow>, 'id'>;

/** What the database holds of one person: a registration and the check that was passed with it a minute later. */
export interface PersonRows {
  learner: LearnerRow;
  device: Selectable<DeviceRow>;
  check: CheckRow;
  events: EventRow[];
}

/** Somebody of the population who is asked now. */
export interface Person {
  nth: number;
  seed: Buffer;
  checks: OpenCheck[];
}

export interface OpenCheck {
  id: string;
  token: string;
}

export const INSTITUTION = 'bench';
const NAME = '홍길동';
/** Less than the twelve months after which an unused registration ends (R-2a). */
const REGISTERED_WITHIN_MS = 300 * 24 * 60 * 60_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const newPopulation = (count: number): Population => ({
  count,
  filledAt: realWorld.now(),
  seedKey: realWorld.random(32),
});

export const seedOf = ({ seedKey }: Population, nth: number): Buffer =>
  createHmac('sha256', seedKey).update(String(nth)).digest();

const phoneOf = (nth: number): string => `+8210${String(nth).padStart(8, '0')}`;

/** Sealed and hashed as the product does it, so that the server under test really opens what it reads. */
export function personRows(keyring: Keyring, population: Population, nth: number): PersonRows {
  const ago = REGISTERED_WITHIN_MS * (1 - nth / population.count);
  const world = worldAt(Math.floor(population.filledAt - ago));
  const keys = keysOf(keyring, nth);
  const learner = learnerRow(keyring, nth, keys, world);
  const device = deviceRow(keyring, learner, seedOf(population, nth), world);
  const open = openCheckRow(keyring, { nth, number: 0, keys }, worldAt(world.now() + MINUTE_MS));
  const check = passed(open, device);
  return { learner, device, check, events: eventsOf(device, check) };
}

/** Ids begin with their time: those of a year ago lie where those of a year ago lie. */
const worldAt = (now: number): World => ({ now: () => now, random: pooledRandom });

function learnerRow(keyring: Keyring, nth: number, keys: Keys, world: World): LearnerRow {
  const id = newId('lrn', world);
  return {
    id,
    ...keys,
    name_sealed: keyring.seal({ table: 'learner', column: 'name', row: id }, NAME),
    phone_sealed: keyring.seal({ table: 'learner', column: 'phone', row: id }, phoneOf(nth)),
    named_at: world.now(),
    created_at: world.now(),
    withdrawn_at: null,
  };
}

function deviceRow(
  keyring: Keyring,
  learner: Pick<LearnerRow, 'id' | 'name_key' | 'phone_key'>,
  seed: Buffer,
  world: World,
): Selectable<DeviceRow> {
  const id = newId('dev', world);
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
    registered_at: world.now(),
    used_at: world.now() + 2 * MINUTE_MS,
    idle_since: world.now() + 2 * MINUTE_MS,
    ended_at: null,
    locked_because: null,
    disputed_at: null,
  };
}

export interface Asked {
  nth: number;
  /** Tells the exams of one learner apart: only one check of an occasion is open. */
  number: number;
  keys: Keys;
}

export interface Keys {
  name_key: string;
  phone_key: string;
}

export const keysOf = (keyring: Keyring, nth: number): Keys => ({
  name_key: keyring.hash('name', NAME),
  phone_key: keyring.hash('phone', phoneOf(nth)),
});

export function openCheckRow(keyring: Keyring, { nth, number, keys }: Asked, world: World): CheckRow {
  const id = newId('chk', world);
  return {
    id,
    institution_id: INSTITUTION,
    learner_ref: `learner-${nth}`,
    ...keys,
    name_sealed: keyring.seal({ table: 'check', column: 'name', row: id }, NAME),
    phone_sealed: keyring.seal({ table: 'check', column: 'phone', row: id }, phoneOf(nth)),
    birth_date_sealed: null,
    course_id: 'safety-101',
    course_title: '산업안전보건',
    round: '3',
    occasion_kind: 'exam',
    occasion_number: number,
    session_key: null,
    session_sealed: null,
    return_url: null,
    locale: 'ko',
    token_hash: tokenHash(keyring.hash('check-token', id)),
    status: 'open',
    reasons_json: '["exam"]',
    method: null,
    device_id: null,
    device_thumbprint: null,
    registration_at: null,
    registration_proof: null,
    created_at: world.now(),
    expires_at: world.now() + HOUR_MS,
    passed_at: null,
    compared: 0,
    extended_at: null,
    disputed_at: null,
  };
}

/** Ten minutes to answer it, and answered after one. */
function passed(check: CheckRow, device: Selectable<DeviceRow>): CheckRow {
  return {
    ...check,
    status: 'passed',
    method: 'motp',
    device_id: device.id,
    device_thumbprint: device.thumbprint,
    registration_at: device.registered_at,
    registration_proof: device.proof,
    expires_at: check.created_at + 10 * MINUTE_MS,
    passed_at: device.used_at,
  };
}

function eventsOf(device: Selectable<DeviceRow>, check: CheckRow): EventRow[] {
  const about = { institution_id: INSTITUTION, learner_id: device.learner_id, device_id: device.id };
  const passedAt = device.used_at;
  return [
    event(device.registered_at, 'registration.proved', {
      ...about,
      check_id: null,
      data_json: '{"proof":"sms"}',
    }),
    event(check.created_at, 'check.opened', {
      ...about,
      check_id: check.id,
      data_json: '{"reasons":"exam"}',
    }),
    event(passedAt, 'check.passed', { ...about, check_id: check.id, data_json: '{"method":"motp"}' }),
  ];
}

const event = (at: number, kind: string, about: Omit<EventRow, 'at' | 'kind' | 'actor'>): EventRow => ({
  ...{ at, kind, actor: 'learner' },
  ...about,
});
