import { type RawBuilder, type Selectable, sql } from 'kysely';
import { isOneOf, rowsOf } from '../db/batch.ts';
import type { Tx } from '../db/open.ts';
import type { CheckRow, DeviceRow } from '../db/schema.ts';

export type StoredCheck = Selectable<CheckRow>;
export type StoredDevice = Selectable<DeviceRow>;

/** What an answer is judged by and its receipt is made of; the sealed values of a check stay unread. */
export const checkColumns = [
  'id',
  'institution_id',
  'learner_ref',
  'name_key',
  'phone_key',
  'course_id',
  'course_title',
  'round',
  'occasion_kind',
  'occasion_number',
  'return_url',
  'token_hash',
  'status',
  'reasons_json',
  'method',
  'device_id',
  'device_thumbprint',
  'registration_at',
  'registration_proof',
  'expires_at',
  'passed_at',
] as const satisfies readonly (keyof StoredCheck)[];

const deviceColumns = [
  'id',
  'learner_id',
  'thumbprint',
  'seed_sealed',
  'last_step',
  'spent_json',
  'failures',
  'failed_json',
  'wrongs_json',
  'locked_at',
  'proof',
  'registered_at',
  'used_at',
] as const satisfies readonly (keyof StoredDevice)[];

export type AnsweredCheck = Pick<StoredCheck, (typeof checkColumns)[number]>;
export type AnsweredDevice = Pick<StoredDevice, (typeof deviceColumns)[number]>;

/** A check and, when its number has one, the active registration of that number. */
export interface Gathered<Check extends AnsweredCheck = AnsweredCheck> {
  check: Check;
  device: AnsweredDevice | undefined;
  learnerNameKey: string | null;
  /** Whether its institution has a webhook: without one a batch writes no events, and needs no statement for it. */
  isTold: boolean;
}

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

type Row<Check> = Check & { l_name_key: string | null; is_told: boolean | number } & {
  [Column in keyof AnsweredDevice as `d_${Column}`]: AnsweredDevice[Column];
};

const ofDevice = sql.join(deviceColumns.map((name) => sql`d.${sql.ref(name)} as ${sql.ref(`d_${name}`)}`));
const ofCheck = sql.join(checkColumns.map((name) => sql.ref(`c.${name}`)));

async function readChecks<Check extends AnsweredCheck>(
  tx: Tx,
  columns: RawBuilder<unknown>,
  tokenHashes: readonly string[],
  lock: boolean,
): Promise<Gathered<Check>[]> {
  // SQLite holds the one write lock and needs no order; sorting rows this wide costs nearly as much as reading.
  const inOrder = lock && tx.dialect === 'postgres' ? sql`order by c.id for update of c` : sql``;
  const { rows } = await sql<Row<Check>>`
    select ${columns}, l.name_key as l_name_key, ${ofDevice},
      exists (select 1 from webhook_endpoint w where w.institution_id = c.institution_id) as is_told
    from "check" c
    left join device d on d.phone_key = c.phone_key and d.status = 'active'
    left join learner l on l.id = d.learner_id
    where ${isOneOf(tx.dialect, 'c.token_hash', tokenHashes)} ${inOrder}`.execute(tx.sql);
  return rows.map((row) => ({
    check: row,
    device: deviceOf(row),
    learnerNameKey: row.l_name_key,
    isTold: Boolean(row.is_told),
  }));
}

function deviceOf(row: Row<unknown>): AnsweredDevice | undefined {
  if (row.d_id === null) return undefined;
  return {
    id: row.d_id,
    learner_id: row.d_learner_id,
    thumbprint: row.d_thumbprint,
    seed_sealed: row.d_seed_sealed,
    last_step: row.d_last_step,
    spent_json: row.d_spent_json,
    failures: row.d_failures,
    failed_json: row.d_failed_json,
    wrongs_json: row.d_wrongs_json,
    locked_at: row.d_locked_at,
    proof: row.d_proof,
    registered_at: row.d_registered_at,
    used_at: row.d_used_at,
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
    const gathered = await readChecks<AnsweredCheck>(tx, ofCheck, tokenHashes, true);
    const isLocked = gathered.every(({ device }) => !device || !locked || locked.has(device.learner_id));
    if (isLocked) return gathered;
  }
  throw new Error('the registrations of a batch kept changing');
}

