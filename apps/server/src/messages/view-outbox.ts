import type { Database } from '../db/open.ts';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import { nationalDigits, type PhoneNumber } from '../learners/rules.ts';
import type { World } from '../world.ts';
import { liveMessages } from './store.ts';

export interface OutboxMessage {
  to: string;
  text: string;
  code?: string;
  at: string;
}

/** The demo’s messages, newest first; `to` narrows to one number. */
export async function viewOutbox(
  { database, keyring, world }: { database: Database; keyring: Keyring; world: World },
  to?: PhoneNumber,
): Promise<OutboxMessage[]> {
  const rows = await liveMessages(database, world.now());
  const open = (id: string, column: string, sealed: Sealed | null) =>
    sealed === null ? '' : keyring.open({ table: 'message', column, row: id }, sealed).toString();
  return rows
    .map((row) => ({ row, number: open(row.id, 'to', row.to_sealed) as PhoneNumber }))
    .filter(({ number }) => to === undefined || number === to)
    .map(({ row, number }) => {
      const text = open(row.id, 'text', row.text_sealed);
      const code = /\b\d{6}\b/.exec(text)?.[0];
      const at = new Date(row.created_at).toISOString();
      return { to: nationalDigits(number), text, ...(code ? { code } : {}), at };
    });
}
