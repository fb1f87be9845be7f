import { type RawBuilder, type Selectable, sql } from 'kysely';
import { isOneOf, last, listed, prepared, rowsOf } from '../db/batch.ts';
import type { Tx } from '../db/open.ts';
import type { CheckRow, DeviceRow } from '../db/schema.ts';

export type StoredCheck = Selectable<CheckRow>;
export type StoredDevice = Selectable<DeviceRow>;

/** What an answer is judged by. */
const judgedColumns = [
  'id',
  'institution_id',
  'name_key',
  'token_hash',
  'status',
  'expires_at',
  'passed_at',
] as const satisfies readonly (keyof StoredCheck)[];

/** What a receipt and an event are made of; the sealed values of a check stay unread. */
const checkColumns = [
  ...judgedColumns,
  'learner_ref',
  'phone_key',
  'course_id',
  'course_title',
  'round',
  'occasion_kind',
  'occasion_number',
  'return_url',
  'reasons_json',
  'method',
  'device_id',
  'device_thumbprint',
  'registration_at',
  'registration_proof',
] as const satisfies readonly (keyof StoredCheck)[];

const deviceColumns = [
  'id',
  'learner_id',
  'name_key',
  'seed_sealed',
  'last_step',
  'spent_json',
  'failures',
  'failed_json',
  'wrongs_json',
  'locked_at',
  'used_at',
] as const satisfies readonly (keyof StoredDevice)[];

export type JudgedCheck = Pick<StoredCheck, (typeof judgedColumns)[number]>;
export type AnsweredCheck = Pick<StoredCheck, (typeof checkColumns)[number]>;

/** `place` is where a batch finds the row again: SQLite's rowid, which spares it the search by id. */
export type AnsweredDevice = Pick<StoredDevice, (typeof deviceColumns)[number]> & { place: string | number };

/** @param of the alias of the table in the statement */
export const placeOf = ({ dialect }: Tx, of = 'device') =>
  sql<string | number>`${sql.ref(`${of}.${dialect === 'sqlite' ? 'rowid' : 'id'}`)}`;

/** A check and, when its number has one, the active registration of that number. */
export interface Gathered<Check extends JudgedCheck = JudgedCheck> {
  check: Check;
  device: AnsweredDevice | undefined;
}

