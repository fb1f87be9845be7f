import type { Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import { newId, type World } from '../world.ts';
import { findFormerNumbers } from './former-store.ts';
import { insertFormerValue, type StoredLearner } from './store.ts';

/** keeps the name or number that a learner has until now. */
export async function keepFormer(
  { keyring, world }: { keyring: Keyring; world: World },
  tx: Tx,
  learner: StoredLearner,
  kind: 'name' | 'phone',
  now: number,
): Promise<void> {
  const sealed = learner[`${kind}_sealed`];
  if (sealed === null) return;
  const id = newId('frm', world);
  const plain = keyring.open({ table: 'learner', column: kind, row: learner.id }, sealed);
  await insertFormerValue(tx, {
    id,
    learner_id: learner.id,
    kind,
    value_sealed: keyring.seal({ table: 'former_value', column: 'value', row: id }, plain),
    until: now,
  });
}

/** The numbers that a learner had, as keyed hashes, and until when. */
export async function formerNumbers(
  keyring: Keyring,
  tx: Tx,
  learnerId: string,
): Promise<{ phoneKey: string; until: number }[]> {
  const rows = await findFormerNumbers(tx, learnerId);
  return rows.map(({ id, value_sealed: sealed, until }) => {
    const place = { table: 'former_value', column: 'value', row: id };
    return { phoneKey: keyring.hash('phone', keyring.open(place, sealed).toString()), until };
  });
}
