import { type Selectable, sql } from 'kysely';
import type { Tx } from '../db/open.ts';
import type { DropInRecordRow } from '../db/schema-facade.ts';
import type { StoredCheck } from './store.ts';

const columns = [
  'id',
  'learner_ref',
  'course_id',
  'course_title',
  'round',
  'occasion_kind',
  'occasion_number',
  'status',
  'reasons_json',
  'method',
  'created_at',
  'expires_at',
  'passed_at',
] as const;

/** What an institution is told of a check; no sealed name or number is read for it. */
export type RepliedCheck = Pick<StoredCheck, (typeof columns)[number]>;

export interface CheckFilter {
  institution: string;
  learner: string;
  course?: string | undefined;
}

/** Where a page ended: the time and id of its last check. */
export interface Place {
  at: number;
  id: string;
}

const entryColumns = [
  'id',
  'learner_ref',
  'course_id',
  'round',
  'occasion_kind',
  'occasion_number',
  'kind',
  'standing',
  'at',
] as const;

export type RepliedEntry = Pick<Selectable<DropInRecordRow>, (typeof entryColumns)[number]>;

/** What came for a learner by the façade and is no check, newest first, after `place`. */
export async function findEntriesOf(
  tx: Tx,
  { institution, learner, course }: CheckFilter,
  place: Place | undefined,
  most: number,
): Promise<RepliedEntry[]> {
  let query = tx.sql
    .selectFrom('drop_in_record')
    .select(entryColumns)
    .where('institution_id', '=', institution)
    .where('learner_ref', '=', learner)
    .where('check_id', 'is', null);
  if (course !== undefined) query = query.where('course_id', '=', course);
  if (place) query = query.where(sql<boolean>`(at, id) < (${place.at}, ${place.id})`);
  return query.orderBy('at', 'desc').orderBy('id', 'desc').limit(most).execute();
}

/** A learner's checks at one institution, newest first, those after `place`. */
export async function findChecksOf(
  tx: Tx,
  { institution, learner, course }: CheckFilter,
  place: Place | undefined,
  most: number,
): Promise<RepliedCheck[]> {
  let query = tx.sql
    .selectFrom('check')
    .select(columns)
    .where('institution_id', '=', institution)
    .where('learner_ref', '=', learner);
  if (course !== undefined) query = query.where('course_id', '=', course);
  if (place) query = query.where(sql<boolean>`(created_at, id) < (${place.at}, ${place.id})`);
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(most).execute();
}
