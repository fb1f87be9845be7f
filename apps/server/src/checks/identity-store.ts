import type { Tx } from '../db/open.ts';
import type { StoredCheck } from './store.ts';

/** For an identity check that begins: nothing but the check itself is read or changed. */
export async function lockCheck(
  tx: Tx,
  id: string,
): Promise<Pick<StoredCheck, 'status' | 'expires_at' | 'extended_at'> | undefined> {
  const query = tx.sql
    .selectFrom('check')
    .select(['status', 'expires_at', 'extended_at'])
    .where('id', '=', id);
  return (tx.dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
}

export async function extendCheck(
  tx: Tx,
  id: string,
  values: { expires_at: number; extended_at: number },
): Promise<void> {
  await tx.sql.updateTable('check').set(values).where('id', '=', id).execute();
}

/** What an identity check is compared with, besides what an answer is. */
export async function readIdentified(
  tx: Tx,
  id: string,
): Promise<Pick<StoredCheck, 'token_hash' | 'phone_sealed' | 'birth_date_sealed'> | undefined> {
  return tx.sql
    .selectFrom('check')
    .select(['token_hash', 'phone_sealed', 'birth_date_sealed'])
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function passByIdentity(
  tx: Tx,
  id: string,
  passed: { method: 'phone' | 'ipin'; passed_at: number },
): Promise<void> {
  await tx.sql
    .updateTable('check')
    .set({ ...passed, status: 'passed' })
    .where('id', '=', id)
    .execute();
}

export async function isDisputed(tx: Tx, deviceId: string): Promise<boolean> {
  const device = await tx.sql
    .selectFrom('device')
    .select('locked_because')
    .where('id', '=', deviceId)
    .executeTakeFirst();
  return device?.locked_because === 'disputed';
}

/** Wrong codes are forgotten, and the lock that they or a dispute made. */
export async function clearFailures(tx: Tx, deviceId: string): Promise<void> {
  await tx.sql
    .updateTable('device')
    .set({ failures: 0, failed_json: '[]', locked_at: null, locked_because: null })
    .where('id', '=', deviceId)
    .execute();
}

/** When the phone that is registered now took the place of another one of the same learner. */
export async function replacedAt(tx: Tx, deviceId: string, since: number): Promise<number | undefined> {
  const row = await tx.sql
    .selectFrom('device as now')
    .innerJoin('device as before', (join) =>
      join
        .onRef('before.learner_id', '=', 'now.learner_id')
        .onRef('before.ended_at', '=', 'now.registered_at')
        .on('before.status', '=', 'replaced'),
    )
    .select('now.registered_at as at')
    .where('now.id', '=', deviceId)
    .where('now.registered_at', '>=', since)
    .limit(1)
    .executeTakeFirst();
  return row?.at;
}
