import { record } from '../audit/record.ts';
import type { Database } from '../db/open.ts';
import { spendUntil } from '../deployment/continuity.ts';
import type { World } from '../world.ts';
import { TransferError } from './rules.ts';
import { deleteMark, freeze, readMark, thaw, waitForWriters, writeMark } from './store.ts';

/**
 * What is in the tables now is the last that will be: a server that still runs is refused by the database itself, so
 * that no answer is accepted here which the export lacks. Closing twice is closing once.
 */
export async function closeDeployment(database: Database, world: World): Promise<void> {
  await database.transaction(async (tx) => {
    if ((await readMark(tx))?.state === 'closed') return;
    await waitForWriters(tx);
    const now = world.now();
    await record(tx, { at: now, kind: 'deployment.closed', actor: 'command' });
    await writeMark(tx, { state: 'closed', file: null, line: 0, began_at: now, done_at: now });
    await freeze(tx);
  });
}

/** Takes a closed deployment up again, as a backup that was put back: nothing of before counts (P-6). */
export async function reopenDeployment(database: Database, world: World): Promise<void> {
  await database.transaction(async (tx) => {
    if ((await readMark(tx))?.state !== 'closed')
      throw new TransferError('this deployment is not closed: there is nothing to reopen');
    const now = world.now();
    await thaw(tx);
    await deleteMark(tx);
    await spendUntil(tx, now, 'deployment.reopened');
    await record(tx, { at: now, kind: 'deployment.reopened', actor: 'command' });
  });
}
