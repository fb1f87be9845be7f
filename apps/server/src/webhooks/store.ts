import { type Insertable, type Selectable, sql } from 'kysely';
import { isOneOf, rowsOf } from '../db/batch.ts';
import { freeRows } from '../db/free-rows.ts';
import type { Tx } from '../db/open.ts';
import type { WebhookEndpointRow, WebhookEventRow } from '../db/schema.ts';

export type StoredEndpoint = Selectable<WebhookEndpointRow>;
export type StoredEvent = Selectable<WebhookEventRow>;

const newColumns = {
  nth: 'bigint',
  id: 'text',
  institution_id: 'text',
  type: 'text',
  subject: 'text',
  payload_json: 'text',
  next_at: 'bigint',
  give_up_at: 'bigint',
  created_at: 'bigint',
} as const;

export type NewEvent = Pick<StoredEvent, Exclude<keyof typeof newColumns, 'nth'>> & { nth: number };

/** Writes those events whose institution has a webhook. @returns how many */
export async function insertForEndpoints(tx: Tx, events: readonly NewEvent[]): Promise<number> {
  const names = Object.keys(newColumns).filter((name) => name !== 'nth');
  const into = sql.join(names.map((name) => sql.ref(name)));
  const from = sql.join(names.map((name) => sql.ref(`v.${name}`)));
  const { numAffectedRows = 0n } = await sql`
    insert into webhook_event (${into}, status, attempts)
    select ${from}, 'waiting', 0 from ${rowsOf(
      tx.dialect,
      newColumns,
      events.map((event) => ({ ...event })),
    )}
    join webhook_endpoint w on w.institution_id = v.institution_id
    order by v.nth`.execute(tx.sql);
  return Number(numAffectedRows);
}

