import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Answered, Ask } from '../webhooks/post-event.ts';
import type { World } from '../world.ts';
import { reportedCheck } from './reported-check.ts';
import {
  type Kind,
  lookedAgainFrom,
  nextTry,
  pushedKinds,
  type ReportRow,
  reportRow,
  settledUntil,
  type Verdict,
  verdictOf,
} from './rules.ts';
import { opened } from './secrets.ts';
import {
  claimLane,
  findTarget,
  releaseLane,
  type StoredLane,
  type StoredTarget,
  setTakenUntil,
  settleRows,
  waitingRows,
} from './store.ts';
import { type Range, takeUp } from './take-up.ts';

/** Is told of rows that were not taken, or not counted as many: no address, no row. */
export interface Untaken {
  institution: string;
  report: Kind;
  rows: number;
  attempts: number;
  error: string;
}

export interface PushDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
  ask: Ask;
  failed(untaken: Untaken): void;
  /** Whether to stop before the next batch. */
  isStopped?: () => boolean;
}

export interface Pusher {
  institution: string;
  /** `command`, `system`. */
  actor: string;
  /** A command does not wait until a failure is long enough ago. */
  isPatient: boolean;
}

/** How a kind's push ended: nothing left, another process at it or a failure too short ago, or not taken. */
export interface Pushed {
  kind: Kind;
  sent: number;
  end: 'nothing-left' | 'not-now' | { error: string };
}

/** Longer than an attempt can take. */
const LEASE_MS = 30_000;
const MOST_ROWS = 500;

/** The hours that are over and may hold what has no number; what was committed late is looked for once more. */
export function untakenHours(
  target: Pick<StoredTarget, 'reported_from' | 'taken_until'>,
  now: number,
): Range {
  const from = Math.max(target.reported_from, lookedAgainFrom(target.taken_until));
  return { from, until: settledUntil(now) };
}

/** Takes up what was passed until the last hour that is over. */
export async function takeUpSettled(dependencies: PushDependencies, target: StoredTarget): Promise<void> {
  const hours = untakenHours(target, dependencies.world.now());
  if (hours.until <= target.taken_until) return;
  await takeUp(dependencies, target.institution_id, hours);
  await setTakenUntil(dependencies.database, target.institution_id, hours.until);
}

/** Sends what waits, batch by batch in the order of numbers, until nothing is left or something is not taken. */
export async function pushRows(dependencies: PushDependencies, pusher: Pusher): Promise<Pushed[]> {
  const pushed: Pushed[] = [];
  for (const kind of pushedKinds) pushed.push(await pushKind(dependencies, pusher, kind));
  return pushed;
}

async function pushKind(dependencies: PushDependencies, pusher: Pusher, kind: Kind): Promise<Pushed> {
  for (let sent = 0; ; ) {
    if (dependencies.isStopped?.()) return { kind, sent, end: 'not-now' };
    const batch = await dependencies.database.transaction((tx) => begin(dependencies, tx, pusher, kind));
    if (batch === 'all-gone') continue;
    if (typeof batch === 'string') return { kind, sent, end: batch };
    const verdict = judged(await send(dependencies, batch));
    await dependencies.database.transaction((tx) => settle(dependencies, tx, pusher, batch, verdict));
    tell(dependencies, batch, verdict);
    if (verdict.kind === 'not-taken') return { kind, sent, end: { error: verdict.error } };
    sent += batch.rows.length;
  }
}

interface Batch {
  target: StoredTarget & { url_sealed: string; key_sealed: string };
  lane: StoredLane;
  kind: Kind;
  rows: ReportRow[];
  seqs: number[];
  /** When the last of them was passed, epoch ms. */
  until: number;
}

/**
 * Takes the lane and reads what waits, in one transaction that also says in the trail what is about to leave: should
 * the process die before the answer, the trail knows of it, and the same numbers are sent again.
 */
