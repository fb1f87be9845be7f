import type { Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { PhoneNumber } from '../learners/rules.ts';
import { newId, type World } from '../world.ts';
import { insertMessage } from './store.ts';

/** Writes a message in the transaction of the fact that it tells of; it is sent after the commit. */
export async function queueMessage(
  tx: Tx,
  { keyring, world }: { keyring: Keyring; world: World },
  message: { to: PhoneNumber; text: string; expiresAt: number; registration?: string },
): Promise<void> {
  const id = newId('msg', world);
  const seal = (column: string, text: string) => keyring.seal({ table: 'message', column, row: id }, text);
  const now = world.now();
  await insertMessage(tx, {
    id,
    to_sealed: seal('to', message.to),
    text_sealed: seal('text', message.text),
    status: 'waiting',
    attempts: 0,
    next_at: now,
    expires_at: message.expiresAt,
    created_at: now,
    done_at: null,
    registration_id: message.registration ?? null,
  });
}
