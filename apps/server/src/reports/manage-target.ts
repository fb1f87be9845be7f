import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import { findOwner } from '../institutions/read-institution.ts';
import type { Keyring } from '../keys/keyring.ts';
import { mayReach } from '../webhooks/address-rules.ts';
import { hostOf, type Resolve } from '../webhooks/resolve.ts';
import { parseEndpoint } from '../webhooks/rules.ts';
import type { World } from '../world.ts';
import { agentPkProblem, hourOf, keyProblem, parseHour, parseSeq } from './rules.ts';
import { sealed } from './secrets.ts';
import {
  deleteTarget,
  findTarget,
  holdTargets,
  lockLanes,
  openLanes,
  type StoredTarget,
  sendFrom,
  upsertTarget,
} from './store.ts';

/**
 * The operator names the receiver, unlike an institution its webhook: it may stand in the operator's own network, or
 * be a relay on this machine by plain http. What no program may be led to is refused all the same.
 */
export const RECEIVER_POLICY = 'private';

export interface TargetDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
  resolve: Resolve;
}

export interface NewTarget {
  institution: string;
  agentPk: string;
  /** Base address and key come together, or neither: then rows are written to files alone. */
  url?: string | undefined;
  key?: string | undefined;
  hourly?: 'on' | 'off' | undefined;
  /** `2026-11-23T00`; else from the present hour on, or as it was. */
  from?: string | undefined;
  firstSeq?: string | undefined;
  actor: string;
}

export type Configured =
  | { kind: 'configured'; hourly: boolean; from: number }
  | { kind: 'refused'; problems: string[] };

/** Sets what an institution reports as, where to, and whether servers send by themselves. */
export async function configureReports(
  dependencies: TargetDependencies,
  asked: NewTarget,
): Promise<Configured> {
  const { database, world } = dependencies;
  const problems = await problemsOf(dependencies, asked);
  if (problems.length > 0) return { kind: 'refused', problems };
  const now = world.now();
  return database.transaction(async (tx) => {
    const before = await findTarget(tx, asked.institution);
    if (before?.held_at && asked.firstSeq === undefined) return { kind: 'refused', problems: [HELD] };
    const row = rowOf(dependencies, asked, before, now);
    if (row.hourly === 1 && row.url_sealed === null) return { kind: 'refused', problems: [NOWHERE] };
    await openLanes(tx, asked.institution, parseSeq(asked.firstSeq ?? '1') ?? 1);
    // Under the lanes' locks: what is being taken up meanwhile sees either the target before or this one.
    await lockLanes(tx, asked.institution);
    await upsertTarget(tx, row);
    await sendFrom(tx, asked.institution, row.reported_from);
    const { institution, actor } = asked;
    const hourly = row.hourly === 1;
    const data = { hourly, sends: row.url_sealed !== null, from: new Date(row.reported_from).toISOString() };
    await record(tx, { at: now, kind: 'report.configured', actor, institution, data });
    return { kind: 'configured', hourly, from: row.reported_from };
  });
}

const NOWHERE = '--hourly on needs --url and --key-file';

export const HELD =
  'a backup was put back, so nothing is reported: `motp report configure … --first-seq N` with a number beyond every one that the receiver has goes on';

async function problemsOf({ database, resolve }: TargetDependencies, asked: NewTarget): Promise<string[]> {
  const { institution, agentPk, url, key, from, firstSeq } = asked;
  const problems = [agentPkProblem(agentPk), key === undefined ? undefined : keyProblem(key)];
  if (!(await findOwner(database, institution))) problems.push(`there is no institution "${institution}"`);
  if ((url === undefined) !== (key === undefined)) problems.push('--url and --key-file come together');
  if (url !== undefined && !(await isReachable(resolve, url))) {
    problems.push(
      '--url must be the base of an https address that this machine can look up, without a query',
    );
  }
  if (from !== undefined && parseHour(from) === undefined)
    problems.push('--from must be an hour in Korea: 2026-11-23T00');
  if (firstSeq !== undefined && parseSeq(firstSeq) === undefined) {
    problems.push('--first-seq must be a whole number from 1 to 1000000000000');
  }
  return problems.filter((problem) => problem !== undefined);
}

/** It is looked at again at every push: this only tells whoever sets it at once. */
async function isReachable(resolve: Resolve, text: string): Promise<boolean> {
  const url = parseEndpoint(text);
  if (url?.search !== '') return false;
  const addresses = await resolve(hostOf(url)).catch(() => []);
  return mayReach(RECEIVER_POLICY, url.protocol, addresses);
}

function rowOf(
  { keyring }: TargetDependencies,
  { institution, agentPk, url, key, hourly, from }: NewTarget,
  before: StoredTarget | undefined,
  now: number,
): StoredTarget {
  const reportedFrom = (from === undefined ? before?.reported_from : parseHour(from)) ?? hourOf(now);
  const sends = url !== undefined && key !== undefined;
  return {
    institution_id: institution,
    agent_pk: agentPk,
    url_sealed: sends ? sealed(keyring, institution, 'url', url) : null,
    key_sealed: sends ? sealed(keyring, institution, 'key', key) : null,
    hourly: (hourly === undefined ? sends && before?.hourly === 1 : hourly === 'on') ? 1 : 0,
    reported_from: reportedFrom,
    taken_until: Math.min(before?.taken_until ?? reportedFrom, reportedFrom),
    held_at: null,
    created_at: now,
    changed_at: now,
  };
}

/** Nothing more is sent and the key is erased; numbers stay given. @returns whether there was anything */
export async function removeReports(
  { database, world }: Pick<TargetDependencies, 'database' | 'world'>,
  { institution, actor }: { institution: string; actor: string },
): Promise<boolean> {
  return database.transaction(async (tx) => {
    if (!(await deleteTarget(tx, institution))) return false;
    await record(tx, { at: world.now(), kind: 'report.removed', actor, institution });
    return true;
  });
}

/**
 * P-6: a backup that was put back has forgotten numbers that the receiver has. New rows under these would be dropped
 * there as repetitions, so nothing goes out until an operator names a number beyond them.
 */
export async function holdRestored(tx: Tx, now: number): Promise<void> {
  for (const institution of await holdTargets(tx, now)) {
    await record(tx, { at: now, kind: 'report.held', actor: 'system', institution });
  }
}
