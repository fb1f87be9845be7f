import { type Insertable, type Selectable, sql } from 'kysely';
import { isOneOf, rowsOf } from '../db/batch.ts';
import type { Tx } from '../db/open.ts';
import type { CheckRow } from '../db/schema.ts';
import type { ReportLaneRow, ReportRowRow, ReportTargetRow } from '../db/schema-facade.ts';
import { type Kind, kinds } from './rules.ts';

export type StoredTarget = Selectable<ReportTargetRow>;

const HOUR_MS = 60 * 60_000;

/** What a row is made of, as it is stored. */
export type SourceCheck = Pick<
  CheckRow,
  | 'id'
  | 'learner_ref'
  | 'course_id'
  | 'round'
  | 'occasion_kind'
  | 'occasion_number'
  | 'method'
  | 'passed_at'
  | 'session_key'
  | 'session_sealed'
>;

const ofCheck = sql.raw(
  `c.id, c.learner_ref, c.course_id, c.round, c.occasion_kind, c.occasion_number, c.method, c.passed_at,
   c.session_key, c.session_sealed`,
);

export async function findTarget(tx: Tx, institution: string): Promise<StoredTarget | undefined> {
  return tx.sql
    .selectFrom('report_target')
    .selectAll()
    .where('institution_id', '=', institution)
    .executeTakeFirst();
}

/** Institutions whose reports a server sends by itself. */
export async function hourlyTargets(tx: Tx): Promise<StoredTarget[]> {
  return tx.sql
    .selectFrom('report_target')
    .selectAll()
    .where('hourly', '=', 1)
    .where('held_at', 'is', null)
    .where('url_sealed', 'is not', null)
    .orderBy('institution_id')
    .execute();
}

/** Writes a target; when it was first made stays as it is. */
export async function upsertTarget(tx: Tx, row: Insertable<ReportTargetRow>): Promise<void> {
  const { institution_id: _, created_at: __, ...changed } = row;
  await tx.sql
    .insertInto('report_target')
    .values(row)
    .onConflict((conflict) => conflict.column('institution_id').doUpdateSet(changed))
    .execute();
}

