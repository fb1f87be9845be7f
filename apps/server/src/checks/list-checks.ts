import type { CheckList } from '@motp/protocol';
import type { Database } from '../db/open.ts';
import type { World } from '../world.ts';
import { findChecksOf, type Place } from './list-store.ts';
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
  const found = await findChecksOf(database, { institution, ...filter }, place, limit + 1);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const next = found.length > limit && last ? cursorOf({ at: last.created_at, id: last.id }) : null;
  const now = world.now();
  return { kind: 'listed', list: { checks: page.map((check) => checkReply(check, now)), next } };
}

const cursorOf = ({ at, id }: Place): string => Buffer.from(`${at} ${id}`).toString('base64url');

/** @returns undefined for what this server did not write as a cursor */
function placeOf(cursor: string): Place | undefined {
  const [, at, id] =
    /^(\d{1,15}) (chk_[0-9a-f]{1,60})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at === undefined || id === undefined) return undefined;
  const place = { at: Number(at), id };
  return cursorOf(place) === cursor ? place : undefined;
}
