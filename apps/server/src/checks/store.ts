import { type Selectable, sql } from 'kysely';
import { isOneOf, rowsOf } from '../db/batch.ts';
import type { Tx } from '../db/open.ts';
import type { CheckRow, DeviceRow } from '../db/schema.ts';

export type StoredCheck = Selectable<CheckRow>;
export type StoredDevice = Selectable<DeviceRow>;

/** A check and, when its number has one, the active registration of that number. */
export interface Gathered {
  check: StoredCheck;
  device: StoredDevice | undefined;
  learnerNameKey: string | null;
}

const deviceColumns = [
  'id',
  'learner_id',
  'thumbprint',
  'status',
  'phone_key',
  'seed_sealed',
  'last_step',
  'spent_json',
  'failures',
  'failed_json',
  'locked_at',
  'compared_day',
  'compared',
  'proof',
  'registered_at',
  'used_at',
] as const;

/**
 * Locks the learners of these checks in id order; SQLite holds the one write lock already.
 * @returns their ids, or undefined when everything is locked
 */
async function lockLearners(tx: Tx, tokenHashes: readonly string[]): Promise<Set<string> | undefined> {
  if (tx.dialect === 'sqlite') return undefined;
  const { rows } = await sql<{ id: string }>`
    select l.id from learner l
    where l.phone_key in (select c.phone_key from "check" c
      where ${isOneOf(tx.dialect, 'c.token_hash', tokenHashes)})
    order by l.id for update`.execute(tx.sql);
  return new Set(rows.map(({ id }) => id));
}

async function readChecks(tx: Tx, tokenHashes: readonly string[], lock: boolean): Promise<Gathered[]> {
  const device = sql.join(deviceColumns.map((name) => sql`d.${sql.ref(name)} as ${sql.ref(`d_${name}`)}`));
  const forUpdate = lock && tx.dialect === 'postgres' ? sql`for update of c` : sql``;
  const { rows } = await sql<Record<string, never>>`
    select c.*, l.name_key as l_name_key, ${device}
    from "check" c
    left join device d on d.phone_key = c.phone_key and d.status = 'active'
    left join learner l on l.id = d.learner_id
    where ${isOneOf(tx.dialect, 'c.token_hash', tokenHashes)}
    order by c.id ${forUpdate}`.execute(tx.sql);
  return rows.map(splitRow);
}

function splitRow(row: Record<string, unknown>): Gathered {
  const device =
    row.d_id === null
      ? undefined
      : (Object.fromEntries(
          deviceColumns.map((name) => [name, row[`d_${name}`]]),
        ) as unknown as StoredDevice);
  return {
    check: row as unknown as StoredCheck,
    device,
    learnerNameKey: row.l_name_key as string | null,
  };
}

const GATHER_ROUNDS = 5;

/**
 * Reads and locks everything that a batch of answers is judged by: learners by id, then checks by id. A number
 * that was registered between the two statements is not locked yet, so the reading begins again.
 */
export async function gather(tx: Tx, tokenHashes: readonly string[]): Promise<Gathered[]> {
  for (let round = 0; round < GATHER_ROUNDS; round++) {
    const locked = await lockLearners(tx, tokenHashes);
    const gathered = await readChecks(tx, tokenHashes, true);
    const isLocked = gathered.every(({ device }) => !device || !locked || locked.has(device.learner_id));
    if (isLocked) return gathered;
  }
  throw new Error('the registrations of a batch kept changing');
}

export type SettledDevice = Pick<
  StoredDevice,
  'id' | 'last_step' | 'spent_json' | 'failures' | 'failed_json' | 'locked_at' | 'used_at'
>;

export async function settleDevices(tx: Tx, devices: readonly SettledDevice[]): Promise<void> {
  const columns = {
    id: 'text',
    last_step: 'bigint',
    spent_json: 'text',
    failures: 'bigint',
    failed_json: 'text',
    locked_at: 'bigint',
    used_at: 'bigint',
  } as const;
  await sql`update device set last_step = v.last_step, spent_json = v.spent_json, failures = v.failures,
    failed_json = v.failed_json, locked_at = v.locked_at, used_at = v.used_at
    from ${rowsOf(tx.dialect, columns, devices)} where device.id = v.id`.execute(tx.sql);
}

export type SettledCheck = Pick<
  StoredCheck,
  | 'id'
  | 'status'
  | 'method'
  | 'passed_at'
  | 'device_id'
  | 'device_thumbprint'
  | 'registration_at'
  | 'registration_proof'
  | 'wrong_key'
  | 'wrong_at'
  | 'clock_searched'
  | 'clock_offset'
  | 'batch'
>;

export async function settleChecks(tx: Tx, checks: readonly SettledCheck[]): Promise<void> {
  const columns = {
    id: 'text',
    status: 'text',
    method: 'text',
    passed_at: 'bigint',
    device_id: 'text',
    device_thumbprint: 'text',
    registration_at: 'bigint',
    registration_proof: 'text',
    wrong_key: 'text',
    wrong_at: 'bigint',
    clock_searched: 'bigint',
    clock_offset: 'bigint',
    batch: 'text',
  } as const;
  await sql`update "check" set status = v.status, method = v.method, passed_at = v.passed_at,
    device_id = v.device_id, device_thumbprint = v.device_thumbprint, registration_at = v.registration_at,
    registration_proof = v.registration_proof, wrong_key = v.wrong_key, wrong_at = v.wrong_at,
    clock_searched = v.clock_searched, clock_offset = v.clock_offset, batch = v.batch
    from ${rowsOf(tx.dialect, columns, checks)} where "check".id = v.id`.execute(tx.sql);
}

/** Whether a batch whose commit was not answered holds: its checks carry its id. */
export async function isSettled(tx: Tx, batch: string, checkIds: readonly string[]): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`select id from "check"
    where ${isOneOf(tx.dialect, 'id', checkIds)} and batch = ${batch}`.execute(tx.sql);
  return rows.length === checkIds.length;
}

/** A check by its token, for reading only. */
export async function findByToken(tx: Tx, tokenHash: string): Promise<Gathered | undefined> {
  const [found] = await readChecks(tx, [tokenHash], false);
  return found;
}
