import type { IdentityAttempt, IdentityMethod } from '@motp/protocol';
import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import { noteFailure } from '../exemptions/note-failure.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { World } from '../world.ts';
import {
  type IdentityProvider,
  type IdentityProviders,
  type IdentityStart,
  ProviderUnavailableError,
  type StartedIdentity,
} from './provider.ts';
import { DAY_MS, MAX_ATTEMPTS, MAX_ATTEMPTS_A_DAY } from './rules.ts';
import { type AttemptPurpose, begunOfNumber, begunSince, insertAttempt, moveAttempt } from './store.ts';

export interface IdentityDependencies {
  database: Database;
  keyring: Keyring;
  world: World;
  providers: IdentityProviders;
  /** Where the window of an identity check stands: never the app's own origin, if that has one (R-4a). */
  publicUrl: string;
  /** `MOTP_LIMITS`: off lifts the limit per number, never that of one check or registration. */
  limits: boolean;
}

/** One identity check that somebody asks for. */
export interface AttemptRequest<Refusal extends string> {
  purpose: AttemptPurpose;
  subjectId: string;
  /** Of the number that is expected. */
  phoneKey: string;
  /** The key of the app that asks; undefined for a check page. */
  thumbprint?: string;
  method: IdentityMethod;
  person: IdentityStart['person'];
  locale: 'ko' | 'en';
  /** Under the subject's locks: whether it may begin, and until when it may be completed (epoch ms). */
  admit(
    tx: Tx,
    now: number,
  ): Promise<{ kind: 'admitted'; until: number } | { kind: 'refused'; reason: Refusal }>;
}

export type AttemptBeginning<Refusal extends string> =
  | { kind: 'begun'; attempt: IdentityAttempt }
  | { kind: 'refused'; reason: Refusal | 'identity-unavailable' | 'provider-unavailable' }
  | { kind: 'limited'; retryAfterMs: number };

interface NewAttempt {
  id: string;
  secret: string;
  until: number;
}

/**
 * Starts an identity check: its row first, so that it is counted whatever happens, then the provider. The secret
 * goes to the page that asked and to nobody else; the return address carries the attempt alone.
 */
export async function beginAttempt<Refusal extends string>(
  dependencies: IdentityDependencies,
  request: AttemptRequest<Refusal>,
): Promise<AttemptBeginning<Refusal>> {
  const provider = dependencies.providers[request.method];
  if (!provider) return { kind: 'refused', reason: 'identity-unavailable' };
  const reserved = await reserve(dependencies, provider, request);
  if ('kind' in reserved) return reserved;
  const started = await startAt(dependencies, provider, reserved, request);
  if (!started) return { kind: 'refused', reason: 'provider-unavailable' };
  return {
    kind: 'begun',
    attempt: {
      attempt: reserved.id,
      secret: reserved.secret,
      url: started.url,
      window: `${dependencies.publicUrl}/identity/go`,
      ...(started.sdk ? { sdk: started.sdk } : {}),
      expiresAt: new Date(reserved.until).toISOString(),
    },
  };
}

async function reserve<Refusal extends string>(
  { database, keyring, world, limits }: IdentityDependencies,
  provider: IdentityProvider,
  request: AttemptRequest<Refusal>,
): Promise<NewAttempt | Exclude<AttemptBeginning<Refusal>, { kind: 'begun' }>> {
  const { purpose, subjectId, phoneKey, thumbprint, method } = request;
  return database.transaction(async (tx) => {
    const now = world.now();
    const admitted = await request.admit(tx, now);
    if (admitted.kind === 'refused') return admitted;
    const ofSubject = await begunSince(tx, { purpose, subjectId }, now - DAY_MS);
    const ofNumber = limits ? await begunOfNumber(tx, { purpose, subjectId, phoneKey }, now - DAY_MS) : [];
    const nth = ofSubject.at(-MAX_ATTEMPTS) ?? ofNumber.at(-MAX_ATTEMPTS_A_DAY);
    if (nth !== undefined) return { kind: 'limited', retryAfterMs: nth + DAY_MS - now };
    const secret = world.random(32).toString('base64url');
    const id = `idt_${world.random(32).toString('base64url')}`;
    await insertAttempt(tx, {
      id,
      purpose,
      subject_id: subjectId,
      phone_key: phoneKey,
      thumbprint: thumbprint ?? null,
      method,
      provider: provider.name,
      secret_hash: keyring.hash('identity-secret', `${id}\0${secret}`),
      status: 'starting',
      created_at: now,
      expires_at: admitted.until,
    });
    await record(tx, attemptEvent(request, now, 'identity.started', { method, provider: provider.name }));
    return { id, secret, until: admitted.until };
  });
}

/** @returns undefined when the provider does not answer; the attempt is over then */
async function startAt<Refusal extends string>(
  { database, keyring, publicUrl, world }: IdentityDependencies,
  provider: IdentityProvider,
  { id }: NewAttempt,
  request: AttemptRequest<Refusal>,
): Promise<StartedIdentity | undefined> {
  const before = { id, status: 'starting', claimed_at: null } as const;
  try {
    const started = await provider.start({
      method: request.method,
      reference: world.random(16).toString('hex'),
      returnUrl: `${publicUrl}/identity/return/${id}`,
      person: request.person,
      locale: request.locale,
    });
    const place = { table: 'identity_attempt', column: 'state', row: id };
    const state = keyring.seal(place, JSON.stringify(started.state));
    await moveAttempt(database, before, { status: 'started', state_sealed: state });
    return started;
  } catch (error) {
    if (!(error instanceof ProviderUnavailableError)) throw error;
    const now = world.now();
    await database.transaction(async (tx) => {
      await moveAttempt(tx, before, { status: 'refused', reason: 'identity-failed', done_at: now });
      await record(
        tx,
        attemptEvent(request, now, 'provider.failed', { provider: provider.name, at: 'start' }),
      );
      await noteFailure(tx, provider.name, now);
    });
    return undefined;
  }
}

/** The trail of an attempt names what it was for, under ids. */
export const attemptEvent = (
  { purpose, subjectId }: { purpose: AttemptPurpose; subjectId: string },
  at: number,
  kind: 'identity.started' | 'identity.passed' | 'identity.refused' | 'provider.failed',
  data: Readonly<Record<string, string | boolean | null>>,
) => ({
  at,
  kind,
  actor: 'learner',
  check: purpose === 'check' ? subjectId : null,
  device: purpose === 'unlock' || purpose === 'name' ? subjectId : null,
  data: { ...data, purpose, ...(purpose === 'registration' ? { registration: subjectId } : {}) },
});
