import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import { findOwner } from '../institutions/read-institution.ts';
import { parseOrigin } from '../institutions/rules.ts';
import type { World } from '../world.ts';
import { findDropIn, findOwnerOf, lockAgtid, putDropIn } from './store.ts';

/** What somebody asks for; without origins the institution's own may call. */
export interface AskedDropIn {
  institution: string;
  agtid?: string | undefined;
  origins: readonly string[];
  off: boolean;
}

export type SetDropIn =
  | { kind: 'set'; agtid: string; on: boolean; origins: string[] | null }
  | { kind: 'refused'; problems: string[] };

const AGTID = /^[A-Za-z0-9._-]{1,64}$/;

/** Opens the façade of an institution, or closes it; closed, it keeps its AGTID. Says every problem at once. */
export async function setDropIn(
  { database, world }: { database: Database; world: World },
  asked: AskedDropIn,
): Promise<SetDropIn> {
  const problems = faults(asked);
  if (!(await findOwner(database, asked.institution))) {
    problems.unshift(`there is no institution "${asked.institution}"`);
  }
  if (problems.length > 0) return { kind: 'refused', problems };
  return database.transaction((tx) => (asked.off ? close(tx, world, asked) : open(tx, world, asked)));
}

function faults({ agtid, origins, off }: AskedDropIn): string[] {
  const problems: string[] = [];
  if (agtid === undefined && !off) problems.push('--agtid is needed to open the façade');
  if (agtid !== undefined && !AGTID.test(agtid)) {
    problems.push('--agtid takes 1 to 64 letters, digits, dots, hyphens and underscores');
  }
  if (off && (agtid !== undefined || origins.length > 0)) {
    problems.push('--off closes the façade and takes neither --agtid nor --origin');
  }
  origins.forEach((text, index) => {
    if (parseOrigin(text) === undefined)
      problems.push(`--origin ${index + 1} must be https://HOST[:PORT] without a path`);
  });
  return problems;
}

async function open(
  tx: Tx,
  world: World,
  { institution, agtid = '', origins }: AskedDropIn,
): Promise<SetDropIn> {
  await lockAgtid(tx, agtid);
  const owner = await findOwnerOf(tx, agtid);
  if (owner !== undefined && owner !== institution) {
    return { kind: 'refused', problems: ['--agtid belongs to another institution already'] };
  }
  const own = [...new Set(origins.flatMap((text) => parseOrigin(text) ?? []))];
  const kept = own.length > 0 ? own : null;
  const now = world.now();
  await putDropIn(tx, {
    institution_id: institution,
    agtid,
    origins_json: kept && JSON.stringify(kept),
    is_on: 1,
    changed_at: now,
  });
  await recordChange(tx, institution, now, true);
  return { kind: 'set', agtid, on: true, origins: kept };
}

async function close(tx: Tx, world: World, { institution }: AskedDropIn): Promise<SetDropIn> {
  const before = await findDropIn(tx, institution);
  if (!before) return { kind: 'refused', problems: ['this institution never had a façade'] };
  const now = world.now();
  await putDropIn(tx, { ...before, is_on: 0, changed_at: now });
  await recordChange(tx, institution, now, false);
  const origins = before.origins_json === null ? null : (JSON.parse(before.origins_json) as string[]);
  return { kind: 'set', agtid: before.agtid, on: false, origins };
}

const recordChange = (tx: Tx, institution: string, at: number, on: boolean) =>
  record(tx, { at, kind: 'drop-in.changed', actor: 'command', institution, data: { on } });