/*
 * A wrong code changes one row, its registration's: a row more is a page more to write (docs/performance.md). A wrong
 * code and a use are settled by statements of their own, because SQLite writes every index again that names a column
 * of the statement, changed or not, and a wrong code changes no indexed column.
 */

const failureColumns = {
  id: 'text',
  failures: 'bigint',
  failed_json: 'text',
  wrongs_json: 'text',
  locked_at: 'bigint',
  batch: 'text',
} as const;

const useColumns = {
  ...failureColumns,
  last_step: 'bigint',
  spent_json: 'text',
  used_at: 'bigint',
} as const;

export type SettledDevice = Pick<StoredDevice, keyof typeof useColumns>;

/** The registrations that wrong codes changed. */
export async function settleFailures(tx: Tx, devices: readonly SettledDevice[]): Promise<void> {
  await update(tx, 'device', failureColumns, devices);
}

/** The registrations with which a check was passed. */
export async function settleUses(tx: Tx, devices: readonly SettledDevice[]): Promise<void> {
  await update(tx, 'device', useColumns, devices);
}

const passedColumns = {
  id: 'text',
  status: 'text',
  method: 'text',
  passed_at: 'bigint',
  device_id: 'text',
  device_thumbprint: 'text',
  registration_at: 'bigint',
  registration_proof: 'text',
} as const;

export type SettledCheck = Pick<StoredCheck, keyof typeof passedColumns>;

/** A check that was open when it was read was ended by somebody else meanwhile. */
export class CheckGoneError extends Error {
  override name = 'CheckGoneError';
  /** SQLSTATE serialization_failure: nothing changed, and another try may do. */
  readonly code = '40001';
}

/**
 * The checks that passed. Their rows were read without a lock, so that a wrong code writes none: the statement
 * itself finds out whether they are still open. @throws CheckGoneError
 */
export async function settlePassed(tx: Tx, checks: readonly SettledCheck[]): Promise<void> {
  const inOrder = [...checks].sort((one, other) => (one.id < other.id ? -1 : 1));
  const changed = await update(tx, 'check', passedColumns, inOrder, sql` and "check".status = 'open'`);
  if (changed !== checks.length) throw new CheckGoneError('a check was ended while it was answered');
}

async function update<Column extends string>(
  tx: Tx,
  table: 'device' | 'check',
  columns: Readonly<Record<Column, 'text' | 'bigint'>>,
  rows: readonly Readonly<Record<NoInfer<Column>, string | number | null>>[],
  where: RawBuilder<unknown> = sql``,
): Promise<number> {
  if (rows.length === 0) return 0;
  const set = Object.keys(columns)
    .filter((name) => name !== 'id')
    .map((name) => sql`${sql.ref(name)} = ${sql.ref(`v.${name}`)}`);
  const { numAffectedRows } = await sql`update ${sql.table(table)} set ${sql.join(set)}
    from ${rowsOf(tx.dialect, columns, rows)} where ${sql.ref(`${table}.id`)} = v.id${where}`.execute(tx.sql);
  return Number(numAffectedRows ?? 0);
}

/** Whether a batch whose commit was not answered holds: its registrations carry its id. */
export async function isSettled(tx: Tx, batch: string, deviceIds: readonly string[]): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`select id from device
    where ${isOneOf(tx.dialect, 'id', deviceIds)} and batch = ${batch}`.execute(tx.sql);
  return rows.length === deviceIds.length;
}

/** A check by its token, for reading only. */
export async function findByToken(tx: Tx, tokenHash: string): Promise<Gathered<StoredCheck> | undefined> {
  const [found] = await readChecks<StoredCheck>(tx, sql`c.*`, [tokenHash], false);
  return found;
}
