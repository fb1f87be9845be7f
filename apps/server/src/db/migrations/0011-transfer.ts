import type { Kysely, Migration } from 'kysely';
import { table } from './table.ts';

/** How a deployment stands that is moved: one row, none while it was never moved. */
export const transfer: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await table(db, 'transfer', {
      id: 'integer=',
      state: 'text',
      file: 'text?',
      line: 'bigint',
      began_at: 'bigint',
      done_at: 'bigint?',
    });
  },
};
