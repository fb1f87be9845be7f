import { record } from '../audit/record.ts';
import type { Database } from '../db/open.ts';
import { findOwner } from '../institutions/read-institution.ts';
import { reasonProblem } from '../registration/rules.ts';
import { newId, type World } from '../world.ts';
import { endOf, hoursProblem, isFailing, isOpen, providerProblem } from './rules.ts';
import { allWindows, insertWindow, lockWindow, setClosed } from './store.ts';

export interface ExemptionDependencies {
  database: Database;
  world: World;
}

export interface NewExemption {
  provider: string;
  institutions: '*' | readonly string[];
  hours: number;
  reason: string;
  /** `command`, `operator:…` */
  actor: string;
}

type Refused = { kind: 'refused'; problems: string[] };

/** Declares an outage (S-5); who is exempted is decided check by check. @returns when it ends, epoch ms */
export async function openExemption(
  { database, world }: ExemptionDependencies,
  asked: NewExemption,
): Promise<{ kind: 'opened'; id: string; until: number } | Refused> {
  const problems = await openingProblems(database, asked);
  if (problems.length > 0) return { kind: 'refused', problems };
  const { provider, actor } = asked;
  const institutions = asked.institutions === '*' ? asked.institutions : [...new Set(asked.institutions)];
  const reason = asked.reason.trim();
  const id = newId('exm', world);
  const now = world.now();
  const until = endOf(now, asked.hours);
  await database.transaction(async (tx) => {
    const institutions_json = JSON.stringify(institutions);
    await insertWindow(tx, { ...{ id, provider, institutions_json, reason, until, actor }, opened_at: now });
    const data = {
      window: id,
      provider,
      institutions: [institutions].flat().join(),
      until: iso(until),
      reason,
    };
    await record(tx, { at: now, kind: 'exemption.opened', actor, data });
  });
  return { kind: 'opened', id, until };
}

async function openingProblems(database: Database, asked: NewExemption): Promise<string[]> {
  const { institutions, provider, hours, reason } = asked;
  const problems = [providerProblem(provider), hoursProblem(hours), reasonProblem(reason)];
  if (institutions.length === 0) problems.push('name institutions by --institution, or --all-institutions');
  for (const id of institutions === '*' ? [] : institutions) {
    if (!(await findOwner(database, id))) problems.push(`there is no institution "${id}"`);
  }
  return problems.filter((problem) => problem !== undefined);
}

/** Ends a window before its time: from then on every check is an ordinary one. */
export async function closeExemption(
  { database, world }: ExemptionDependencies,
  { id, reason, actor }: { id: string; reason: string; actor: string },
): Promise<{ kind: 'closed' } | Refused> {
  const problem = reasonProblem(reason);
  if (problem !== undefined) return { kind: 'refused', problems: [problem] };
  return database.transaction(async (tx) => {
    const window = await lockWindow(tx, id);
    const now = world.now();
    if (!window) return refused(`there is no exemption window "${id}": \`motp exemption list\` shows them`);
    if (window.closed_at !== null || window.until <= now) return refused('this window is over already');
    await setClosed(tx, id, now);
    const data = { window: id, provider: window.provider, reason: reason.trim() };
    await record(tx, { at: now, kind: 'exemption.closed', actor, data });
    return { kind: 'closed' };
  });
}

const refused = (problem: string): Refused => ({ kind: 'refused', problems: [problem] });

export interface ShownExemption {
  id: string;
  provider: string;
  institutions: '*' | readonly string[];
  reason: string;
  openedAt: string;
  until: string;
  closedAt: string | null;
  open: boolean;
  /** When the provider last failed, and whether that still counts: without it nobody is exempted. */
  lastFailure: string | null;
  failing: boolean;
}

/** Every window, newest first. */
export async function listExemptions({ database, world }: ExemptionDependencies): Promise<ShownExemption[]> {
  const now = world.now();
  const windows = await allWindows(database);
  return windows.map((window) => ({
    id: window.id,
    provider: window.provider,
    institutions: window.institutions,
    reason: window.reason,
    openedAt: iso(window.openedAt),
    until: iso(window.until),
    closedAt: window.closedAt === null ? null : iso(window.closedAt),
    open: isOpen(window, now),
    lastFailure: window.failedAt === undefined ? null : iso(window.failedAt),
    failing: isFailing(window.failedAt, now),
  }));
}

const iso = (at: number): string => new Date(at).toISOString();
