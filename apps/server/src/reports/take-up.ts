import type { Database, Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import { sessionOf } from './reported-check.ts';
import { hoursBetween, type Kind, kinds } from './rules.ts';
import {
  findTarget,
  insertRows,
  knownSources,
  lockLanes,
  type NewRow,
  passedChecks,
  type SourceCheck,
  type StoredTarget,
  setNextSeq,
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
const HOUR_MS = 60 * 60_000;

/**
 * Gives every passed check of the range its numbers, if it has none yet. Hour by hour and page by page, each in a
 * transaction of its own, so that answers never wait long for the one writer of SQLite.
 */
export async function takeUp(
  { database, keyring }: Dependencies,
  institution: string,
  range: Range,
): Promise<void> {
  await eachPage(range, (hour, after) =>
    database.transaction((tx) => takeUpPage(tx, keyring, institution, hour, after)),
  );
}

type Page = (hour: Range, after: string | undefined) => Promise<SourceCheck[]>;

/** Goes through the hours of a range; a page that is not full is the last of its hour. */
async function eachPage(range: Range, page: Page): Promise<void> {
  for (const from of hoursBetween(range.from, range.until)) {
    for (let after: string | undefined; ; ) {
      const checks = await page({ from, until: from + HOUR_MS }, after);
      const last = checks.at(-1);
      if (!last || checks.length < PAGE) break;
      after = last.id;
    }
  }
}

async function takeUpPage(
  tx: Tx,
  keyring: Keyring,
  institution: string,
  hour: Range,
  after: string | undefined,
): Promise<SourceCheck[]> {
  const next = await lockLanes(tx, institution);
  const target = await findTarget(tx, institution);
  if (!target) return [];
  const checks = await passedChecks(tx, institution, hour, PAGE, after);
  for (const kind of kinds) {
    const facts = await newFacts(tx, keyring, institution, kind, checks);
    if (facts.length === 0) continue;
    const first = next.get(kind) ?? 1;
    await insertRows(
      tx,
      facts.map((fact, nth) => newRow(target, kind, first + nth, fact)),
    );
    await setNextSeq(tx, institution, kind, first + facts.length);
  }
  return checks;
}

function newRow(target: StoredTarget, kind: Kind, seq: number, { source, check }: Fact): NewRow {
  const at = check.passed_at ?? 0;
  return {
    ...{ institution_id: target.institution_id, kind, seq, source, check_id: check.id, at },
    status: at < target.reported_from ? 'early' : 'waiting',
  };
}

/** What taking up a range would number of a kind: how many, and the first. Reads only, and locks nothing. */
export async function untaken(
  { database, keyring }: Dependencies,
  institution: string,
  kind: Kind,
  range: Range,
): Promise<{ count: number; first: SourceCheck | undefined }> {
  const sources = new Set<string>();
  let first: SourceCheck | undefined;
  await eachPage(range, async (hour, after) => {
    const checks = await passedChecks(database, institution, hour, PAGE, after);
    for (const { source, check } of await newFacts(database, keyring, institution, kind, checks)) {
      sources.add(source);
      first ??= check;
    }
    return checks;
  });
  return { count: sources.size, first };
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

/** The facts of these checks that have no number yet, each once. */
async function newFacts(
  tx: Tx,
  keyring: Keyring,
  institution: string,
  kind: Kind,
  checks: readonly SourceCheck[],
): Promise<Fact[]> {
  const inOrder = checks.toSorted((a, b) => (a.passed_at ?? 0) - (b.passed_at ?? 0));
  const facts = factsOf[kind](keyring, inOrder);
  const sources = facts.map(({ source }) => source);
  const known = await knownSources(tx, institution, kind, sources);
  const fresh = new Map<string, Fact>();
  for (const fact of facts) {
    if (!known.has(fact.source) && !fresh.has(fact.source)) fresh.set(fact.source, fact);
  }
  return [...fresh.values()];
}