async function begin(
  { keyring, world }: PushDependencies,
  tx: Tx,
  { institution, actor, isPatient }: Pusher,
  kind: Kind,
): Promise<Batch | 'nothing-left' | 'not-now' | 'all-gone'> {
  const now = world.now();
  const target = await findTarget(tx, institution);
  if (!isSending(target)) return 'not-now';
  if ((await waitingRows(tx, institution, kind, 1)).length === 0) return 'nothing-left';
  const dueBy = isPatient ? now : Number.MAX_SAFE_INTEGER;
  const lane = await claimLane(tx, institution, kind, { now, dueBy, leasedUntil: now + LEASE_MS });
  if (!lane) return 'not-now';
  const waiting = await waitingRows(tx, institution, kind, MOST_ROWS);
  const gone = waiting.filter((row) => row.id === null).map(({ seq }) => seq);
  await settleRows(tx, lane, gone, { status: 'gone', now });
  const rows = waiting.flatMap((row) =>
    row.id === null ? [] : [reportRow(kind, target.agent_pk, row.seq, reportedCheck(keyring, row))],
  );
  if (rows.length === 0) {
    await releaseLane(tx, lane, { attempts: 0, next_at: 0 });
    return 'all-gone';
  }
  const seqs = rows.map(({ seq }) => Number(seq));
  const batch = { target, lane, kind, rows, seqs, until: waiting.at(-1)?.at ?? now };
  await record(tx, { at: now, kind: 'report.sending', actor, institution, data: traced(batch) });
  return batch;
}

const isSending = (target: StoredTarget | undefined): target is Batch['target'] =>
  target !== undefined && target.held_at === null && target.url_sealed !== null && target.key_sealed !== null;

const traced = ({ kind, rows, seqs, until, lane }: Batch) => ({
  report: kind,
  rows: rows.length,
  first: seqs[0] ?? 0,
  last: seqs.at(-1) ?? 0,
  until: new Date(until).toISOString(),
  attempt: lane.attempts,
});

function send({ keyring, ask }: PushDependencies, { target, kind, rows }: Batch): Promise<Answered> {
  const { institution_id: institution, agent_pk: agentPk } = target;
  const base = opened(keyring, institution, 'url', target.url_sealed).replace(/\/+$/, '');
  return ask({
    url: new URL(`${base}/api/v2/${kind}`),
    headers: {
      'content-type': 'application/json',
      'x-tqiapi-header': opened(keyring, institution, 'key', target.key_sealed),
      'x-tqiapi-user': agentPk,
    },
    body: JSON.stringify({ dataList: rows }),
  });
}

const judged = (answered: Answered): Verdict =>
  'error' in answered
    ? { kind: 'not-taken', error: answered.error }
    : verdictOf(answered.status, answered.text);

/** Rows that were taken are never sent again; others wait with their numbers, longer each time. */
async function settle(
  { world }: PushDependencies,
  tx: Tx,
  { institution, actor }: Pusher,
  batch: Batch,
  verdict: Verdict,
): Promise<void> {
  const now = world.now();
  const { lane, seqs } = batch;
  const isTaken = verdict.kind === 'taken';
  if (isTaken) await settleRows(tx, lane, seqs, { status: 'sent', now });
  const next = isTaken
    ? { attempts: 0, next_at: 0 }
    : { attempts: lane.attempts, next_at: nextTry(lane.attempts, now) };
  await releaseLane(tx, lane, next);
  const outcome = isTaken ? { outcome: 'taken', counted: verdict.count } : { outcome: verdict.error };
  const data = { ...traced(batch), ...outcome };
  await record(tx, { at: now, kind: 'report.pushed', actor, institution, data });
}

/** A receiver that counts fewer than it got may have dropped repetitions, or refused rows: somebody should look. */
function tell({ failed }: PushDependencies, { target, kind, rows, lane }: Batch, verdict: Verdict): void {
  const error = verdict.kind === 'not-taken' ? verdict.error : fewer(verdict.count, rows.length);
  const { institution_id: institution } = target;
  if (error) failed({ institution, report: kind, rows: rows.length, attempts: lane.attempts, error });
}

const fewer = (count: number | null, rows: number): string | undefined =>
  count !== null && count < rows ? `counted-${count}` : undefined;
