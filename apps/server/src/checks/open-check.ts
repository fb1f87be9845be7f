import { hash } from 'node:crypto';
import type {
  Blocked,
  ExemptedCheck,
  NotRequired,
  OpenCheckRequest,
  OpenedCheck,
  ProblemError,
  Reason,
} from '@motp/protocol';
import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import type { IdempotencyRow } from '../db/schema.ts';
import { findExemption } from '../exemptions/find-exemption.ts';
import { type Institution, originsOf } from '../institutions/api-keys.ts';
import { isReturnUrl } from '../institutions/rules.ts';
import type { Keyring, Sealed } from '../keys/keyring.ts';
import { comparableName, parsePhone } from '../learners/rules.ts';
import {
  type Decided,
  decideCheck,
  letThrough,
  lockDecision,
  type Question,
} from '../schedule/decide-check.ts';
import { type QueueDependencies, queueEvents } from '../webhooks/queue-event.ts';
import { newId, type World } from '../world.ts';
import { expiredEvent } from './check-event.ts';
import { exemptedBody, exemptedRow, passExempted } from './exempt-check.ts';
import {
  endCheck,
  findIdempotent,
  insertCheck,
  insertIdempotent,
  lockOccasion,
  lockOpenCheck,
  type NewCheck,
  type OccasionKey,
  setIdempotentAnswer,
} from './open-store.ts';
import { CHECK_MINUTES, isReusable } from './opening-rules.ts';
import type { ReceiptIssuer } from './receipt.ts';
import type { StoredCheck } from './store.ts';

export interface OpeningDependencies extends QueueDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
  publicUrl: string;
  demo: boolean;
  issuer: ReceiptIssuer;
}

export type OpeningReply = OpenedCheck | ExemptedCheck | NotRequired | Blocked;

export type Opening =
  | { kind: 'answered'; status: 200 | 201; body: OpeningReply }
  | { kind: 'malformed'; errors: ProblemError[] }
  | { kind: 'refused'; reason: 'origin-not-registered' | 'idempotency-mismatch' | 'idempotency-running' };

/**
 * Opens a check for one learner and one occasion if one is due, or gives the one that is open already (C-1, S-1).
 * What an LMS asks most, a lesson let through before, is answered from one reading, without a lock.
 */
export async function openCheck(
  dependencies: OpeningDependencies,
  institution: Institution,
  request: OpenCheckRequest,
  idempotencyKey?: string,
): Promise<Opening> {
  const errors = faults(request);
  if (errors.length > 0) return { kind: 'malformed', errors };
  if (request.returnUrl && !isReturnUrl(request.returnUrl, originsOf(institution), dependencies.demo)) {
    return { kind: 'refused', reason: 'origin-not-registered' };
  }
  const { database, world } = dependencies;
  if (idempotencyKey !== undefined) {
    return database.transaction((tx) =>
      openIdempotent(dependencies, tx, institution, request, idempotencyKey),
    );
  }
  const decided = await decideCheck(database, questionOf(institution, request), world.now());
  const { decision } = decided;
  if (decision.kind !== 'due' && !isToBeKept(decided)) return undue(decision);
  return database.transaction((tx) => openOnce(dependencies, tx, institution, request));
}

const questionOf = (
  institution: Institution,
  { learner, course, occasion, force }: OpenCheckRequest,
): Question => ({
  institution: institution.id,
  learner: learner.id,
  course: course.id,
  round: course.round ?? '',
  occasion,
  force: force === true,
});

const isToBeKept = ({ decision, isNewLesson }: Decided): boolean =>
  decision.kind === 'not-required' && isNewLesson;

function undue(decision: Exclude<Decided['decision'], { kind: 'due' }>): Opening {
  const body: OpeningReply =
    decision.kind === 'blocked'
      ? { status: 'blocked', because: decision.because, until: new Date(decision.until).toISOString() }
      : { status: 'not-required', because: decision.because, nextDue: decision.nextDue };
  return { kind: 'answered', status: 200, body };
}

function faults({ learner }: OpenCheckRequest): ProblemError[] {
  const errors: ProblemError[] = [];
  if (comparableName(learner.name) === '') errors.push({ path: '/learner/name', message: 'is empty' });
  if (!parsePhone(learner.phone)) errors.push({ path: '/learner/phone', message: 'is not a phone number' });
  return errors;
}

/** The same key and body give the same answer for a day; the primary key decides between two at once. */
async function openIdempotent(
  dependencies: OpeningDependencies,
  tx: Tx,
  institution: Institution,
  request: OpenCheckRequest,
  key: string,
): Promise<Opening> {
  const row: IdempotencyRow = {
    institution_id: institution.id,
    key,
    body_hash: dependencies.keyring.hash('request-body', canonical(request)),
    status: 0,
    body_json: '{}',
    created_at: dependencies.world.now(),
  };
  if (!(await insertIdempotent(tx, row))) {
    const first = await findIdempotent(tx, institution.id, key);
    return first
      ? repeat(dependencies, tx, first, row.body_hash)
      : { kind: 'refused', reason: 'idempotency-running' };
  }
  const opening = await openOnce(dependencies, tx, institution, request);
  if (opening.kind !== 'answered') throw new Error('an opening without faults was not answered');
  const { url: _, receipt: __, ...kept } = opening.body as Partial<Addressed & Evidence>;
  await setIdempotentAnswer(tx, { ...row, status: opening.status, body_json: JSON.stringify(kept) });
  return opening;
}

/** What is made again rather than kept. */
type Addressed = Pick<OpenedCheck, 'url'>;
type Evidence = Pick<ExemptedCheck, 'receipt'>;
type Kept = Omit<OpenedCheck, 'url'> | Omit<ExemptedCheck, 'receipt'> | NotRequired | Blocked;

