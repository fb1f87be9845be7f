import type { Database, Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import { HELD } from './manage-target.ts';
import { type PushDependencies, type Pushed, pushRows, takeUpSettled } from './push-rows.ts';
import { reportedCheck } from './reported-check.ts';
import { lookedAgainFrom, masked, pushedKinds, type ReportRow, reportRow, settledUntil } from './rules.ts';
import { countWaiting, findTarget, type StoredTarget, waitingRows } from './store.ts';
import { takeUpPage } from './take-up.ts';

type Refused = { kind: 'refused'; problems: string[] };

/** What a push would send of one kind. */
export interface Preview {
  report: string;
  rows: number;
  /** The first of them, whose row it is masked. */
  sample: ReportRow | null;
}

/** Whether an institution can be reported. @param needsReceiver whether files are not enough */
export async function usableTarget(
  tx: Tx,
  institution: string,
  needsReceiver: boolean,
): Promise<{ kind: 'usable'; target: StoredTarget } | Refused> {
  const target = await findTarget(tx, institution);
  const how = `\`motp report configure --institution ${institution} --agent-pk PK --url URL --key-file FILE\``;
  if (!target) return refused(`reports of "${institution}" are not configured: ${how} does that`);
  if (needsReceiver && target.url_sealed === null) {
    return refused(`reports of "${institution}" have no receiver, files only: ${how} names one`);
  }
  return target.held_at === null ? { kind: 'usable', target } : refused(HELD);
}

const refused = (problem: string): Refused => ({ kind: 'refused', problems: [problem] });

/** Sends now what waits of the hours that are over. */
export async function sendReports(
  dependencies: PushDependencies,
  { institution, actor }: { institution: string; actor: string },
): Promise<{ kind: 'pushed'; pushed: Pushed[] } | Refused> {
  const usable = await usableTarget(dependencies.database, institution, true);
  if (usable.kind === 'refused') return usable;
  await takeUpSettled(dependencies, usable.target);
  return { kind: 'pushed', pushed: await pushRows(dependencies, { institution, actor, isPatient: false }) };
}

/** What a transaction found out that is then undone. */
class Undone extends Error {
  override name = 'Undone';
  readonly found: Preview[];

  constructor(found: Preview[]) {
    super('undone');
    this.found = found;
  }
}

interface PreviewDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
}

/** What `sendReports` would send: it does the same up to the sending, and then nothing of it has happened. */
export async function previewReports(
  dependencies: PreviewDependencies,
  institution: string,
): Promise<{ kind: 'previewed'; previews: Preview[] } | Refused> {
  const usable = await usableTarget(dependencies.database, institution, true);
  if (usable.kind === 'refused') return usable;
  try {
    return await dependencies.database.transaction(async (tx) => {
      throw new Undone(await previewed(dependencies, tx, usable.target));
    });
  } catch (error) {
    if (error instanceof Undone) return { kind: 'previewed', previews: error.found };
    throw error;
  }
}

async function previewed(
  { keyring, world }: PreviewDependencies,
  tx: Tx,
  target: StoredTarget,
): Promise<Preview[]> {
  const from = Math.max(target.reported_from, lookedAgainFrom(target.taken_until));
  const range = { from, until: settledUntil(world.now()) };
  while ((await takeUpPage(tx, keyring, target.institution_id, range)) > 0);
  const previews: Preview[] = [];
  for (const kind of pushedKinds) {
    const [first] = await waitingRows(tx, target, kind, 1);
    const sample =
      first === undefined || first.id === null
        ? null
        : masked(reportRow(kind, target.agent_pk, first.seq, reportedCheck(keyring, first)));
    previews.push({ report: kind, rows: await countWaiting(tx, target, kind), sample });
  }
  return previews;
}
