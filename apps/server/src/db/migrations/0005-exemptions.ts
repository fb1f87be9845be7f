import type { Kysely, Migration } from 'kysely';
import { index, table } from './table.ts';

/** Outages: the windows that an operator opened, and which providers failed when (S-5). */
export const exemptions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await table(db, 'exemption_window', {
      id: 'text=',
      provider: 'text',
      institutions_json: 'text',
      reason: 'text',
      opened_at: 'bigint',
      until: 'bigint',
      closed_at: 'bigint?',
      actor: 'text',
    });
    await index(db, 'exemption_window', ['until'], 'closed_at is null');
    await table(db, 'provider_failure', { provider: 'text=', failed_at: 'bigint', failures: 'bigint' });
  },
};
