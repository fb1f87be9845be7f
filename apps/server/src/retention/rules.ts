import { type AuditKind, rightsKinds } from '../audit/event.ts';
import { seoulYearsAgo } from '../calendar.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

export interface Years {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
}

/** How long the evidence of an institution's checks is kept (FACTS §1.7). */
export const EVIDENCE_YEARS: Years = { least: 1, most: 10, usual: 3 };

/** How long the audit trail is kept; the law wants two of them (FACTS §3.1, Art. 8(1)). */
export const AUDIT_YEARS: Years = { least: 2, most: 10, usual: 3 };

/** Rights that were given and taken: three years at least (FACTS §3.1, Art. 5(3)). */
const RIGHTS_YEARS = 3;

/** A whole number of years in those bounds; undefined for anything else. */
export function parseYears(text: string, { least, most }: Years): number | undefined {
  const years = /^[1-9]\d?$/.test(text) ? Number(text) : 0;
  return years >= least && years <= most ? years : undefined;
}

/** The page of a check knows its address this long after its end (PROTOCOL §3): then nobody reads its person. */
const PERSON_MS = DAY_MS;

/** So long a façade stays closed, and C-5 counts a failure (ADR 0021). */
const COUNTED_MS = DAY_MS;

/** Pending registrations and messages: no limit counts further back than a day, no reply is asked for that late. */
const PENDING_MS = 30 * DAY_MS;

/** R-2a: so long a number keeps its name after the registration is over. */
const NAME_YEARS = 2;

/** R-2a: a number that nobody registered is as good as another's by then. */
const UNREGISTERED_YEARS = 1;

export type ChoreName =
  | 'check-person'
  | 'message'
  | 'registration'
  | 'lesson-passage'
  | 'check'
  | 'drop-in-record'
  | 'report-row'
  | 'drop-in-counter'
  | 'drop-in-counter-vouched'
  | 'learner-person'
  | 'device'
  | 'learner'
  | 'certified-number'
  | 'former-value'
  | 'identity-attempt'
  | 'exemption-window'
  | 'audit-event';

/** One thing that has an end, and what is due: older than `before`, epoch ms. */
export interface Chore {
  name: ChoreName;
  /** '' for what belongs to no institution. */
  institution: string;
  before: number;
  /** Audit trail only: what tells of rights must be older than this, too. */
  rights?: { kinds: readonly AuditKind[]; before: number };
}

export interface Kept {
  auditYears: number;
  institutions: readonly { id: string; years: number }[];
}

/**
 * Everything that has an end, and what is due now. A year ends with its calendar day in Asia/Seoul, so nothing goes
 * before it is that old, and all of a day goes with the midnight after.
 */
export function choresOf({ auditYears, institutions }: Kept, now: number): Chore[] {
  const longest = seoulYearsAgo(now, Math.max(auditYears, ...institutions.map(({ years }) => years)));
  const global = (name: ChoreName, before: number): Chore => ({ name, institution: '', before });
  const ofInstitution = institutions.flatMap(({ id: institution, years }): Chore[] => {
    const before = seoulYearsAgo(now, years);
    return [
      { name: 'lesson-passage', institution, before },
      { name: 'check', institution, before },
      { name: 'drop-in-record', institution, before },
      // After its check: a check that has no row would be given another number.
      { name: 'report-row', institution, before },
      { name: 'drop-in-counter', institution, before: now - COUNTED_MS },
      { name: 'drop-in-counter-vouched', institution, before: now - COUNTED_MS },
    ];
  });
  return [
    global('check-person', now - PERSON_MS),
    global('message', now - PENDING_MS),
    global('registration', now - PENDING_MS),
    ...ofInstitution,
    global('learner-person', seoulYearsAgo(now, NAME_YEARS)),
    global('device', longest),
    global('learner', longest),
    global('certified-number', seoulYearsAgo(now, UNREGISTERED_YEARS)),
    global('former-value', longest),
    global('identity-attempt', longest),
    global('exemption-window', longest),
    {
      ...global('audit-event', seoulYearsAgo(now, auditYears)),
      rights: { kinds: rightsKinds, before: seoulYearsAgo(now, Math.max(auditYears, RIGHTS_YEARS)) },
    },
  ];
}

/** How much one transaction takes. */
export interface Pace {
  /** What its rows may take, ms. */
  readonly batchMs: number;
  /** Fewer would spare nobody: beginning and committing cost as much. */
  readonly fewest: number;
}

/** SQLite deletes on the thread that answers, so an answer waits for it; PostgreSQL in a process of its own. */
export const paces = {
  sqlite: { batchMs: 1, fewest: 10 },
  postgres: { batchMs: 10, fewest: 50 },
} as const satisfies Record<string, Pace>;

const MOST = 500;

/**
 * How many rows the next batch takes; the first takes the fewest.
 * @param worked how long the rows of the last took, without its commit, ms
 */
export function nextBatch({ batchMs, fewest }: Pace, size: number, worked: number): number {
  const fitting = (size * batchMs) / Math.max(worked, batchMs / 2);
  return Math.max(fewest, Math.min(MOST, Math.round(fitting)));
}

/** The clean-up takes at most this part of the time. */
const SHARE = 0.1;
const LONGEST_PAUSE_MS = 1_000;

/** How long it leaves the database alone after a batch that took so long with its commit, ms. */
export const pauseAfter = (took: number): number => Math.min(LONGEST_PAUSE_MS, took * (1 / SHARE - 1));
