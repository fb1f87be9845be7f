import { createPublicKey } from 'node:crypto';
import type { BeginRegistrationRequest, PendingRegistration, ProblemError, PublicKey } from '@motp/protocol';
import { calculateJwkThumbprint } from 'jose';
import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import type { IdentityProviders } from '../identity/provider.ts';
import { methodsOf } from '../identity/rules.ts';
import type { Keyring } from '../keys/keyring.ts';
import { comparableName, isKoreanMobile, type PhoneNumber, parsePhone } from '../learners/rules.ts';
import { proofText } from '../messages/proof-text.ts';
import { queueMessage } from '../messages/queue-message.ts';
import { newId, type World } from '../world.ts';
import { isConsent, missingConsents } from './consents.ts';
import {
  type Allowance,
  addressAllowance,
  addressWindow,
  drawCode,
  keptSent,
  keptWrong,
  messageAllowance,
  PROOF_LIFE_MS,
  PROOF_TRIES,
  proofAllowance,
  RESEND_MS,
  referenceOf,
} from './rules.ts';
import { insertRegistration, lockCounter, setCounter, unprovedSince } from './store.ts';

export interface RegistrationDependencies {
  providers: IdentityProviders;
  database: Database;
  keyring: Keyring;
  world: World;
  /** Host name of the app, for the WebOTP line. */
  appHost: string;
  /** `MOTP_LIMITS`: off lifts the limits per address and number, never the tries of one proof. */
  limits: boolean;
}

export type Beginning =
  | { kind: 'begun'; pending: PendingRegistration }
  | { kind: 'malformed'; errors: ProblemError[] }
  | { kind: 'refused'; reason: 'bad-proof' | 'phone-not-mobile' | 'consent-required' }
  | Limited;

/** Refused for now by a limit per number or address. */
export interface Limited {
  kind: 'limited';
  reason: 'message-limit' | 'registration-limit' | 'proof-closed';
  retryAfterMs: number;
}

/** Who asks: the thumbprint of the key that signed, and the client’s address. */
export interface Beginner {
  thumbprint: string;
  encryptionThumbprint: string | undefined;
  address: string;
}

/**
 * Begins a registration and sends a code to the number. The answer is the same whether or not the
 * number is known.
 */
export async function beginRegistration(
  dependencies: RegistrationDependencies,
  beginner: Beginner,
  request: BeginRegistrationRequest,
): Promise<Beginning> {
  const errors = faults(request);
  const phone = parsePhone(request.phone);
  if (errors.length > 0 || !phone) return { kind: 'malformed', errors };
  if (missingConsents(request.consents).length > 0) return { kind: 'refused', reason: 'consent-required' };
  const { encryptionThumbprint } = beginner;
  const bound = encryptionThumbprint ?? (await calculateJwkThumbprint(request.encryptionKey));
  if (bound !== (await calculateJwkThumbprint(request.encryptionKey))) {
    return { kind: 'refused', reason: 'bad-proof' };
  }
  if (!isKoreanMobile(phone)) return { kind: 'refused', reason: 'phone-not-mobile' };
  return dependencies.database.transaction((tx) => begin(dependencies, tx, beginner, request, phone));
}

function faults(request: BeginRegistrationRequest): ProblemError[] {
  const errors: ProblemError[] = [];
  if (comparableName(request.name) === '') errors.push({ path: '/name', message: 'is empty' });
  if (!parsePhone(request.phone)) errors.push({ path: '/phone', message: 'is not a phone number' });
  request.consents.forEach((id, index) => {
    if (!isConsent(id))
      errors.push({ path: `/consents/${index}`, message: 'is not a consent that was asked for' });
  });
  if (!isPoint(request.encryptionKey)) {
    errors.push({ path: '/encryptionKey', message: 'is not a point of P-256' });
  }
  return errors;
}

