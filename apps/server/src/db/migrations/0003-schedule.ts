import { type Kysely, type Migration, sql } from 'kysely';
import { index, table } from './table.ts';

/** When a check is due: policies, lessons let through, and the history that decides (S-1 to S-4). */
export const schedule: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await table(
      db,
      'policy_version',
      {
        institution_id: 'text',
        course_id: 'text',
        version: 'bigint',
        policy_json: 'text?',
        changed_at: 'bigint',
        changed_by: 'text',
      },
      ['institution_id', 'course_id', 'version'],
    );
    await table(
      db,
      'lesson_passage',
      {
        institution_id: 'text',
        learner_ref: 'text',
        course_id: 'text',
        round: 'text',
        number: 'bigint',
        first_at: 'bigint',
      },
      ['institution_id', 'learner_ref', 'course_id', 'round', 'number'],
    );
    // All that the decision reads of a passed check lies in the index: the wide rows stay where they are.
    const ofCourse = ['institution_id', 'learner_ref', 'course_id', 'round'];
    await db.schema
      .createIndex('check_history')
      .on('check')
      .columns([...ofCourse, 'occasion_kind', 'occasion_number', 'passed_at'])
      .where(sql.raw("status = 'passed'") as never)
      .execute();
    await index(db, 'check', ['institution_id', 'learner_ref', 'created_at', 'id']);
  },
};
