import type { Tx } from '../db/open.ts';
import type { FormerValueRow } from '../db/schema.ts';

/** Numbers that a learner had before, sealed. */
export async function findFormerNumbers(tx: Tx, learnerId: string): Promise<FormerValueRow[]> {
  return tx.sql
    .selectFrom('former_value')
    .selectAll()
    .where('learner_id', '=', learnerId)
    .where('kind', '=', 'phone')
    .orderBy('until')
    .execute();
}

export async function deleteFormerValues(tx: Tx, learnerId: string): Promise<void> {
  await tx.sql.deleteFrom('former_value').where('learner_id', '=', learnerId).execute();
}

/** The app follows its learner to another number. */
export async function setDeviceNumber(tx: Tx, deviceId: string, phoneKey: string): Promise<void> {
  await tx.sql.updateTable('device').set({ phone_key: phoneKey }).where('id', '=', deviceId).execute();
}
