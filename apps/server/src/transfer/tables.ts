import type { Schema } from '../db/schema.ts';

export interface MovedTable {
  /** The primary key, in its order. */
  key: readonly string[];
  /** The column that the database numbers itself. */
  identity?: string;
}

/** What a deployment consists of, all but the state of its own move. A table of the schema that is missing here does
 * not compile; `tables.db.test.ts` holds the list against both migrated databases. The first opens the import. */
export const movedTables: Readonly<Record<MovedName, MovedTable>> = {
  deployment: { key: ['id'] },
  institution: { key: ['id'] },
  api_key: { key: ['id'] },
  signing_key: { key: ['kid'] },
  policy_version: { key: ['institution_id', 'course_id', 'version'] },
  webhook_endpoint: { key: ['institution_id'] },
  exemption_window: { key: ['id'] },
  provider_failure: { key: ['provider'] },
  learner: { key: ['id'] },
  device: { key: ['id'] },
  certified_number: { key: ['id'] },
  former_value: { key: ['id'] },
  registration: { key: ['id'] },
  identity_attempt: { key: ['id'] },
  limit_counter: { key: ['key'] },
  dpop_proof: { key: ['thumbprint', 'jti'] },
  message: { key: ['id'] },
  check: { key: ['id'] },
  lesson_passage: { key: ['institution_id', 'learner_ref', 'course_id', 'round', 'number'] },
  idempotency: { key: ['institution_id', 'key'] },
  drop_in: { key: ['institution_id'] },
  drop_in_counter: { key: ['institution_id', 'device_id', 'channel'] },
  drop_in_record: { key: ['id'] },
  report_target: { key: ['institution_id'] },
  report_lane: { key: ['institution_id', 'kind'] },
  report_row: { key: ['institution_id', 'kind', 'seq'] },
  retention_tally: { key: ['day', 'chore', 'institution_id', 'run'] },
  webhook_event: { key: ['seq'], identity: 'seq' },
  audit_event: { key: ['id'], identity: 'id' },
};

export type MovedName = Exclude<keyof Schema, 'transfer'>;

export const movedNames = Object.keys(movedTables) as readonly MovedName[];
