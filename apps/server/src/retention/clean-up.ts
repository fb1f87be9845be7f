import { seoulDay } from '../calendar.ts';
import type { Database } from '../db/open.ts';
import { newId, type World } from '../world.ts';
import { recordDays } from './record-days.ts';
import { type Chore, choresOf, nextBatch, paces, pauseAfter } from './rules.ts';
import {
  addToTally,
  commitLazily,
  countDue,
  type Place,
  readRetentions,
  type Swept,
  sweep,
} from './store.ts';

export interface CleaningDependencies {
  database: Database;
  world: World;
  auditYears: number;
  /** Milliseconds from anywhere, only forwards. */
  stopwatch(): number;
  /** Resolves after so many milliseconds, or at once when the signal says so. */
  pause(ms: number): Promise<void>;
  /** Ends the work after the batch that is under way. */
  signal: AbortSignal;
  /** Told of every batch that took something. */
  progress?(chore: Chore, cleaned: number): void;
}

/**
 * Takes away everything that is over its time, a few rows at once, and leaves the database alone nine tenths of the
 * time. Any number of servers may do it together; whoever stops leaves nothing half done.
 * @returns how many rows were erased or deleted
 */
export async function cleanUp(dependencies: CleaningDependencies): Promise<number> {
  const { database, world, auditYears, signal } = dependencies;
  await recordDays(dependencies, seoulDay(world.now()));
  const run = newId('run', world);
  let cleaned = 0;
  for (const chore of choresOf({ auditYears, institutions: await readRetentions(database) }, world.now())) {
    if (signal.aborted) break;
    cleaned += await finish(dependencies, chore, run);
  }
  return cleaned;
}

/** One chore, batch after batch. */
async function finish(dependencies: CleaningDependencies, chore: Chore, run: string): Promise<number> {
  const { database, signal, pause, progress } = dependencies;
  const pace = paces[database.dialect];
  let size: number = pace.fewest;
  let place: Place | undefined;
  let total = 0;
  do {
    const { swept, worked, took } = await batch(dependencies, chore, { run, place, size });
    total += swept.cleaned;
    if (swept.cleaned > 0) progress?.(chore, swept.cleaned);
    place = swept.next;
    size = nextBatch(pace, size, worked);
    await pause(pauseAfter(took));
  } while (place !== undefined && !signal.aborted);
  return total;
}

/** @returns with how long its rows took and how long all of it: waiting for a turn is nobody's cost */
async function batch(
  { database, world, stopwatch }: CleaningDependencies,
  chore: Chore,
  { run, place, size }: { run: string; place: Place | undefined; size: number },
): Promise<{ swept: Swept; worked: number; took: number }> {
  let began = 0;
  let worked = 0;
  const swept = await database.transaction(async (tx) => {
    began = stopwatch();
    await commitLazily(tx);
    const done = await sweep(tx, chore, place, size);
    if (done.cleaned > 0) {
      const { name, institution, before: until } = chore;
      const day = seoulDay(world.now());
      const tally = { day, chore: name, institution_id: institution, run };
      await addToTally(tx, { ...tally, cleaned: done.cleaned, until });
    }
    worked = stopwatch() - began;
    return done;
  });
  return { swept, worked, took: stopwatch() - began };
}

export type Due = Chore & { due: number };

/** What a clean-up would take now, chore by chore. */
export async function countAllDue({
  database,
  world,
  auditYears,
}: Pick<CleaningDependencies, 'database' | 'world' | 'auditYears'>): Promise<Due[]> {
  const institutions = await readRetentions(database);
  const all: Due[] = [];
  for (const chore of choresOf({ auditYears, institutions }, world.now())) {
    all.push({ ...chore, due: await countDue(database, chore) });
  }
  return all;
}
