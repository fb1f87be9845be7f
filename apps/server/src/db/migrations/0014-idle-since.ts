import { type Kysely, PostgresAdapter, sql } from 'kysely';
import { index } from './table.ts';

/**
 * Every pass changes `used_at`: an index on it is two pages more to write, one of them anywhere, and on PostgreSQL
 * makes each pass move all entries of its registration. The clean-up finds what is unused by `idle_since` instead.
 */
export const idleSince = {
  beside: '0013-lighter-passes',
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropIndex('device_used_at_where').execute();
    await db.schema
      .alterTable('device')
      .addColumn('idle_since', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
    // On PostgreSQL servers answer meanwhile, and would wait for rows that this changed: the clean-up sets them.
    if (!(db.getExecutor().adapter instanceof PostgresAdapter)) {
      await sql`update device set idle_since = used_at where status = 'active'`.execute(db);
    }
    await index(db, 'device', ['idle_since'], "status = 'active'");
  },
};
