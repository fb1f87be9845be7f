import type { Kysely, Migration } from 'kysely';
import { type Columns, index, table } from './table.ts';

const attempt: Columns = {
  id: 'text=',
  purpose: 'text',
  subject_id: 'text',
  phone_key: 'text',
  thumbprint: 'text?',
  method: 'text',
  provider: 'text',
  secret_hash: 'text',
  state_sealed: 'text?',
  status: 'text',
  reason: 'text?',
  field: 'text?',
  result_key: 'text?',
  di_sealed: 'text?',
  claimed_at: 'bigint?',
  created_at: 'bigint',
  expires_at: 'bigint',
  done_at: 'bigint?',
};

/** Identity checks, disputes, changed numbers and names (C-6, R-2a, R-5, R-9). */
export const troubles: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await table(db, 'identity_attempt', attempt);
    await table(db, 'certified_number', {
      id: 'text=',
      phone_key: 'text',
      phone_sealed: 'text',
      di_key: 'text',
      di_sealed: 'text',
      certified_at: 'bigint',
    });
    await table(db, 'former_value', {
      id: 'text=',
      learner_id: 'text',
      kind: 'text',
      value_sealed: 'text',
      until: 'bigint',
    });
    await columns(db);
    await index(db, 'identity_attempt', ['purpose', 'subject_id', 'created_at']);
    await index(db, 'identity_attempt', ['phone_key', 'created_at']);
    await index(db, 'identity_attempt', ['expires_at'], "status in ('starting', 'started', 'completing')");
    // A provider's result counts once, whatever it is presented to.
    await index(db, 'identity_attempt', ['result_key'], 'result_key is not null', true);
    await index(db, 'certified_number', ['phone_key'], undefined, true);
    await index(db, 'certified_number', ['di_key']);
    await index(db, 'former_value', ['learner_id']);
    await index(db, 'message', ['registration_id']);
    await index(db, 'message', ['created_at']);
  },
};

async function columns(db: Kysely<unknown>): Promise<void> {
  const add = (name: string, column: string, type: 'text' | 'bigint') =>
    db.schema.alterTable(name).addColumn(column, type).execute();
  await add('device', 'locked_because', 'text');
  await add('device', 'disputed_at', 'bigint');
  await add('check', 'extended_at', 'bigint');
  await add('check', 'disputed_at', 'bigint');
  await add('message', 'registration_id', 'text');
  await db.schema
    .alterTable('registration')
    .addColumn('purpose', 'text', (column) => column.notNull().defaultTo('device'))
    .execute();
  await db.schema
    .alterTable('registration')
    .addColumn('proof', 'text', (column) => column.notNull().defaultTo('sms'))
    .execute();
}
