import { type Kysely, type Migration, PostgresAdapter, sql } from 'kysely';

/**
 * A wrong code changes its registration's row and no other: what a check remembered of wrong codes stands there now.
 * What was remembered is forgotten, which concerns the last minutes before the upgrade.
 */
export const answers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('device')
      .addColumn('wrongs_json', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute();
    await db.schema.alterTable('device').addColumn('batch', 'text').execute();
    await db.schema.alterTable('device').addColumn('name_key', 'text').execute();
    await sql`update device set name_key = (select name_key from learner where learner.id = device.learner_id)
      where status = 'active'`.execute(db);
    if (db.getExecutor().adapter instanceof PostgresAdapter) {
      // Room beside each row: a wrong code then writes its page and no index (heap-only tuples).
      await sql`alter table device set (fillfactor = 70)`.execute(db);
    }
    for (const column of ['wrong_key', 'wrong_at', 'clock_searched', 'clock_offset', 'batch']) {
      await sql`alter table "check" drop column ${sql.ref(column)}`.execute(db);
    }
  },
};