/** @returns whether there was one */
export async function deleteTarget(tx: Tx, institution: string): Promise<boolean> {
  const result = await tx.sql
    .deleteFrom('report_target')
    .where('institution_id', '=', institution)
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

export async function setTakenUntil(tx: Tx, institution: string, until: number): Promise<void> {
  await tx.sql
    .updateTable('report_target')
    .set({ taken_until: until })
    .where('institution_id', '=', institution)
    .where('taken_until', '<', until)
    .execute();
}

/** @returns the institutions that are held from now on */
export async function holdTargets(tx: Tx, now: number): Promise<string[]> {
  const held = await tx.sql
    .updateTable('report_target')
    .set({ held_at: now })
    .where('held_at', 'is', null)
    .returning('institution_id')
    .execute();
  return held.map(({ institution_id: institution }) => institution).sort();
}

/** Makes the lanes that are not there yet, and counts on from `firstSeq` where that is further. */
export async function openLanes(tx: Tx, institution: string, firstSeq: number): Promise<void> {
  const rows = kinds.map((kind) => ({
    ...{ institution_id: institution, kind, next_seq: firstSeq, attempts: 0, next_at: 0 },
    leased_until: null,
  }));
  await tx.sql
    .insertInto('report_lane')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await tx.sql
    .updateTable('report_lane')
    .set({ next_seq: firstSeq })
    .where('institution_id', '=', institution)
    .where('next_seq', '<', firstSeq)
    .execute();
}

export type StoredLane = Selectable<ReportLaneRow>;

export async function nextSeq(tx: Tx, institution: string, kind: Kind): Promise<number> {
  const lane = await tx.sql
    .selectFrom('report_lane')
    .select('next_seq')
    .where('institution_id', '=', institution)
    .where('kind', '=', kind)
    .executeTakeFirst();
  return lane?.next_seq ?? 1;
}

/** Under their locks numbers are given by one transaction at a time. @returns the next number of each kind */
export async function lockLanes(tx: Tx, institution: string): Promise<Map<string, number>> {
  const query = tx.sql
    .selectFrom('report_lane')
    .select(['kind', 'next_seq'])
    .where('institution_id', '=', institution)
    .orderBy('kind');
  const lanes = await (tx.dialect === 'postgres' ? query.forUpdate() : query).execute();
  return new Map(lanes.map(({ kind, next_seq }) => [kind, next_seq]));
}

/**
 * Passed checks of `[from, until)`, in the order of their ids, which begin with when they were opened, minutes before:
 * so the primary key finds them, and no index is paid for at every pass. The concatenation keeps planners from an
 * index that leads through all that an institution ever passed.
 * @param after the id behind which a reading goes on
 */
export async function passedChecks(
  tx: Tx,
  institution: string,
  { from, until }: { from: number; until: number },
  most: number,
  after = idOf(from - 2 * HOUR_MS),
): Promise<SourceCheck[]> {
  const { rows } = await sql<SourceCheck>`
    select ${ofCheck} from "check" c
    where c.id > ${after} and c.id < ${idOf(until)}
      and c.institution_id || '' = ${institution} and c.status = 'passed'
      and c.passed_at >= ${from} and c.passed_at < ${until}
    order by c.id limit ${most}`.execute(tx.sql);
  return rows;
}

const idOf = (at: number): string => `chk_${Math.max(0, at).toString(16).padStart(12, '0')}`;

/** Which of these have a number already. */
export async function knownSources(
  tx: Tx,
  institution: string,
  kind: Kind,
  sources: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ source: string }>`select source from report_row
    where institution_id = ${institution} and kind = ${kind}
      and ${isOneOf(tx.dialect, 'source', sources)}`.execute(tx.sql);
  return new Set(rows.map(({ source }) => source));
}

const rowColumns = {
  institution_id: 'text',
  kind: 'text',
  seq: 'bigint',
  source: 'text',
  check_id: 'text',
  at: 'bigint',
  status: 'text',
} as const;

export type NewRow = Pick<ReportRowRow, keyof typeof rowColumns>;

/** One statement for any number of rows. A source that has a number already is a fault, and changes nothing. */
export async function insertRows(tx: Tx, rows: readonly NewRow[]): Promise<void> {
  const names = sql.join(Object.keys(rowColumns).map((name) => sql.ref(name)));
  await sql`insert into report_row (${names}) select ${names} from ${rowsOf(
    tx.dialect,
    rowColumns,
    rows.map((row) => ({ ...row })),
  )}`.execute(tx.sql);
}

export async function setNextSeq(tx: Tx, institution: string, kind: string, next: number): Promise<void> {
  await tx.sql
    .updateTable('report_lane')
    .set({ next_seq: next })
    .where('institution_id', '=', institution)
    .where('kind', '=', kind)
    .execute();
}

/** A number, and the check it was given for; no check when retention removed it. */
export type NumberedCheck = { seq: number; at: number } & (
  | SourceCheck
  | { [Name in keyof SourceCheck]: null }
);

const numbered = (tx: Tx, where: ReturnType<typeof sql>, most: number) =>
  sql<NumberedCheck>`select r.seq, r.at, ${ofCheck} from report_row r
    left join "check" c on c.id = r.check_id where ${where} order by r.seq limit ${most}`.execute(tx.sql);

/** What was passed before `from` is numbered and not sent; the rest waits, unless it was sent. */
export async function sendFrom(tx: Tx, institution: string, from: number): Promise<void> {
  const own = tx.sql.updateTable('report_row').where('institution_id', '=', institution);
  await own.where('status', '=', 'waiting').where('at', '<', from).set({ status: 'early' }).execute();
  await own.where('status', '=', 'early').where('at', '>=', from).set({ status: 'waiting' }).execute();
}

