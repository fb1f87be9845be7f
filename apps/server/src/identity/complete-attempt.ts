import type { IdentityField, IdentityOutcome, IdentityRefusalReason } from '@motp/protocol';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/open.ts';
import { noteFailure } from '../exemptions/note-failure.ts';
import type { Sealed } from '../keys/keyring.ts';
import { attemptEvent, type IdentityDependencies } from './begin-attempt.ts';
import { certifiedKeys } from './certified-numbers.ts';
import {
  type CertifiedPerson,
  type IdentityResult,
  type ProviderState,
  ProviderUnavailableError,
} from './provider.ts';
import { type Certified, CLAIM_MS, type Comparison } from './rules.ts';
import { type AttemptPurpose, findAttempt, isResultUsed, moveAttempt, type StoredAttempt } from './store.ts';

/** What a passed or refused identity check does to what it was for. */
export type Verdict =
  | { kind: 'passed' }
  | { kind: 'refused'; reason: IdentityRefusalReason; field?: IdentityField };

export const refusalOf = (comparison: Exclude<Comparison, { kind: 'match' }>): Verdict =>
  comparison.kind === 'differs'
    ? { kind: 'refused', reason: 'identity-differs', field: comparison.field }
    : { kind: 'refused', reason: 'identity-failed' };

export interface SettledAttempt {
  readonly id: string;
  readonly subjectId: string;
  readonly method: StoredAttempt['method'];
  readonly thumbprint: string | null;
  readonly now: number;
}

/** Compares the certified person with whom is expected and writes what follows; takes its own locks first. */
export type Settle = (
  tx: Tx,
  attempt: SettledAttempt,
  certified: { person: CertifiedPerson; keys: Certified },
) => Promise<Verdict>;

export interface CompletingDependencies extends IdentityDependencies {
  /** What an identity check may be for. */
  subjects: Readonly<Record<AttemptPurpose, Settle>>;
  failed?(fault: { provider: string; why: string }): void;
}

export type Completion =
  | { kind: 'done'; outcome: IdentityOutcome }
  | { kind: 'refused'; reason: 'attempt-unknown' | 'attempt-running' | 'provider-unavailable' };

export interface Return {
  attempt: string;
  secret: string;
  parameters: Readonly<Record<string, string>>;
}

/**
 * The browser came back from the provider. Only who holds the attempt's secret may complete it; one of several at
 * once fetches the result, and its outcome is final, whoever asks again (C-6, PROTOCOL §3).
 */
export async function completeAttempt(
  dependencies: CompletingDependencies,
  returned: Return,
): Promise<Completion> {
  const { database, keyring, world } = dependencies;
  const row = await findAttempt(database, returned.attempt);
  const hash = keyring.hash('identity-secret', `${returned.attempt}\0${returned.secret}`);
  if (!row || row.secret_hash !== hash) return { kind: 'refused', reason: 'attempt-unknown' };
  const now = world.now();
  if (isDone(row) || now >= row.expires_at) return { kind: 'done', outcome: outcomeOf(row, now) };
  const isClaimed = row.status !== 'started' && now - (row.claimed_at ?? row.created_at) < CLAIM_MS;
  if (isClaimed || row.state_sealed === null) return { kind: 'refused', reason: 'attempt-running' };
  const claimed = { ...row, status: 'completing', claimed_at: now } as const;
  if (!(await moveAttempt(database, row, { status: 'completing', claimed_at: now }))) {
    return { kind: 'refused', reason: 'attempt-running' };
  }
  try {
    return await fetchAndSettle(dependencies, claimed, returned.parameters);
  } catch (error) {
    if (!(error instanceof ClaimLostError)) throw error;
    return { kind: 'refused', reason: 'attempt-running' };
  }
}

/** Fetching took so long that somebody else claimed the attempt: what this one would write is undone. */
class ClaimLostError extends Error {
  override name = 'ClaimLostError';
}

const isDone = ({ status }: StoredAttempt): boolean => status === 'passed' || status === 'refused';

/** How an attempt stands, for the page and for the app that started it. */
export function outcomeOf(
  row: Pick<StoredAttempt, 'status' | 'reason' | 'field' | 'expires_at'>,
  now: number,
): IdentityOutcome {
  if (row.status === 'passed') return { outcome: 'passed' };
  if (row.status === 'refused') {
    const field = row.field as IdentityField | null;
    const reason = row.reason as IdentityRefusalReason;
    return { outcome: 'refused', reason, ...(field === null ? {} : { field }) };
  }
  return now >= row.expires_at ? { outcome: 'refused', reason: 'check-over' } : { outcome: 'started' };
}

