import { setTimeout as timeout } from 'node:timers/promises';
import { type Environment, readAuditYears } from '../config.ts';
import type { Deployment } from '../deployment/open-deployment.ts';
import { setRetention } from '../institutions/set-retention.ts';
import { type CleaningDependencies, cleanUp, countAllDue } from '../retention/clean-up.ts';
import { EVIDENCE_YEARS, parseYears } from '../retention/rules.ts';
import { realWorld } from '../world.ts';
import { openKeyAndDatabase } from './deployment.ts';
import { CommandError, result, say } from './output.ts';
import { progressBar } from './progress-bar.ts';
import { type Repeated, repeatedly } from './repeatedly.ts';

/** A year ends at midnight; what a day brings may wait a while. */
const EVERY_MS = 10 * 60_000;

type Wanted = Pick<CleaningDependencies, 'database' | 'auditYears'>;

/** The clean-up as the server does it in the background; stopping waits for one batch at most. */
export function cleaning(wanted: Wanted, told: { done(): void; failed(error: unknown): void }): Repeated {
  const ending = new AbortController();
  const work = repeatedly(
    EVERY_MS,
    () => cleanUp(withTime(wanted, ending.signal)).then(told.done),
    told.failed,
  );
  const stop = () => {
    ending.abort();
    return work.stop();
  };
  return { wake: work.wake, stop };
}

const withTime = (wanted: Wanted, signal: AbortSignal): CleaningDependencies => ({
  ...wanted,
  world: realWorld,
  stopwatch: () => performance.now(),
  pause: (ms) => timeout(ms, undefined, { signal }).catch(() => undefined),
  signal,
});

async function withDatabase<T>(
  env: Environment,
  work: (deployment: Deployment, auditYears: number) => Promise<T>,
): Promise<T> {
  const problems: string[] = [];
  const auditYears = readAuditYears(env, problems);
  if (problems.length > 0) throw new CommandError(problems);
  const deployment = await openKeyAndDatabase(env);
  try {
    return await work(deployment, auditYears);
  } finally {
    await deployment.database.close();
  }
}

/** Cleans up now, while servers run or not. A signal ends it after the batch under way; nothing is lost by that. */
export function retentionRun(env: Environment): Promise<void> {
  return withDatabase(env, async ({ database }, auditYears) => {
    say('Counting what is due…');
    const due = await countAllDue({ database, world: realWorld, auditYears });
    const bar = progressBar(
      due.reduce((sum, each) => sum + each.due, 0),
      () => performance.now(),
    );
    const ending = new AbortController();
    const end = () => ending.abort();
    process.once('SIGINT', end).once('SIGTERM', end);
    const wanted = withTime({ database, auditYears }, ending.signal);
    const cleaned = await cleanUp({ ...wanted, progress: (_, rows) => bar.add(rows) });
    bar.end();
    process.off('SIGINT', end).off('SIGTERM', end);
    say(ending.signal.aborted ? 'Stopped; the rest goes next time.' : 'Nothing more is due.');
    result({ cleaned });
  });
}

/** Prints a line of JSON for each table and institution that has something due; changes nothing. */
export function retentionPreview(env: Environment): Promise<void> {
  return withDatabase(env, async ({ database }, auditYears) => {
    const all = await countAllDue({ database, world: realWorld, auditYears });
    for (const { name, institution, before, due } of all) {
      if (due === 0) continue;
      const of = institution === '' ? {} : { institution };
      result({ what: name, ...of, before: new Date(before).toISOString(), rows: due });
    }
    if (all.every(({ due }) => due === 0)) say('Nothing is due.');
  });
}

/** Prints `{"id","years","before"}`. */
export async function institutionRetention(
  env: Environment,
  { id, years: text }: { id: string; years: string },
): Promise<void> {
  const years = parseYears(text, EVIDENCE_YEARS);
  const { least, most } = EVIDENCE_YEARS;
  if (years === undefined) {
    throw new CommandError([`--years must be a whole number from ${least} to ${most}`]);
  }
  const { database } = await openKeyAndDatabase(env);
  try {
    const set = await setRetention({ database, world: realWorld }, { id, years, actor: 'command' });
    if (set.kind === 'institution-unknown') throw new CommandError(['--id: there is no such institution']);
    if (years < set.before) say('Running servers delete what is older now: see `motp retention preview`.');
    result({ id, years, before: set.before });
  } finally {
    await database.close();
  }
}
