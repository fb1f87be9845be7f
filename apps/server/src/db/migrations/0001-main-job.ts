import { type Kysely, type Migration, PostgresAdapter, sql } from 'kysely';
import { type Columns, index, table } from './table.ts';

const institutions: Record<string, Columns> = {
  deployment: { id: 'integer=', created_at: 'bigint', demo_at: 'bigint?', key_mark: 'text' },
  institution: {
    id: 'text=',
    name: 'text',
    origins_json: 'text',
    help_phone: 'text?',
    help_url: 'text?',
    created_at: 'bigint',
  },
  api_key: {
    id: 'text=',
    institution_id: 'text',
    hash: 'text',
    created_at: 'bigint',
    last_used_at: 'bigint?',
    revoked_at: 'bigint?',
  },
  signing_key: {
    kid: 'text=',
    public_json: 'text',
    private_sealed: 'text',
    created_at: 'bigint',
    retired_at: 'bigint?',
  },
};

const people: Record<string, Columns> = {
  learner: {
    id: 'text=',
    name_key: 'text?',
    name_sealed: 'text?',
    phone_key: 'text?',
    phone_sealed: 'text?',
    named_at: 'bigint',
    created_at: 'bigint',
    withdrawn_at: 'bigint?',
  },
  device: {
    id: 'text=',
    learner_id: 'text',
    thumbprint: 'text',
    status: 'text',
    phone_key: 'text?',
    seed_sealed: 'text?',
    last_step: 'bigint',
    spent_json: 'text',
    failures: 'bigint',
    failed_json: 'text',
    locked_at: 'bigint?',
    compared_day: 'text?',
    compared: 'bigint',
    consents_json: 'text',
    proof: 'text',
    registered_at: 'bigint',
    used_at: 'bigint',
    ended_at: 'bigint?',
  },
  registration: {
    id: 'text=',
    thumbprint: 'text',
    encryption_key_json: 'text',
    name_key: 'text',
    name_sealed: 'text?',
    phone_key: 'text',
    phone_sealed: 'text?',
    address_key: 'text',
    locale: 'text',
    consents_json: 'text',
    code_key: 'text',
    reference: 'text',
    tries_left: 'bigint',
    resends: 'bigint',
    sent_at: 'bigint',
    code_expires_at: 'bigint',
    created_at: 'bigint',
    proved_at: 'bigint?',
    device_id: 'text?',
  },
  message: {
    id: 'text=',
    to_sealed: 'text?',
    text_sealed: 'text?',
    status: 'text',
    attempts: 'bigint',
    next_at: 'bigint',
    expires_at: 'bigint',
    created_at: 'bigint',
    done_at: 'bigint?',
  },
};

const check: Columns = {
  id: 'text=',
  institution_id: 'text',
  learner_ref: 'text',
  name_key: 'text',
  name_sealed: 'text?',
  phone_key: 'text',
  phone_sealed: 'text?',
  birth_date_sealed: 'text?',
  course_id: 'text',
  course_title: 'text',
  round: 'text',
  occasion_kind: 'text',
  occasion_number: 'bigint',
  session_key: 'text?',
  session_sealed: 'text?',
  return_url: 'text?',
  locale: 'text',
  token_hash: 'text',
  status: 'text',
  reasons_json: 'text',
  method: 'text?',
  device_id: 'text?',
  device_thumbprint: 'text?',
  registration_at: 'bigint?',
  registration_proof: 'text?',
  created_at: 'bigint',
  expires_at: 'bigint',
  passed_at: 'bigint?',
  wrong_key: 'text?',
  wrong_at: 'bigint?',
  clock_searched: 'bigint',
  clock_offset: 'bigint?',
  compared: 'bigint',
  batch: 'text?',
};

async function auditTable(db: Kysely<unknown>): Promise<void> {
  const postgres = db.getExecutor().adapter instanceof PostgresAdapter;
  const id = postgres
    ? sql`id bigint generated always as identity primary key`
    : sql`id integer primary key autoincrement`;
  await sql`create table audit_event (
    ${id}, at bigint not null, kind text not null, actor text not null, institution_id text,
    learner_id text, device_id text, check_id text, data_json text
  )`.execute(db);
}

export const mainJob: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const [name, columns] of Object.entries({ ...institutions, ...people, check })) {
      await table(db, name, columns);
    }
    await table(db, 'limit_counter', {
      key: 'text=',
      sent_json: 'text',
      wrong_json: 'text',
      used_at: 'bigint',
    });
    await table(db, 'dpop_proof', { thumbprint: 'text', jti: 'text', expires_at: 'bigint' }, [
      'thumbprint',
      'jti',
    ]);
    await table(
      db,
      'idempotency',
      {
        institution_id: 'text',
        key: 'text',
        body_hash: 'text',
        status: 'bigint',
        body_json: 'text',
        created_at: 'bigint',
      },
      ['institution_id', 'key'],
    );
    await auditTable(db);
    await indexes(db);
  },
};

async function indexes(db: Kysely<unknown>): Promise<void> {
  await index(db, 'api_key', ['hash'], undefined, true);
  await index(db, 'learner', ['phone_key'], undefined, true);
  // one active device per learner and per number, whatever the race.
  await index(db, 'device', ['learner_id'], "status = 'active'", true);
  await index(db, 'device', ['phone_key'], "status = 'active'", true);
  await index(db, 'device', ['thumbprint']);
  await index(db, 'device', ['used_at'], "status = 'active'");
  await index(db, 'registration', ['address_key', 'created_at']);
  await index(db, 'registration', ['created_at']);
  await index(db, 'check', ['token_hash'], undefined, true);
  await index(
    db,
    'check',
    ['institution_id', 'learner_ref', 'course_id', 'round', 'occasion_kind', 'occasion_number'],
    "status = 'open'",
    true,
  );
  await index(db, 'check', ['expires_at'], "status = 'open'");
  await index(db, 'check', ['institution_id', 'learner_ref', 'passed_at'], "status = 'passed'");
  await index(db, 'check', ['device_id', 'passed_at'], "status = 'passed'");
  await index(db, 'check', ['phone_key']);
  await index(db, 'message', ['next_at'], "status = 'waiting'");
  await index(db, 'limit_counter', ['used_at']);
  await index(db, 'dpop_proof', ['expires_at']);
  await index(db, 'idempotency', ['created_at']);
}