/** What waits to be sent, in the order of numbers. */
export async function waitingRows(
  tx: Tx,
  institution: string,
  kind: Kind,
  most: number,
): Promise<NumberedCheck[]> {
  const where = sql`r.institution_id = ${institution} and r.kind = ${kind} and r.status = 'waiting'`;
  return (await numbered(tx, where, most)).rows;
}

export async function countWaiting(tx: Tx, institution: string, kind: Kind): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from report_row
    where institution_id = ${institution} and kind = ${kind} and status = 'waiting'`.execute(tx.sql);
  return Number(rows[0]?.count ?? 0);
}

/** How many rows of a range have their evidence still. */
export async function countRows(
  tx: Tx,
  institution: string,
  kind: Kind,
  { from, until }: { from: number; until: number },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from report_row r
    join "check" c on c.id = r.check_id
    where r.institution_id = ${institution} and r.kind = ${kind} and r.at >= ${from} and r.at < ${until}`.execute(
    tx.sql,
  );
  return Number(rows[0]?.count ?? 0);
}

/** Every row of an hour, sent or not. */
export async function rowsOfHour(
  tx: Tx,
  institution: string,
  kind: Kind,
  { from, until }: { from: number; until: number },
): Promise<NumberedCheck[]> {
  const where = sql`r.institution_id = ${institution} and r.kind = ${kind} and r.at >= ${from} and r.at < ${until}`;
  return (await numbered(tx, where, Number.MAX_SAFE_INTEGER)).rows;
}

/**
 * Takes a lane for one sender: until `leasedUntil` no other sends of it. `attempts` counts the one that begins.
 * @param dueBy lanes that wait longer after a failure are left alone
 */
export async function claimLane(
  tx: Tx,
  institution: string,
  kind: Kind,
  { now, dueBy, leasedUntil }: { now: number; dueBy: number; leasedUntil: number },
): Promise<StoredLane | undefined> {
  const query = tx.sql
    .selectFrom('report_lane')
    .selectAll()
    .where('institution_id', '=', institution)
    .where('kind', '=', kind)
    .where('next_at', '<=', dueBy)
    .where((eb) => eb.or([eb('leased_until', 'is', null), eb('leased_until', '<=', now)]));
  const free = await (tx.dialect === 'postgres' ? query.forUpdate().skipLocked() : query).executeTakeFirst();
  if (!free) return undefined;
  const claimed = { leased_until: leasedUntil, attempts: free.attempts + 1 };
  await tx.sql
    .updateTable('report_lane')
    .set(claimed)
    .where('institution_id', '=', institution)
    .where('kind', '=', kind)
    .execute();
  return { ...free, ...claimed };
}

/** Gives a lane back; nothing changes when its lease was over and somebody else has it. */
export async function releaseLane(
  tx: Tx,
  lane: StoredLane,
  values: Pick<StoredLane, 'attempts' | 'next_at'>,
): Promise<void> {
  await tx.sql
    .updateTable('report_lane')
    .set({ ...values, leased_until: null })
    .where('institution_id', '=', lane.institution_id)
    .where('kind', '=', lane.kind)
    .where('leased_until', '=', lane.leased_until)
    .execute();
}

/** Rows that wait are sent, or can never be: their evidence is gone. */
export async function settleRows(
  tx: Tx,
  { institution_id: institution, kind }: Pick<StoredLane, 'institution_id' | 'kind'>,
  seqs: readonly number[],
  fate: { status: 'sent' | 'gone'; now: number },
): Promise<void> {
  if (seqs.length === 0) return;
  const given = rowsOf(
    tx.dialect,
    { seq: 'bigint' },
    seqs.map((seq) => ({ seq })),
  );
  await sql`update report_row set status = ${fate.status}, sent_at = ${fate.status === 'sent' ? fate.now : null}
    where institution_id = ${institution} and kind = ${kind} and status = 'waiting'
      and seq in (select v.seq from ${given})`.execute(tx.sql);
}
