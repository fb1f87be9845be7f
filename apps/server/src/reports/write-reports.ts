import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import { reasonProblem } from '../registration/rules.ts';
import type { World } from '../world.ts';
import { usableTarget } from './push-command.ts';
import type { ReportFiles } from './report-files.ts';
import { reportedCheck } from './reported-check.ts';
import {
  defaultHours,
  hourName,
  hoursBetween,
  type Kind,
  kinds,
  parseHour,
  rangeProblem,
  reportRow,
} from './rules.ts';
import { countRows, rowsOfHour, type StoredTarget } from './store.ts';
import { type Range, takeUp } from './take-up.ts';

export interface WritingDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
  /** Opens the folder when something is about to be written. */
  files(): ReportFiles;
}

export interface Writing {
  institution: string;
  /** Hours in Korea, `2026-11-23T00`; `until` is exclusive. Else the last 24. */
  from?: string | undefined;
  until?: string | undefined;
  reason: string;
  actor: string;
}

export interface Written {
  kind: 'written';
  /** Files that were made, and those that were there with the same contents. */
  files: number;
  same: number;
  rows: Record<Kind, number>;
  /** Files that were there with other contents and stay as they are. */
  others: string[];
}

const HOUR_MS = 60 * 60_000;

/** Writes a file per kind and hour, an hour without rows too: a file that is missing was not written. */
export async function writeReports(
  dependencies: WritingDependencies,
  asked: Writing,
): Promise<Written | { kind: 'refused'; problems: string[] }> {
  const { database, world } = dependencies;
  const { range, problems } = parsed(asked, world.now());
  const usable = await usableTarget(database, asked.institution, false);
  if (usable.kind === 'refused') problems.push(...usable.problems);
  if (usable.kind === 'refused' || problems.length > 0) return { kind: 'refused', problems };
  await takeUp(dependencies, asked.institution, range);
  const rows = await traced(dependencies, asked, range);
  const files = dependencies.files();
  const written: Written = { kind: 'written', files: 0, same: 0, rows, others: [] };
  for (const from of hoursBetween(range.from, range.until)) {
    for (const kind of kinds) {
      const name = `${asked.institution}.${kind}.${hourName(from)}.json`;
      const text = await hourText(dependencies, usable.target, kind, from);
      const made = files.write(name, text);
      if (made === 'other') written.others.push(name);
      else written[made === 'written' ? 'files' : 'same']++;
    }
  }
  return written;
}

function parsed({ from, until, reason }: Writing, now: number): { range: Range; problems: string[] } {
  const hours = defaultHours(now);
  const range = {
    from: from === undefined ? hours.from : parseHour(from),
    until: until === undefined ? hours.until : parseHour(until),
  };
  const problems = [reasonProblem(reason)];
  if (range.from === undefined || range.until === undefined) {
    problems.push('--from and --until must be hours in Korea: 2026-11-23T00');
  } else {
    problems.push(rangeProblem({ from: range.from, until: range.until }, now));
  }
  return {
    range: { from: range.from ?? 0, until: range.until ?? 0 },
    problems: problems.filter((problem) => problem !== undefined),
  };
}

/** Who writes what, for which hours and why is in the trail before the first file is there (O-5). */
async function traced(
  { database, world }: WritingDependencies,
  { institution, actor, reason }: Writing,
  { from, until }: Range,
): Promise<Record<Kind, number>> {
  return database.transaction(async (tx) => {
    const counts = { user_login_hist: 0, score_hist: 0, check_hist: 0 };
    for (const kind of kinds) {
      counts[kind] = await countRows(tx, institution, kind, { from, until });
      const hours = { from: new Date(from).toISOString(), until: new Date(until).toISOString() };
      const data = { report: kind, rows: counts[kind], ...hours, reason: reason.trim() };
      await record(tx, { at: world.now(), kind: 'report.written', actor, institution, data });
    }
    return counts;
  });
}

/** The JSON of the push and a line end; the same rows give the same bytes. */
async function hourText(
  { database, keyring }: { database: Tx; keyring: Keyring },
  { institution_id: institution, agent_pk: agentPk }: StoredTarget,
  kind: Kind,
  from: number,
): Promise<string> {
  const hour = await rowsOfHour(database, institution, kind, { from, until: from + HOUR_MS });
  const dataList = hour.flatMap((row) =>
    row.id === null ? [] : [reportRow(kind, agentPk, row.seq, reportedCheck(keyring, row))],
  );
  return `${JSON.stringify({ dataList })}\n`;
}