function isPoint({ kty, crv, x, y }: PublicKey): boolean {
  try {
    createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

async function begin(
  dependencies: RegistrationDependencies,
  tx: Tx,
  beginner: Beginner,
  request: BeginRegistrationRequest,
  phone: PhoneNumber,
): Promise<Beginning> {
  const { keyring, world } = dependencies;
  const now = world.now();
  const addressKey = keyring.hash('address', beginner.address);
  const limited = await addressLimit(dependencies, tx, addressKey, now);
  if (limited) return limited;
  const phoneKey = keyring.hash('phone', phone);
  const id = newId('reg', world);
  const sent = await sendProof(
    dependencies,
    tx,
    { id, phone, phoneKey, locale: request.locale ?? 'ko' },
    now,
  );
  if (sent.kind === 'limited') return sent;
  await insertRegistration(tx, {
    id,
    thumbprint: beginner.thumbprint,
    phone_key: phoneKey,
    address_key: addressKey,
    ...personColumns(keyring, id, request, phone, now),
    ...sent.columns,
    tries_left: PROOF_TRIES,
    resends: 0,
    created_at: now,
  });
  await record(tx, { at: now, kind: 'registration.begun', actor: 'learner', data: { registration: id } });
  return { kind: 'begun', pending: pendingOf(dependencies, id, sent.columns) };
}

/** What the learner typed and accepted, sealed to the registration's row. */
function personColumns(
  keyring: Keyring,
  id: string,
  { name, consents, encryptionKey, locale }: BeginRegistrationRequest,
  phone: PhoneNumber,
  now: number,
) {
  const { kty, crv, x, y } = encryptionKey;
  const seal = (column: string, text: string) =>
    keyring.seal({ table: 'registration', column, row: id }, text);
  return {
    encryption_key_json: JSON.stringify({ kty, crv, x, y }),
    name_key: keyring.hash('name', comparableName(name)),
    name_sealed: seal('name', name.trim()),
    phone_sealed: seal('phone', phone),
    locale: locale ?? 'ko',
    consents_json: JSON.stringify(consents.map((consent) => ({ id: consent, at: now }))),
  };
}

async function addressLimit(
  { limits }: RegistrationDependencies,
  tx: Tx,
  addressKey: string,
  now: number,
): Promise<Limited | undefined> {
  if (!limits) return undefined;
  await lockCounter(tx, `address:${addressKey}`, now);
  const begun = await unprovedSince(tx, addressKey, addressWindow(now));
  return limitedBy('registration-limit', addressAllowance(begun, now));
}

const limitedBy = (reason: Limited['reason'], allowance: Allowance): Limited | undefined =>
  allowance.kind === 'refused'
    ? { kind: 'limited', reason, retryAfterMs: allowance.retryAfterMs }
    : undefined;

export interface ProofColumns {
  code_key: string;
  reference: string;
  sent_at: number;
  code_expires_at: number;
}

interface ProofTarget {
  id: string;
  phone: PhoneNumber;
  phoneKey: string;
  locale: string;
}

/** Draws a new code and queues its message, as far as the limits of this number allow. */
export async function sendProof(
  { keyring, world, appHost, limits }: RegistrationDependencies,
  tx: Tx,
  { id, phone, phoneKey, locale }: ProofTarget,
  now: number,
): Promise<{ kind: 'sent'; columns: ProofColumns } | Limited> {
  const key = `phone:${phoneKey}`;
  const counter = await lockCounter(tx, key, now);
  const sentAt = keptSent(JSON.parse(counter.sent_json) as number[], now);
  const wrongAt = keptWrong(JSON.parse(counter.wrong_json) as number[], now);
  const limited =
    limitedBy('proof-closed', proofAllowance(wrongAt, now)) ??
    limitedBy('message-limit', messageAllowance(sentAt, now));
  if (limits && limited) return limited;
  const code = drawCode((bytes) => world.random(bytes));
  const reference = referenceOf(world.random(3));
  const expiresAt = now + PROOF_LIFE_MS;
  await setCounter(tx, key, { sent_json: JSON.stringify([...sentAt, now]) });
  const text = proofText({ code, reference, host: appHost, locale });
  await queueMessage(tx, { keyring, world }, { to: phone, text, expiresAt });
  return {
    kind: 'sent',
    columns: { code_key: proofKey(keyring, id, code), reference, sent_at: now, code_expires_at: expiresAt },
  };
}

/** A code is kept as a keyed hash bound to its registration. */
export const proofKey = (keyring: Keyring, registration: string, code: string): string =>
  keyring.hash('proof-code', `${registration}\0${code}`);

export function pendingOf(
  { providers }: Pick<RegistrationDependencies, 'providers'>,
  registration: string,
  columns: ProofColumns,
): PendingRegistration {
  return {
    registration,
    identity: methodsOf(providers).filter((method) => providers[method]?.gives.phone),
    proof: {
      kind: 'sms',
      digits: 6,
      reference: columns.reference,
      expiresAt: new Date(columns.code_expires_at).toISOString(),
      resendAt: new Date(columns.sent_at + RESEND_MS).toISOString(),
    },
  };
}
