import type { Kysely } from 'kysely';
import { index, table } from './table.ts';

/** Reports to a monitoring system: where to, which number every row has, and which were sent. */
export const reports = {
  beside: '0007-answers',
  async up(db: Kysely<unknown>): Promise<void> {
    await table(db, 'report_target', {
      institution_id: 'text=',
      agent_pk: 'text',
      url_sealed: 'text?',
      key_sealed: 'text?',
      hourly: 'bigint',
      reported_from: 'bigint',
      taken_until: 'bigint',
      held_at: 'bigint?',
      created_at: 'bigint',
      changed_at: 'bigint',
    });
    const lane = {
      institution_id: 'text',
      kind: 'text',
      next_seq: 'bigint',
      attempts: 'bigint',
      next_at: 'bigint',
      leased_until: 'bigint?',
    };
    await table(db, 'report_lane', lane, ['institution_id', 'kind']);
    const row = {
      institution_id: 'text',
      kind: 'text',
      seq: 'bigint',
      source: 'text',
      check_id: 'text',
      at: 'bigint',
      status: 'text',
      sent_at: 'bigint?',
    };
    await table(db, 'report_row', row, ['institution_id', 'kind', 'seq']);
    // A fact has one number, whoever takes it up.
    await index(db, 'report_row', ['institution_id', 'kind', 'source'], undefined, true);
    await index(db, 'report_row', ['institution_id', 'kind', 'at']);
    await index(db, 'report_row', ['institution_id', 'kind', 'seq'], "status = 'waiting'");
  },
};
