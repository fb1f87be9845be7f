import type { Database, Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import { sessionOf } from './reported-check.ts';
import { type Kind, kinds } from './rules.ts';
import {
  insertRows,
  knownSources,
  lockLanes,
  type NewRow,
  type SourceCheck,
  setNextSeq,
  untakenChecks,
} from './store.ts';

interface Dependencies {
  database: Database;
  keyring: Keyring;
}

/** Hours, epoch ms. */
export interface Range {
  from: number;
  until: number;
}

const PAGE = 1_000;

/** Gives every passed check of the range its numbers, if it has none yet. Many transactions, each a whole page. */
export async function takeUp(
  { database, keyring }: Dependencies,
  institution: string,
  range: Range,
): Promise<void> {
  while ((await database.transaction((tx) => takeUpPage(tx, keyring, institution, range))) === PAGE);
}

/** @returns how many checks were taken up: fewer than a page when none is left */
export async function takeUpPage(
  tx: Tx,
  keyring: Keyring,
  institution: string,
  range: Range,
): Promise<number> {
  const next = await lockLanes(tx, institution);
  const checks = await untakenChecks(tx, institution, range, PAGE);
  for (const kind of kinds) {
    const first = next.get(kind);
    if (first === undefined) throw new Error('an institution without a lane was taken up');
    const facts = await newFacts(tx, institution, kind, factsOf[kind](keyring, checks));
    if (facts.length === 0) continue;
    const numbered: NewRow[] = facts.map(({ source, check }, nth) => ({
      ...{ institution_id: institution, kind, seq: first + nth, source, check_id: check.id },
      at: check.passed_at ?? 0,
    }));
    await insertRows(tx, numbered);
    await setNextSeq(tx, institution, kind, first + numbered.length);
  }
  return checks.length;
}

/** What gets one number: a check, or all that a learner passed in one session. */
interface Fact {
  source: string;
  check: SourceCheck;
}

const everyCheck = (_keyring: Keyring, checks: readonly SourceCheck[]): Fact[] =>
  checks.map((check) => ({ source: check.id, check }));

/**
 * Signing in happens at the LMS. The nearest that is seen of it is the first check that a learner passes in a session,
 * if the LMS says from which address. Without a session's id every check counts as one.
 */
function firstOfSession(keyring: Keyring, checks: readonly SourceCheck[]): Fact[] {
  return checks.flatMap((check) => {
    const { id, ip } = sessionOf(keyring, check);
    if (ip === undefined) return [];
    const session = id === undefined ? undefined : JSON.stringify([check.learner_ref, check.session_key]);
    return [{ source: session === undefined ? check.id : keyring.hash('session', session), check }];
  });
}

const factsOf = {
  user_login_hist: firstOfSession,
  score_hist: everyCheck,
  check_hist: everyCheck,
} satisfies Record<Kind, (keyring: Keyring, checks: readonly SourceCheck[]) => Fact[]>;

async function newFacts(tx: Tx, institution: string, kind: Kind, facts: readonly Fact[]): Promise<Fact[]> {
  const sources = facts.map(({ source }) => source);
  const known = await knownSources(tx, institution, kind, sources);
  return facts.filter(({ source }, nth) => !known.has(source) && sources.indexOf(source) === nth);
}
