import type { Tx } from '../db/open.ts';
import type { StoredCheck, StoredDevice } from './store.ts';

/**
 * The registration with which this learner id last passed at this institution, when it is still active
 * under another number (C-3 `phone-differs`).
 */
export async function findLastPassedDevice(
  tx: Tx,
  check: Pick<StoredCheck, 'institution_id' | 'learner_ref' | 'phone_key'>,
): Promise<StoredDevice | undefined> {
  const last = await tx.sql
    .selectFrom('check')
    .select('device_id')
    .where('institution_id', '=', check.institution_id)
    .where('learner_ref', '=', check.learner_ref)
    .where('status', '=', 'passed')
    .where('device_id', 'is not', null)
    .orderBy('passed_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!last?.device_id) return undefined;
  return tx.sql
    .selectFrom('device')
    .selectAll()
    .where('id', '=', last.device_id)
    .where('status', '=', 'active')
    .where('phone_key', '!=', check.phone_key)
    .executeTakeFirst();
}

export async function findActiveDevice(tx: Tx, phoneKey: string): Promise<StoredDevice | undefined> {
  return tx.sql
    .selectFrom('device')
    .selectAll()
    .where('phone_key', '=', phoneKey)
    .where('status', '=', 'active')
    .executeTakeFirst();
}

/** Locks a learner before its registration is read again. */
export async function lockLearner(tx: Tx, learnerId: string): Promise<void> {
  if (tx.dialect === 'sqlite') return;
  await tx.sql.selectFrom('learner').select('id').where('id', '=', learnerId).forUpdate().execute();
}

/** As it stands under its own lock, which is that of answers (ADR 0008). */
export async function lockDevice(tx: Tx, id: string): Promise<StoredDevice | undefined> {
  const query = tx.sql.selectFrom('device').selectAll().where('id', '=', id);
  return (tx.dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
}

/** What the clock search found: the steps that are spent, and the explanation for a repetition of the same code. */
export async function setExplained(
  tx: Tx,
  deviceId: string,
  found: Pick<StoredDevice, 'spent_json' | 'wrongs_json'>,
): Promise<void> {
  await tx.sql.updateTable('device').set(found).where('id', '=', deviceId).execute();
}

/**
 * Counts one comparison for a masked hint, in two statements that decide by themselves (C-3a: five a check,
 * ten a day of a registration). @returns whether it may be made
 */
export async function countComparison(
  tx: Tx,
  check: { id: string; most: number },
  device: { id: string; day: string; most: number },
): Promise<boolean> {
  const ofDevice = await tx.sql
    .updateTable('device')
    .set((eb) => ({
      compared: eb
        .case()
        .when('compared_day', '=', device.day)
        .then(eb('compared', '+', 1))
        .else(1)
        .end(),
      compared_day: device.day,
    }))
    .where('id', '=', device.id)
    .where((eb) =>
      eb.or([
        eb('compared_day', 'is', null),
        eb('compared_day', '!=', device.day),
        eb('compared', '<', device.most),
      ]),
    )
    .executeTakeFirst();
  if (ofDevice.numUpdatedRows !== 1n) return false;
  const ofCheck = await tx.sql
    .updateTable('check')
    .set((eb) => ({ compared: eb('compared', '+', 1) }))
    .where('id', '=', check.id)
    .where('compared', '<', check.most)
    .executeTakeFirst();
  return ofCheck.numUpdatedRows === 1n;
}

export async function readLearner(tx: Tx, learnerId: string) {
  return tx.sql
    .selectFrom('learner')
    .select(['id', 'name_sealed', 'phone_sealed'])
    .where('id', '=', learnerId)
    .executeTakeFirst();
}
