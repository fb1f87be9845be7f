import { type Kysely, type Migration, PostgresAdapter, sql } from 'kysely';
import { index, table } from './table.ts';

/** What institutions are told of, and where. */
export const webhooks: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await table(db, 'webhook_endpoint', {
      institution_id: 'text=',
      url_sealed: 'text',
      secret_sealed: 'text',
      former_sealed: 'text?',
      former_until: 'bigint?',
      created_at: 'bigint',
    });
    await eventTable(db);
    await index(db, 'webhook_event', ['id'], undefined, true);
    await index(db, 'webhook_event', ['institution_id', 'seq']);
    await index(db, 'webhook_event', ['institution_id', 'next_at'], "status = 'waiting'");
    await index(db, 'webhook_event', ['subject', 'seq'], "status = 'waiting'");
    await index(db, 'webhook_event', ['done_at']);
  },
};

async function eventTable(db: Kysely<unknown>): Promise<void> {
  const postgres = db.getExecutor().adapter instanceof PostgresAdapter;
  const seq = postgres
    ? sql`seq bigint generated always as identity primary key`
    : sql`seq integer primary key autoincrement`;
  await sql`create table webhook_event (
    ${seq}, id text not null, institution_id text not null, type text not null, subject text not null,
    payload_json text not null, status text not null, attempts bigint not null, next_at bigint not null,
    give_up_at bigint not null, leased_until bigint, last_status bigint, last_error text,
    created_at bigint not null, done_at bigint
  )`.execute(db);
}