async function fetchAndSettle(
  dependencies: CompletingDependencies,
  row: StoredAttempt,
  parameters: Return['parameters'],
): Promise<Completion> {
  const { database, providers, world } = dependencies;
  const provider = providers[row.method];
  if (provider?.name !== row.provider) return refuse(dependencies, row, 'identity-failed', 'other-provider');
  let result: IdentityResult;
  try {
    result = await provider.complete(stateOf(dependencies, row), parameters);
  } catch (error) {
    if (!(error instanceof ProviderUnavailableError)) throw error;
    await database.transaction(async (tx) => {
      await moveAttempt(tx, row, { status: 'started', claimed_at: null });
      const data = { provider: row.provider, at: 'result' };
      const now = world.now();
      await record(tx, attemptEvent(subjectOf(row), now, 'provider.failed', data));
      await noteFailure(tx, row.provider, now);
    });
    return { kind: 'refused', reason: 'provider-unavailable' };
  }
  if (result.kind === 'cancelled') return refuse(dependencies, row, 'identity-cancelled');
  if (result.kind === 'failed') return refuse(dependencies, row, 'identity-failed', result.why);
  return settle(dependencies, row, result.person);
}

const subjectOf = (row: StoredAttempt) => ({ purpose: row.purpose, subjectId: row.subject_id });

function stateOf({ keyring }: CompletingDependencies, row: StoredAttempt): ProviderState {
  const place = { table: 'identity_attempt', column: 'state', row: row.id };
  return JSON.parse(keyring.open(place, row.state_sealed as Sealed).toString()) as ProviderState;
}

/** The result was presented before: the transaction that would count it again is undone. */
class ResultUsedError extends Error {
  override name = 'ResultUsedError';
}

async function settle(
  dependencies: CompletingDependencies,
  row: StoredAttempt,
  person: CertifiedPerson,
): Promise<Completion> {
  const { database, keyring, world, subjects } = dependencies;
  const resultKey = keyring.hash('identity-result', `${row.provider}\0${person.transaction}`);
  try {
    return await database.transaction(async (tx) => {
      const now = world.now();
      const attempt: SettledAttempt = {
        id: row.id,
        subjectId: row.subject_id,
        method: row.method,
        thumbprint: row.thumbprint,
        now,
      };
      const certified = { person, keys: certifiedKeys(keyring, person) };
      const verdict: Verdict =
        now < row.expires_at
          ? await subjects[row.purpose](tx, attempt, certified)
          : { kind: 'refused', reason: 'check-over' };
      if (await isResultUsed(tx, resultKey)) throw new ResultUsedError('an identity result was used before');
      return finish(dependencies, tx, row, verdict, { resultKey, di: person.di });
    });
  } catch (error) {
    if (!(error instanceof ResultUsedError)) throw error;
    return refuse(dependencies, row, 'identity-failed', 'replayed');
  }
}

async function refuse(
  dependencies: CompletingDependencies,
  row: StoredAttempt,
  reason: 'identity-failed' | 'identity-cancelled',
  why?: string,
): Promise<Completion> {
  if (why !== undefined) dependencies.failed?.({ provider: row.provider, why });
  return dependencies.database.transaction((tx) =>
    finish(dependencies, tx, row, { kind: 'refused', reason }, { why }),
  );
}

/** Writes the outcome beside what followed from it; a claim that was lost meanwhile undoes both. */
async function finish(
  { keyring, world }: CompletingDependencies,
  tx: Tx,
  row: StoredAttempt,
  verdict: Verdict,
  more: { resultKey?: string; di?: string | undefined; why?: string | undefined },
): Promise<Completion> {
  const now = world.now();
  const isRefused = verdict.kind === 'refused';
  const done = {
    status: verdict.kind,
    reason: isRefused ? verdict.reason : null,
    field: (isRefused && verdict.field) || null,
    expires_at: row.expires_at,
  };
  const keepsDi = verdict.kind === 'passed' && row.purpose === 'registration' && more.di !== undefined;
  const place = { table: 'identity_attempt', column: 'di', row: row.id };
  const moved = await moveAttempt(tx, row, {
    ...done,
    state_sealed: null,
    result_key: more.resultKey ?? null,
    di_sealed: keepsDi && more.di !== undefined ? keyring.seal(place, more.di) : null,
    done_at: now,
  });
  if (!moved) throw new ClaimLostError('an identity check was claimed by somebody else meanwhile');
  const data = { method: row.method, provider: row.provider, reason: done.reason, why: more.why ?? null };
  const kind = isRefused ? 'identity.refused' : 'identity.passed';
  await record(tx, attemptEvent(subjectOf(row), now, kind, { ...data, field: done.field }));
  return { kind: 'done', outcome: outcomeOf(done, now) };
}
