import type { Kysely } from 'kysely';
import { index } from './table.ts';

/** By these the clean-up finds what came through façades and was reported, when it is over its time (ADR 0019). */
export const retentionOfFacades = {
  beside: '0007-answers',
  async up(db: Kysely<unknown>): Promise<void> {
    await index(db, 'drop_in_record', ['institution_id', 'at', 'id']);
    await index(db, 'report_row', ['institution_id', 'at']);
  },
};
