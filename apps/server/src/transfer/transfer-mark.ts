import type { Tx } from '../db/open.ts';
import { readMark } from './store.ts';

/** Why nobody may serve from this database, or work on it, as it stands; undefined when anybody may. */
export async function standingProblem(tx: Tx): Promise<{ state: string; problem: string } | undefined> {
  const state = (await readMark(tx))?.state;
  return state === undefined || state === 'imported' ? undefined : { state, problem: PROBLEMS[state] };
}

const PROBLEMS = {
  importing:
    'the import into this database is not complete: run the same `motp import` again, it goes on where it was',
  closed:
    'this deployment was closed by `motp export --final` and lives elsewhere now: serve it there, or `motp reopen` it here',
} as const;