/** Locks the learners of these checks in id order. @returns their ids */
async function lockLearners(tx: Tx, tokenHashes: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select l.id from learner l
    where l.phone_key in (select c.phone_key from "check" c
      where ${isOneOf(tx.dialect, 'c.token_hash', tokenHashes)})
    order by l.id for update`.execute(tx.sql);
  return new Set(rows.map(({ id }) => id));
}

type Row<Check> = Check & {
  [Column in keyof AnsweredDevice as `d_${Column}`]: AnsweredDevice[Column];
};

const ofDevice = sql.raw(deviceColumns.map((name) => `d."${name}" as "d_${name}"`).join(', '));
const ofJudged = listed(judgedColumns, 'c.');
const ofAnswered = listed(checkColumns, 'c.');

async function readChecks<Check extends JudgedCheck>(
  tx: Tx,
  columns: RawBuilder<unknown>,
  tokenHashes: readonly string[],
  lock: RawBuilder<unknown> = sql``,
): Promise<Gathered<Check>[]> {
  const { rows } = await sql<Row<Check>>`${prepared}
    select ${columns}, ${ofDevice}, ${placeOf(tx, 'd')} as d_place
    from "check" c
    left join device d on d.phone_key = c.phone_key and d.status = 'active'
    where ${isOneOf(tx.dialect, 'c.token_hash', tokenHashes)} ${lock}`.execute(tx.sql);
  return rows.map(gathered);
}

const gathered = <Check extends JudgedCheck>(row: Row<Check>): Gathered<Check> => ({
  check: row,
  device: deviceOf(row),
});

function deviceOf(row: Row<unknown>): AnsweredDevice | undefined {
  if (row.d_id === null) return undefined;
  return {
    id: row.d_id,
    place: row.d_place,
    learner_id: row.d_learner_id,
    name_key: row.d_name_key,
    seed_sealed: row.d_seed_sealed,
    last_step: row.d_last_step,
    spent_json: row.d_spent_json,
    failures: row.d_failures,
    failed_json: row.d_failed_json,
    wrongs_json: row.d_wrongs_json,
    locked_at: row.d_locked_at,
    used_at: row.d_used_at,
  };
}

const GATHER_ROUNDS = 5;
const KEPT_CHANGING = 'the registrations of a batch kept changing';

/**
 * Reads everything that a batch of answers is judged by, and locks the registrations, by id (ADR 0008). A check is
 * read without a lock, so that a wrong code writes no row of it: who ends it meanwhile is found out when it passes.
 */
export async function gather(tx: Tx, tokenHashes: readonly string[]): Promise<Gathered[]> {
  if (tx.dialect === 'sqlite') return readChecks(tx, ofJudged, tokenHashes);
  for (let round = 0; round < GATHER_ROUNDS; round++) {
    const found = await lockAndRead(tx, tokenHashes);
    const known = new Map(found.filter(({ d_changed }) => !d_changed).map((row) => [row.token_hash, row]));
    const sure = [...known.values()].map(gathered);
    const rest = tokenHashes.filter((hash) => !known.has(hash));
    if (rest.length === 0) return sure;
    const locked = new Set(found.map(({ d_id }) => d_id));
    const read = await readChecks(tx, ofJudged, rest);
    if (read.every(({ device }) => !device || locked.has(device.id))) return [...sure, ...read];
  }
  throw new Error(KEPT_CHANGING);
}

/**
 * The checks whose number has an active registration, which is locked. While the statement waits for a lock, the
 * rest of what it reads grows old: `d_changed` says of a row that it must be read again.
 */
async function lockAndRead(
  tx: Tx,
  tokenHashes: readonly string[],
): Promise<(Row<JudgedCheck> & { d_changed: boolean })[]> {
  const { rows } = await sql<Row<JudgedCheck> & { d_changed: boolean }>`${prepared}
    select ${ofJudged}, ${ofDevice}, d.id as d_place, d.ctid <> seen.ctid as d_changed
    from "check" c
    join device seen on seen.phone_key = c.phone_key and seen.status = 'active'
    join device d on d.id = seen.id
    where ${isOneOf(tx.dialect, 'c.token_hash', tokenHashes)}
    order by d.id for update of d`.execute(tx.sql);
  return rows;
}

/**
 * One check with everything that its receipt is made of, locked, with its registration and the learner of that. A
 * number that was registered between the statements is not locked yet, so they begin again.
 */
export async function gatherOne(tx: Tx, tokenHash: string): Promise<Gathered<AnsweredCheck> | undefined> {
  if (tx.dialect === 'sqlite') return (await readChecks<AnsweredCheck>(tx, ofAnswered, [tokenHash]))[0];
  for (let round = 0; round < GATHER_ROUNDS; round++) {
    const learners = await lockLearners(tx, [tokenHash]);
    const [before] = await gather(tx, [tokenHash]);
    const [found] = await readChecks<AnsweredCheck>(tx, ofAnswered, [tokenHash], sql`for update of c`);
    const device = found?.device;
    const isLocked = device?.id === before?.device?.id && learners.has(device?.learner_id ?? '');
    if (!device || isLocked) return found;
  }
  throw new Error(KEPT_CHANGING);
}

/** What the receipt and the events of an answered check need beside what it was judged by. */
export interface AnsweredFully {
  check: AnsweredCheck;
  /** Of the registration, for the receipt. */
  thumbprint: string;
  registered_at: number;
  proof: string;
  /** Whether its institution has a webhook: without one a batch writes no events, and needs no statement for it. */
  isTold: boolean;
}

/** Of the checks that passed, or whose registration was locked: most answers are neither. */
export async function readAnswered(tx: Tx, checkIds: readonly string[]): Promise<Map<string, AnsweredFully>> {
  if (checkIds.length === 0) return new Map();
  type Read = AnsweredCheck & Omit<AnsweredFully, 'check' | 'isTold'> & { is_told: boolean | number };
  const { rows } = await sql<Read>`${prepared}
    select ${ofAnswered}, d.thumbprint, d.registered_at, d.proof,
      exists (select 1 from webhook_endpoint w where w.institution_id = c.institution_id) as is_told
    from "check" c join device d on d.phone_key = c.phone_key and d.status = 'active'
    where ${isOneOf(tx.dialect, 'c.id', checkIds)}`.execute(tx.sql);
  return new Map(
    rows.map(({ thumbprint, registered_at, proof, is_told, ...check }) => [
      check.id,
      { check, thumbprint, registered_at, proof, isTold: Boolean(is_told) },
    ]),
  );
}

/**
 * What an answer changes of a registration. A wrong code changes no other row: one more is a page more to write
 * (docs/performance.md). None of these columns is in an index, or every answer would write its entries, too.
 */
export const settledColumns = {
  failures: 'bigint',
  failed_json: 'text',
  wrongs_json: 'text',
  locked_at: 'bigint',
  batch: 'text',
  last_step: 'bigint',
  spent_json: 'text',
  used_at: 'bigint',
} as const;

export type SettledDevice = Pick<StoredDevice, keyof typeof settledColumns> & Pick<AnsweredDevice, 'place'>;

/** The registrations that answers changed. */
export async function settleDevices(tx: Tx, devices: readonly SettledDevice[]): Promise<void> {
  if (devices.length > 0) await sql`${prepared} ${deviceUpdate(tx, devices)}`.execute(tx.sql);
}

const passedColumns = {
  status: 'text',
  method: 'text',
  passed_at: 'bigint',
  device_id: 'text',
  device_thumbprint: 'text',
  registration_at: 'bigint',
  registration_proof: 'text',
  id: 'text',
} as const;

export type SettledCheck = Pick<StoredCheck, keyof typeof passedColumns>;

/** A check that was open when it was read was ended by somebody else meanwhile. */
export class CheckGoneError extends Error {
  override name = 'CheckGoneError';
  /** SQLSTATE serialization_failure: nothing changed, and another try may do. */
  readonly code = '40001';

  constructor(options?: ErrorOptions) {
    super('a check was ended while it was answered', options);
  }
}

/**
 * The checks that passed. Their rows were read without a lock, so that a wrong code writes none: the statement
 * itself finds out whether they are still open. @throws CheckGoneError
 */
export async function settlePassed(tx: Tx, checks: readonly SettledCheck[]): Promise<void> {
  if (checks.length === 0) return;
  const { numAffectedRows } = await sql`${prepared} ${passedUpdate(tx, checks)}`.execute(tx.sql);
  if (Number(numAffectedRows ?? 0) !== checks.length) throw new CheckGoneError();
}

/** What a batch changed. */
export interface Settlement {
  readonly devices: readonly SettledDevice[];
  readonly passed: readonly SettledCheck[];
}

const DIVISION_BY_ZERO = '22012';

/**
 * All of it on PostgreSQL, in the last statement of its transaction. It fails by itself when a check was ended
 * meanwhile, because the commit is on its way behind it. @param recording the INSERT into the trail; each change has
 * a line there @throws CheckGoneError
 */
export async function settleAtOnce(
  tx: Tx,
  { devices, passed }: Settlement,
  recording: RawBuilder<unknown>,
): Promise<void> {
  const withPasses = sql`with changed as (${deviceUpdate(tx, devices)}),
    passed as (${passedUpdate(tx, passed)} returning 1) ${recording}
    where 1 / (select (count(*) = ${passed.length}::bigint)::int from passed) = 1`;
  const without = sql`with changed as (${deviceUpdate(tx, devices)}) ${recording}`;
  const changes = devices.length > 0 ? without : recording;
  await sql`${last} ${passed.length > 0 ? withPasses : changes}`.execute(tx.sql).catch((cause) => {
    throw cause.code === DIVISION_BY_ZERO ? new CheckGoneError({ cause }) : cause;
  });
}

function deviceUpdate(tx: Tx, devices: readonly SettledDevice[]): RawBuilder<unknown> {
  return tx.dialect === 'sqlite'
    ? update(tx, 'device', 'rowid', { ...settledColumns, place: 'bigint' }, devices)
    : update(tx, 'device', 'id', { ...settledColumns, place: 'text' }, devices);
}

function passedUpdate(tx: Tx, checks: readonly SettledCheck[]): RawBuilder<unknown> {
  const inOrder = [...checks].sort((one, other) => (one.id < other.id ? -1 : 1));
  return sql`${update(tx, 'check', 'id', passedColumns, inOrder)} and "check".status = 'open'`;
}

/** One statement for any number of rows, each found by `key`, which is the value of its last column. */
function update<Column extends string>(
  tx: Tx,
  table: 'device' | 'check',
  key: 'id' | 'rowid',
  columns: Readonly<Record<Column, 'text' | 'bigint'>>,
  rows: readonly Readonly<Record<NoInfer<Column>, string | number | null>>[],
): RawBuilder<unknown> {
  const names = Object.keys(columns);
  const set = names.slice(0, -1).map((name) => `"${name}" = v."${name}"`);
  // Nothing of a transaction survives a failed statement here, so SQLite need not be able to undo it alone: it would
  // copy every page first, which takes longer than the update (docs/performance.md).
  const updating = tx.dialect === 'sqlite' ? 'update or fail' : 'update';
  return sql`${sql.raw(`${updating} "${table}" set ${set.join(', ')} from`)} ${rowsOf(tx.dialect, columns, rows)}
    ${sql.raw(`where "${table}".${key} = v."${names.at(-1)}"`)}`;
}

/** Whether a batch whose commit was not answered holds: its registrations carry its id. */
export async function isSettled(tx: Tx, batch: string, deviceIds: readonly string[]): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`select id from device
    where ${isOneOf(tx.dialect, 'id', deviceIds)} and batch = ${batch}`.execute(tx.sql);
  return rows.length === deviceIds.length;
}

/** A check by its token, for reading only. */
export async function findByToken(tx: Tx, tokenHash: string): Promise<Gathered<StoredCheck> | undefined> {
  const [found] = await readChecks<StoredCheck>(tx, sql`c.*`, [tokenHash]);
  return found;
}
