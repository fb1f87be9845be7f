import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import { freeRows } from '../db/free-rows.ts';
import type { Tx } from '../db/open.ts';
import type { CertifiedNumberRow, IdentityAttemptRow } from '../db/schema.ts';

export type StoredAttempt = Selectable<IdentityAttemptRow>;
export type AttemptPurpose = StoredAttempt['purpose'];

interface Subject {
  purpose: AttemptPurpose;
  subjectId: string;
}

/** When the attempts of one subject began; oldest first. */
export async function begunSince(tx: Tx, of: Subject, since: number): Promise<number[]> {
  const rows = await tx.sql
    .selectFrom('identity_attempt')
    .select('created_at')
    .where('purpose', '=', of.purpose)
    .where('subject_id', '=', of.subjectId)
    .where('created_at', '>', since)
    .orderBy('created_at')
    .execute();
  return rows.map(({ created_at: createdAt }) => createdAt);
}

/**
 * What subjects share, besides the number, whose attempts are counted together. Anybody writes a stranger’s number
 * into a profile or an app, and must not close the stranger’s way by it; an active app has proved its number.
 */
const shared = {
  check: { table: 'check', column: 'name_key' },
  registration: { table: 'registration', column: 'address_key' },
  unlock: undefined,
  name: undefined,
} as const satisfies Record<AttemptPurpose, unknown>;

/** When the attempts began that count for the number of this subject; oldest first. */
export async function begunOfNumber(
  tx: Tx,
  { purpose, subjectId, phoneKey }: Subject & { phoneKey: string },
  since: number,
): Promise<number[]> {
  const alike = shared[purpose];
  const isAlike = alike
    ? sql`and exists (select 1 from ${sql.table(alike.table)} theirs join ${sql.table(alike.table)} own
        on own.${sql.ref(alike.column)} = theirs.${sql.ref(alike.column)}
        where theirs.id = begun.subject_id and own.id = ${subjectId})`
    : sql``;
  const { rows } = await sql<{ created_at: number }>`select begun.created_at from identity_attempt begun
    where begun.purpose = ${purpose} and begun.phone_key = ${phoneKey} and begun.created_at > ${since} ${isAlike}
    order by begun.created_at`.execute(tx.sql);
  return rows.map(({ created_at: createdAt }) => createdAt);
}

export async function insertAttempt(tx: Tx, row: Insertable<IdentityAttemptRow>): Promise<void> {
  await tx.sql.insertInto('identity_attempt').values(row).execute();
}

export async function findAttempt(tx: Tx, id: string): Promise<StoredAttempt | undefined> {
  return tx.sql.selectFrom('identity_attempt').selectAll().where('id', '=', id).executeTakeFirst();
}

/** How the latest identity check of a subject stands. */
export async function findLatest(
  tx: Tx,
  purpose: AttemptPurpose,
  subjectId: string,
): Promise<StoredAttempt | undefined> {
  return tx.sql
    .selectFrom('identity_attempt')
    .selectAll()
    .where('purpose', '=', purpose)
    .where('subject_id', '=', subjectId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

/** Changes an attempt that still stands as it was read. @returns whether it did */
export async function moveAttempt(
  tx: Tx,
  before: Pick<StoredAttempt, 'id' | 'status' | 'claimed_at'>,
  values: Updateable<IdentityAttemptRow>,
): Promise<boolean> {
  const result = await tx.sql
    .updateTable('identity_attempt')
    .set(values)
    .where('id', '=', before.id)
    .where('status', '=', before.status)
    .where('claimed_at', before.claimed_at === null ? 'is' : '=', before.claimed_at)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Alone with this result until the commit: who presents it at the same moment waits and finds it used. */
export async function isResultUsed(tx: Tx, resultKey: string): Promise<boolean> {
  if (tx.dialect === 'postgres') {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`result:${resultKey}`}, 0))`.execute(tx.sql);
  }
  const row = await tx.sql
    .selectFrom('identity_attempt')
    .select('id')
    .where('result_key', '=', resultKey)
    .executeTakeFirst();
  return row !== undefined;
}

/** Attempts past their time: nobody may complete them, and what their provider needed is erased. */
export async function expireAttempts(tx: Tx, now: number): Promise<void> {
  await tx.sql
    .updateTable('identity_attempt')
    .set({ status: 'refused', reason: 'check-over', state_sealed: null, di_sealed: null, done_at: now })
    .where(
      freeRows(
        tx,
        'identity_attempt',
        sql`status in ('starting', 'started', 'completing') and expires_at <= ${now}`,
      ),
    )
    .execute();
}

/** Erases the DI that a finished attempt kept for a registration that was never made. */
export async function eraseKeptDi(tx: Tx, doneBefore: number): Promise<void> {
  await tx.sql
    .updateTable('identity_attempt')
    .set({ di_sealed: null })
    .where(freeRows(tx, 'identity_attempt', sql`di_sealed is not null and done_at < ${doneBefore}`))
    .execute();
}

export async function forgetAttempts(tx: Tx, phoneKey: string): Promise<void> {
  await tx.sql
    .updateTable('identity_attempt')
    .set({ phone_key: '', state_sealed: null, di_sealed: null })
    .where('phone_key', '=', phoneKey)
    .execute();
}

export type StoredCertifiedNumber = Selectable<CertifiedNumberRow>;

export async function findCertifiedNumber(
  tx: Tx,
  phoneKey: string,
): Promise<StoredCertifiedNumber | undefined> {
  return tx.sql
    .selectFrom('certified_number')
    .selectAll()
    .where('phone_key', '=', phoneKey)
    .executeTakeFirst();
}

/** The numbers of a certified person. */
export async function findNumbersOf(tx: Tx, diKey: string): Promise<string[]> {
  const rows = await tx.sql
    .selectFrom('certified_number')
    .select('phone_key')
    .where('di_key', '=', diKey)
    .orderBy('phone_key')
    .execute();
  return rows.map(({ phone_key: phoneKey }) => phoneKey);
}

/** A number belongs to whom it was last certified for. */
export async function putCertifiedNumber(tx: Tx, row: StoredCertifiedNumber): Promise<void> {
  const { id: _, ...values } = row;
  await tx.sql
    .insertInto('certified_number')
    .values(row)
    .onConflict((conflict) => conflict.column('phone_key').doUpdateSet({ ...values, id: row.id }))
    .execute();
}

export async function deleteCertifiedNumber(tx: Tx, phoneKey: string): Promise<void> {
  await tx.sql.deleteFrom('certified_number').where('phone_key', '=', phoneKey).execute();
}
