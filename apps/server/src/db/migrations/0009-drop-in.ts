import type { Kysely } from 'kysely';
import { type Columns, index, table } from './table.ts';

const record: Columns = {
  id: 'text=',
  institution_id: 'text',
  learner_ref: 'text',
  course_id: 'text',
  round: 'text',
  occasion_kind: 'text',
  occasion_number: 'bigint',
  kind: 'text',
  standing: 'text',
  check_id: 'text?',
  device_id: 'text?',
  step: 'bigint?',
  source_key: 'text?',
  at: 'bigint',
};

/** The façade for pages that were written for the existing service (ADR 0021). */
export const dropIn = {
  beside: '0007-answers',
  async up(db: Kysely<unknown>): Promise<void> {
    await table(db, 'drop_in', {
      institution_id: 'text=',
      agtid: 'text',
      origins_json: 'text?',
      is_on: 'bigint',
      changed_at: 'bigint',
    });
    await index(db, 'drop_in', ['agtid'], undefined, true);
    await table(
      db,
      'drop_in_counter',
      {
        institution_id: 'text',
        device_id: 'text',
        channel: 'text',
        failures: 'bigint',
        failed_json: 'text',
        closed_at: 'bigint?',
        passed_then: 'bigint',
        wrong_key: 'text?',
        wrong_at: 'bigint?',
      },
      ['institution_id', 'device_id', 'channel'],
    );
    await table(db, 'drop_in_record', record);
    await index(db, 'drop_in_record', ['institution_id', 'learner_ref', 'at', 'id']);
    // C-7: whatever the race, one step of one registration lets nobody in twice.
    await index(db, 'drop_in_record', ['device_id', 'step'], 'step is not null', true);
    await index(db, 'drop_in_record', ['institution_id', 'source_key'], 'source_key is not null', true);
  },
};
