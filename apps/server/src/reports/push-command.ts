import type { Database, Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import { HELD } from './manage-target.ts';
import { type PushDependencies, type Pushed, pushRows, takeUpSettled, untakenHours } from './push-rows.ts';
import { reportedCheck } from './reported-check.ts';
import { type Kind, masked, pushedKinds, type ReportRow, reportRow } from './rules.ts';
import { countWaiting, findTarget, nextSeq, type StoredTarget, waitingRows } from './store.ts';
import { untaken } from './take-up.ts';

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

interface PreviewDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
}

/** What `sendReports` would send; nothing is numbered, locked or written. */
export async function previewReports(
  dependencies: PreviewDependencies,
  institution: string,
): Promise<{ kind: 'previewed'; previews: Preview[] } | Refused> {
  const usable = await usableTarget(dependencies.database, institution, true);
  if (usable.kind === 'refused') return usable;
  const previews: Preview[] = [];
  for (const kind of pushedKinds) previews.push(await preview(dependencies, usable.target, kind));
  return { kind: 'previewed', previews };
}

/** What waits has its numbers and goes first; the rest would get the next ones. */
async function preview(
  dependencies: PreviewDependencies,
  target: StoredTarget,
  kind: Kind,
): Promise<Preview> {
  const { database, keyring, world } = dependencies;
  const { institution_id: institution, agent_pk: agentPk } = target;
  const [first] = await waitingRows(database, institution, kind, 1);
  const more = await untaken(dependencies, institution, kind, untakenHours(target, world.now()));
  const check = first ? (first.id === null ? undefined : first) : more.first;
  const seq = first?.seq ?? (await nextSeq(database, institution, kind));
  return {
    report: kind,
    rows: (await countWaiting(database, institution, kind)) + more.count,
    sample: check ? masked(reportRow(kind, agentPk, seq, reportedCheck(keyring, check))) : null,
  };
}
