import type { CheckList, DropInEntry } from '@motp/protocol';
import type { Database } from '../db/open.ts';
import type { World } from '../world.ts';
import {
  findChecksOf,
  findEntriesOf,
  type Place,
  type RepliedCheck,
  type RepliedEntry,
} from './list-store.ts';
import { occasionOf } from './receipt.ts';
import { checkReply } from './view-check.ts';

export interface ListRequest {
  learner: string;
  course?: string | undefined;
  /** How many at most; 50 when left out. */
  limit?: number | undefined;
  /** `next` of the page before. */
  cursor?: string | undefined;
}

export type Listed = { kind: 'listed'; list: CheckList } | { kind: 'malformed-cursor' };

const USUAL_PAGE = 50;

/** `GET /v1/learners/{learnerId}/checks`: nobody else's at this institution, nothing of another one. */
export async function listChecks(
  { database, world }: { database: Database; world: World },
  institution: string,
  { limit = USUAL_PAGE, cursor, ...filter }: ListRequest,
): Promise<Listed> {
  const place = cursor === undefined ? undefined : placeOf(cursor);
  if (cursor !== undefined && !place) return { kind: 'malformed-cursor' };
  // One more than asked tells whether there is another page.
  const of = { institution, ...filter };
  const checks = await findChecksOf(database, of, place, limit + 1);
  const entries = await findEntriesOf(database, of, place, limit + 1);
  const now = world.now();
  const found = [...checks.map((row) => ofCheck(row, now)), ...entries.map(ofEntry)].sort(newestFirst);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const next = found.length > limit && last ? cursorOf(last.place) : null;
  return { kind: 'listed', list: { checks: page.map(({ reply }) => reply), next } };
}

interface Item {
  place: Place;
  reply: CheckList['checks'][number];
}

const ofCheck = (check: RepliedCheck, now: number): Item => ({
  place: { at: check.created_at, id: check.id },
  reply: checkReply(check, now),
});

const ofEntry = (entry: RepliedEntry): Item => ({
  place: { at: entry.at, id: entry.id },
  reply: {
    id: entry.id,
    status: entry.standing as DropInEntry['status'],
    via: 'drop-in',
    kind: entry.kind,
    at: new Date(entry.at).toISOString(),
    learner: { id: entry.learner_ref },
    course: { id: entry.course_id, ...(entry.round === '' ? {} : { round: entry.round }) },
    occasion: occasionOf(entry),
  },
});

/** As the database orders each of the two; ids of one table share their prefix. */
const newestFirst = ({ place: a }: Item, { place: b }: Item): number => b.at - a.at || (a.id < b.id ? 1 : -1);

const cursorOf = ({ at, id }: Place): string => Buffer.from(`${at} ${id}`).toString('base64url');

/** @returns undefined for what this server did not write as a cursor */
function placeOf(cursor: string): Place | undefined {
  const [, at, id] =
    /^(\d{1,15}) ((?:chk|dir)_[0-9a-f]{1,60})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at === undefined || id === undefined) return undefined;
  const place = { at: Number(at), id };
  return cursorOf(place) === cursor ? place : undefined;
}
