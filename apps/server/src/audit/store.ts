import { type RawBuilder, sql } from 'kysely';
import { listed, prepared, rowsOf } from '../db/batch.ts';
import type { Tx } from '../db/open.ts';
import type { AuditEvent } from './event.ts';

const columns = {
  at: 'bigint',
  kind: 'text',
  actor: 'text',
  institution_id: 'text',
  learner_id: 'text',
  device_id: 'text',
  check_id: 'text',
  data_json: 'text',
} as const;

const names = listed(Object.keys(columns));

/** For any number of events, as a part of a statement. */
export function insertion({ dialect }: Tx, events: readonly AuditEvent[]): RawBuilder<unknown> {
  const rows = events.map((event) => ({
    at: event.at,
    kind: event.kind,
    actor: event.actor,
    institution_id: event.institution ?? null,
    learner_id: event.learner ?? null,
    device_id: event.device ?? null,
    check_id: event.check ?? null,
    data_json: event.data ? JSON.stringify(event.data) : null,
  }));
  return sql`insert into audit_event (${names}) select ${names} from ${rowsOf(dialect, columns, rows)}`;
}

/** One statement for any number of events. */
export async function insertEvents(tx: Tx, events: readonly AuditEvent[]): Promise<void> {
  await sql`${prepared} ${insertion(tx, events)}`.execute(tx.sql);
}