/** Institutions that have something due. */
export async function institutionsDue(tx: Tx, now: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select w.institution_id as id from webhook_endpoint w
    where exists (select 1 from webhook_event e where e.institution_id = w.institution_id
      and e.status = 'waiting' and e.next_at <= ${now} and coalesce(e.leased_until, 0) <= ${now})`.execute(
    tx.sql,
  );
  return rows.map(({ id }) => id);
}

export type ClaimedEvent = Pick<StoredEvent, 'id' | 'payload_json' | 'attempts' | 'give_up_at'>;

/**
 * Takes due events of an institution for one server: until `leasedUntil` no other server takes them. Of one subject
 * the oldest that waits comes alone. `attempts` counts the one that begins.
 */
export async function claimEvents(
  tx: Tx,
  institution: string,
  now: number,
  leasedUntil: number,
): Promise<ClaimedEvent[]> {
  const most = 8;
  const lock = tx.dialect === 'postgres' ? sql`for update of e skip locked` : sql``;
  const { rows } = await sql<ClaimedEvent>`
    select e.id, e.payload_json, e.attempts + 1 as attempts, e.give_up_at from webhook_event e
    where e.institution_id = ${institution} and e.status = 'waiting' and e.next_at <= ${now}
      and coalesce(e.leased_until, 0) <= ${now}
      and not exists (select 1 from webhook_event b where b.subject = e.subject and b.status = 'waiting'
        and b.seq < e.seq and b.institution_id = e.institution_id)
    order by e.next_at, e.seq limit ${most} ${lock}`.execute(tx.sql);
  if (rows.length > 0) {
    const ids = rows.map(({ id }) => id);
    await sql`update webhook_event set leased_until = ${leasedUntil}, attempts = attempts + 1
      where ${isOneOf(tx.dialect, 'id', ids)}`.execute(tx.sql);
  }
  return rows;
}

export type Attempted = Pick<StoredEvent, 'last_status' | 'last_error'>;

export async function setDelivered(tx: Tx, id: string, now: number, attempted: Attempted): Promise<void> {
  await tx.sql
    .updateTable('webhook_event')
    .set({ ...attempted, status: 'delivered', done_at: now, leased_until: null })
    .where('id', '=', id)
    .where('status', '=', 'waiting')
    .execute();
}

/**
 * An attempt that failed: the event waits until `nextAt`, or has failed for good without one. Nothing changes when
 * the lease was over and somebody else began another attempt.
 */
export async function setAttempted(
  tx: Tx,
  { id, attempts }: ClaimedEvent,
  attempted: Attempted & { now: number; nextAt: number | undefined },
): Promise<void> {
  const { now, nextAt, last_status, last_error } = attempted;
  const fate = nextAt === undefined ? { status: 'failed' as const, done_at: now } : { next_at: nextAt };
  await tx.sql
    .updateTable('webhook_event')
    .set({ last_status, last_error, leased_until: null, ...fate })
    .where('id', '=', id)
    .where('status', '=', 'waiting')
    .where('attempts', '=', attempts)
    .execute();
}

export async function findEndpoint(tx: Tx, institution: string): Promise<StoredEndpoint | undefined> {
  return tx.sql
    .selectFrom('webhook_endpoint')
    .selectAll()
    .where('institution_id', '=', institution)
    .executeTakeFirst();
}

export async function lockEndpoint(tx: Tx, institution: string): Promise<StoredEndpoint | undefined> {
  const query = tx.sql.selectFrom('webhook_endpoint').selectAll().where('institution_id', '=', institution);
  return (tx.dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
}

/** @returns false when there is one already */
export async function insertEndpoint(tx: Tx, row: Insertable<WebhookEndpointRow>): Promise<boolean> {
  const result = await tx.sql
    .insertInto('webhook_endpoint')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function setEndpoint(
  tx: Tx,
  institution: string,
  values: Partial<Omit<WebhookEndpointRow, 'institution_id'>>,
): Promise<void> {
  await tx.sql
    .updateTable('webhook_endpoint')
    .set(values)
    .where('institution_id', '=', institution)
    .execute();
}

/** @returns whether there was one */
export async function deleteEndpoint(tx: Tx, institution: string): Promise<boolean> {
  const result = await tx.sql
    .deleteFrom('webhook_endpoint')
    .where('institution_id', '=', institution)
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/**
 * What waits for a webhook that is not there any more has failed: of one institution all of it, which may wait for
 * who has it in hand, else what is free.
 */
export async function failOrphans(tx: Tx, now: number, institution?: string): Promise<void> {
  const orphaned = sql<boolean>`status = 'waiting' and not exists
    (select 1 from webhook_endpoint w where w.institution_id = webhook_event.institution_id)`;
  const failed = tx.sql
    .updateTable('webhook_event')
    .set({ status: 'failed', done_at: now, last_status: null, last_error: 'webhook-removed' })
    .set({ leased_until: null });
  await (institution === undefined
    ? failed.where(freeRows(tx, 'webhook_event', orphaned))
    : failed.where(orphaned).where('institution_id', '=', institution)
  ).execute();
}

/** Those that are done and that nobody holds, so many at most. @returns how many */
export async function deleteDone(
  tx: Tx,
  status: 'delivered' | 'failed',
  before: number,
  most: number,
): Promise<number> {
  const { numDeletedRows } = await tx.sql
    .deleteFrom('webhook_event')
    .where(freeRows(tx, 'webhook_event', sql`status = ${status} and done_at < ${before}`, most))
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** An institution’s events, newest first, those before `before` (exclusive). */
export async function listEvents(
  tx: Tx,
  institution: string,
  { status, before, most }: { status?: StoredEvent['status'] | undefined; before: number; most: number },
): Promise<StoredEvent[]> {
  let query = tx.sql
    .selectFrom('webhook_event')
    .selectAll()
    .where('institution_id', '=', institution)
    .where('seq', '<', before);
  if (status !== undefined) query = query.where('status', '=', status);
  return query.orderBy('seq', 'desc').limit(most).execute();
}

/** An event that is done begins anew; one that waits is tried at once. @returns false when there is no such event */
export async function setReplayed(
  tx: Tx,
  institution: string,
  id: string,
  { now, giveUpAt }: { now: number; giveUpAt: number },
): Promise<boolean> {
  const own = tx.sql
    .updateTable('webhook_event')
    .where('id', '=', id)
    .where('institution_id', '=', institution);
  const waiting = await own.where('status', '=', 'waiting').set({ next_at: now }).executeTakeFirst();
  if (waiting.numUpdatedRows === 1n) return true;
  const done = await own
    .where('status', '!=', 'waiting')
    .set({ status: 'waiting', attempts: 0, next_at: now, give_up_at: giveUpAt, done_at: null })
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

/**
 * For the metrics: how many wait, up to 10000, and when the oldest of the first 2000 was written. Both by the partial
 * index, and bounded, so that a scrape during an outage does not hold up the answers on SQLite.
 */
export async function countWaiting(tx: Tx): Promise<{ count: number; oldest: number | null }> {
  const { rows } = await sql<{ count: number; oldest: number | null }>`select
    (select count(*) from (select 1 from webhook_event where status = 'waiting' limit 10000) as c) as count,
    (select min(created_at) from
      (select created_at from webhook_event where status = 'waiting' limit 2000) as o) as oldest`.execute(
    tx.sql,
  );
  return rows[0] ?? { count: 0, oldest: null };
}
