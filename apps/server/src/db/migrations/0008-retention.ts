import { type Kysely, sql } from 'kysely';
import { index, table } from './table.ts';

/**
 * What is kept how long, and indexes by which the clean-up finds what is due without reading what is not. None holds a
 * column that an answer changes (docs/adr/0019).
 */
export const retention = {
  beside: '0007-answers',
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('institution')
      .addColumn('retention_years', 'bigint', (column) => column.notNull().defaultTo(3))
      .execute();
    await table(
      db,
      'retention_tally',
      {
        day: 'text',
        chore: 'text',
        institution_id: 'text',
        run: 'text',
        cleaned: 'bigint',
        until: 'bigint',
      },
      ['day', 'chore', 'institution_id', 'run'],
    );
    await ofChecks(db);
    await index(db, 'device', ['ended_at', 'id'], 'ended_at is not null');
    await index(db, 'learner', ['created_at', 'id'], 'name_sealed is null');
    await index(db, 'lesson_passage', ['institution_id', 'first_at']);
    await index(db, 'identity_attempt', ['created_at', 'id']);
    await index(db, 'former_value', ['until', 'id']);
    await index(db, 'certified_number', ['certified_at', 'id']);
    await ofErasing(db);
  },
};

/** A check is in the first while it has personal data, and in the second, which no answer touches, after that. */
async function ofChecks(db: Kysely<unknown>): Promise<void> {
  const create = (name: string, columns: string[], where: string) =>
    db.schema
      .createIndex(name)
      .on('check')
      .columns(columns)
      .where(sql.raw(where) as never)
      .execute();
  await create('check_personal', ['created_at', 'id'], 'name_sealed is not null');
  await create('check_evidence', ['institution_id', 'created_at', 'id'], 'name_sealed is null');
}

/** What housekeeping erases every second or half minute was looked for in whole tables. */
async function ofErasing(db: Kysely<unknown>): Promise<void> {
  await index(db, 'message', ['expires_at'], 'text_sealed is not null');
  await index(db, 'registration', ['code_expires_at'], 'phone_sealed is not null');
  await index(db, 'identity_attempt', ['done_at'], 'di_sealed is not null');
}
