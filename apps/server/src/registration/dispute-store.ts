import { sql } from 'kysely';
import type { Tx } from '../db/open.ts';
import type { CheckRow } from '../db/schema.ts';
import type { StoredDevice } from './store.ts';

/** Whether a registration of this learner was locked by dispute since then, and not opened after. */
export async function lockedByDisputeSince(tx: Tx, learnerId: string, since: number): Promise<boolean> {
  const row = await tx.sql
    .selectFrom('device')
    .select('id')
    .where('learner_id', '=', learnerId)
    .where('locked_because', '=', 'disputed')
    .where('locked_at', '>=', since)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

const holdMark = (phoneKey: string) => `held:${phoneKey}`;

/** Remembers a number until then; housekeeping forgets it some time after. */
export async function putHoldMark(tx: Tx, phoneKey: string, until: number): Promise<void> {
  await tx.sql
    .insertInto('limit_counter')
    .values({ key: holdMark(phoneKey), sent_json: '[]', wrong_json: '[]', used_at: until })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ used_at: until }))
    .execute();
}

export async function hasHoldMark(tx: Tx, phoneKey: string, now: number): Promise<boolean> {
  const row = await tx.sql
    .selectFrom('limit_counter')
    .select('used_at')
    .where('key', '=', holdMark(phoneKey))
    .where('used_at', '>', now)
    .executeTakeFirst();
  return row !== undefined;
}

/** @returns whether there was one */
export async function deleteHoldMark(tx: Tx, phoneKey: string): Promise<boolean> {
  const result = await tx.sql
    .deleteFrom('limit_counter')
    .where('key', '=', holdMark(phoneKey))
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/**
 * Locks, in id order, the learner of a device and whoever is registered with its number now: a dispute may lock
 * the registration of either.
 */
export async function lockDisputed(tx: Tx, { learner_id, phone_key }: StoredDevice): Promise<Set<string>> {
  if (tx.dialect === 'sqlite') return new Set();
  const { rows } = await sql<{ id: string }>`
    select id from learner where id in (
      select cast(${learner_id} as text)
      union select learner_id from device where phone_key = ${phone_key} and status = 'active')
    order by id for update`.execute(tx.sql);
  return new Set(rows.map(({ id }) => id));
}

/** The registration that took the place of a replaced one: its learner's, else that of its number. */
export async function findReplacement(
  tx: Tx,
  { learner_id, phone_key }: StoredDevice,
): Promise<StoredDevice | undefined> {
  const active = tx.sql.selectFrom('device').select('id').where('status', '=', 'active');
  const either = active.where('learner_id', '=', learner_id).union(active.where('phone_key', '=', phone_key));
  return tx.sql
    .selectFrom('device')
    .selectAll()
    .where('id', 'in', either)
    .orderBy((eb) => eb.case().when('learner_id', '=', learner_id).then(0).else(1).end())
    .limit(1)
    .executeTakeFirst();
}

export async function setDisputed(tx: Tx, deviceId: string, now: number): Promise<void> {
  await tx.sql.updateTable('device').set({ disputed_at: now }).where('id', '=', deviceId).execute();
}

export async function lockByDispute(tx: Tx, { id, locked_at }: StoredDevice, now: number): Promise<void> {
  await tx.sql
    .updateTable('device')
    .set({ locked_at: locked_at ?? now, locked_because: 'disputed' })
    .where('id', '=', id)
    .execute();
}

export type DisputedCheck = Pick<CheckRow, 'institution_id' | 'learner_ref' | 'disputed_at'>;

/** A check that was passed with this device. */
export async function findPassedCheck(
  tx: Tx,
  id: string,
  deviceId: string,
): Promise<DisputedCheck | undefined> {
  return tx.sql
    .selectFrom('check')
    .select(['institution_id', 'learner_ref', 'disputed_at'])
    .where('id', '=', id)
    .where('device_id', '=', deviceId)
    .where('status', '=', 'passed')
    .executeTakeFirst();
}

export async function setCheckDisputed(tx: Tx, id: string, now: number): Promise<void> {
  await tx.sql
    .updateTable('check')
    .set({ disputed_at: now })
    .where('id', '=', id)
    .where('disputed_at', 'is', null)
    .execute();
}
