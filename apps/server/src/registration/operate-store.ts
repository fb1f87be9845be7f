import type { Tx } from '../db/open.ts';
import { type StoredDevice, setLearner } from './store.ts';

/** The registration of a learner that stands, else the one that ended last. */
export async function latestDevice(tx: Tx, learnerId: string): Promise<StoredDevice | undefined> {
  return tx.sql
    .selectFrom('device')
    .selectAll()
    .where('learner_id', '=', learnerId)
    .orderBy((eb) => eb.case().when('status', '=', 'active').then(0).else(1).end())
    .orderBy('registered_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** When this registration took the place of another one of its learner. */
export async function replacedAt(tx: Tx, device: StoredDevice): Promise<number | undefined> {
  const row = await tx.sql
    .selectFrom('device')
    .select('ended_at')
    .where('learner_id', '=', device.learner_id)
    .where('status', '=', 'replaced')
    .where('ended_at', '=', device.registered_at)
    .limit(1)
    .executeTakeFirst();
  return row?.ended_at ?? undefined;
}

/** R-2a: the next registration of the number may be anybody’s. */
export const releaseName = (tx: Tx, learnerId: string): Promise<void> =>
  setLearner(tx, learnerId, { named_at: 0 });