async function repeat(
  dependencies: OpeningDependencies,
  tx: Tx,
  first: IdempotencyRow,
  bodyHash: string,
): Promise<Opening> {
  if (first.body_hash !== bodyHash) return { kind: 'refused', reason: 'idempotency-mismatch' };
  const kept = JSON.parse(first.body_json) as Kept;
  const status = first.status as 200 | 201;
  if (kept.status === 'passed') {
    const body = await exemptedBody(dependencies, tx, { id: kept.id, institution_id: first.institution_id });
    return { kind: 'answered', status, body };
  }
  if (kept.status !== 'open') return { kind: 'answered', status, body: kept };
  const { id, status: open, ...rest } = kept;
  const body = { id, status: open, url: checkUrl(dependencies, id), ...rest };
  return { kind: 'answered', status, body };
}

/** JSON with sorted members: the order in which an LMS writes them says nothing (RFC 8785, for our shapes). */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

/** Locks, then decides: what another opening or an answer under way makes of it is seen. */
async function openOnce(
  dependencies: OpeningDependencies,
  tx: Tx,
  institution: Institution,
  request: OpenCheckRequest,
): Promise<Opening> {
  const now = dependencies.world.now();
  const question = questionOf(institution, request);
  const key = occasionKey(question);
  await lockDecision(tx, question);
  await lockOccasion(tx, key);
  const before = await lockOpenCheck(tx, key);
  const decided = await decideCheck(tx, question, now);
  if (isToBeKept(decided)) await letThrough(tx, question, now);
  const { decision } = decided;
  if (decision.kind !== 'due') return undue(decision);
  const row = newRow(dependencies, key, request, decision.reasons, now);
  const exemption = await findExemption(tx, row, now);
  if (before && !exemption && isReusable(before, row, now)) {
    return { kind: 'answered', status: 200, body: openedBody(dependencies, before) };
  }
  if (before) await end(dependencies, tx, before, now);
  await insert(tx, exemption ? exemptedRow(row, now) : row, now);
  if (!exemption) return { kind: 'answered', status: 201, body: openedBody(dependencies, row) };
  const body = await passExempted(dependencies, tx, row, exemption, now);
  return { kind: 'answered', status: 201, body };
}

const occasionKey = ({ institution, learner, course, round, occasion }: Question): OccasionKey => ({
  institution_id: institution,
  learner_ref: learner,
  course_id: course,
  round,
  occasion_kind: occasion.kind,
  occasion_number: occasion.number,
});

async function insert(tx: Tx, row: NewCheck, now: number): Promise<void> {
  if (!(await insertCheck(tx, row))) throw new Error('an occasion was opened by somebody without its lock');
  await record(tx, {
    at: now,
    kind: 'check.opened',
    actor: 'institution',
    institution: row.institution_id,
    check: row.id,
    data: { occasion: row.occasion_kind, number: row.occasion_number },
  });
}

async function end(
  dependencies: OpeningDependencies,
  tx: Tx,
  check: StoredCheck,
  now: number,
): Promise<void> {
  await endCheck(tx, check.id);
  const isExpired = check.expires_at <= now;
  const because = isExpired ? 'expired' : 'opened-again';
  if (isExpired) await queueEvents(tx, dependencies, [expiredEvent(check)]);
  await record(tx, {
    at: now,
    kind: 'check.ended',
    actor: 'institution',
    institution: check.institution_id,
    check: check.id,
    data: { because },
  });
}

function newRow(
  { keyring, world }: OpeningDependencies,
  key: OccasionKey,
  { learner, course, session, returnUrl, locale }: OpenCheckRequest,
  reasons: readonly Reason[],
  now: number,
): NewCheck {
  const id = newId('chk', world);
  const phone = parsePhone(learner.phone);
  if (!phone) throw new Error('the number was not parsed before');
  const seal = (column: string, text: string | undefined): Sealed | null =>
    text === undefined ? null : keyring.seal({ table: 'check', column, row: id }, text);
  const sessionText = session && canonical(session);
  return {
    id,
    ...key,
    name_key: keyring.hash('name', comparableName(learner.name)),
    name_sealed: seal('name', learner.name),
    phone_key: keyring.hash('phone', phone),
    phone_sealed: seal('phone', learner.phone),
    birth_date_sealed: seal('birth_date', learner.birthDate),
    course_title: course.title,
    session_key: sessionText === undefined ? null : keyring.hash('session', sessionText),
    session_sealed: seal('session', sessionText),
    return_url: returnUrl ?? null,
    locale: locale ?? 'ko',
    token_hash: tokenHash(checkToken(keyring, id)),
    status: 'open',
    reasons_json: JSON.stringify(reasons),
    created_at: now,
    expires_at: now + CHECK_MINUTES * 60_000,
    compared: 0,
  };
}

function openedBody(
  dependencies: OpeningDependencies,
  check: Pick<StoredCheck, 'id' | 'expires_at' | 'reasons_json'>,
): OpenedCheck {
  return {
    id: check.id,
    status: 'open',
    url: checkUrl(dependencies, check.id),
    expiresAt: new Date(check.expires_at).toISOString(),
    reasons: JSON.parse(check.reasons_json) as OpenedCheck['reasons'],
  };
}

/** 256 bit from the check's id, so that the URL can be given again and the database keeps only its hash. */
const checkToken = (keyring: Keyring, id: string): string => keyring.hash('check-token', id);

const checkUrl = ({ keyring, publicUrl }: OpeningDependencies, id: string): string =>
  `${publicUrl}/check/${checkToken(keyring, id)}`;

export const tokenHash = (token: string): string => hash('sha256', token, 'base64url');
