import type { Kysely } from 'kysely';
import { table } from './table.ts';

/** How a deployment stands that is moved: one row, none while it was never moved. */
export const transfer = {
  beside: '0007-answers',
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
