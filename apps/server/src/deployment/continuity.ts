import { stepAt } from '@motp/otp';
import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import { closeRestoredFacades } from '../drop-in/close-restored.ts';
import { closeRestored } from '../exemptions/close-restored.ts';
import { holdRestored } from '../reports/manage-target.ts';
import type { World } from '../world.ts';
import { newestEvent, spendUpTo } from './store.ts';

/** What is remembered outside the database: the newest event ever seen of each. */
export interface Marks {
  read(identity: string): number;
  write(identity: string, event: number): void;
}

/**
 * A code is accepted once even after a backup was put back (C-7): when the database is behind what this
 * machine saw of it, everything that could have been accepted since is spent, and the gap is in the trail.
 * @returns whether it was behind
 */
export async function spendAfterRestore(
  database: Database,
  marks: Marks,
  identity: string,
  world: World,
): Promise<boolean> {
  const seen = marks.read(identity);
  const isBehind = await database.transaction(async (tx) => {
    const newest = await newestEvent(tx);
    if (newest >= seen) return false;
    const now = world.now();
    await spendUntil(tx, now, 'database.behind');
    await closeRestoredFacades(tx, now);
    await holdRestored(tx, now);
    await record(tx, {
      at: now,
      kind: 'database.behind',
      actor: 'system',
      data: { seen, found: newest },
    });
    return true;
  });
  marks.write(identity, await newestEvent(database));
  return isBehind;
}

/**
 * Nothing that was accepted elsewhere until now is accepted here again: codes are spent, open checks end, exemption
 * windows close.
 */
export async function spendUntil(
  tx: Tx,
  now: number,
  because: 'database.behind' | 'deployment.imported' | 'deployment.reopened',
): Promise<void> {
  const earlyMs = 10_000;
  await spendUpTo(tx, stepAt(now + earlyMs));
  await closeRestored(tx, now, because);
}

/** Remembers how far the trail has come; called every second while the server answers. */
export async function keepMark(database: Database, marks: Marks, identity: string): Promise<void> {
  const newest = await newestEvent(database);
  if (newest > marks.read(identity)) marks.write(identity, newest);
}
