import { createPublicKey } from 'node:crypto';
import type { BeginRegistrationRequest, PendingRegistration, ProblemError, PublicKey } from '@motp/protocol';
import { calculateJwkThumbprint } from 'jose';
import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import type { IdentityProviders } from '../identity/provider.ts';
import type { Keyring } from '../keys/keyring.ts';
import { comparableName, isKoreanMobile, type PhoneNumber, parsePhone } from '../learners/rules.ts';
import { proofText } from '../messages/proof-text.ts';
import { queueMessage } from '../messages/queue-message.ts';
import type { QueueDependencies } from '../webhooks/queue-event.ts';
import { newId, type World } from '../world.ts';
import { isConsent, missingConsents } from './consents.ts';
import { type Counting, countMessage, type Limited, limitedBy } from './count-message.ts';
import {
  addressAllowance,
  addressWindow,
  drawCode,
  IDENTITY_LIFE_MS,
  PROOF_LIFE_MS,
  PROOF_TRIES,
  provingMethods,
  RESEND_MS,
  referenceOf,
} from './rules.ts';
import { insertRegistration, lockCounter, unprovedSince } from './store.ts';

export type { Limited } from './count-message.ts';

/** `limits` never lifts the tries of one proof. */
export interface RegistrationDependencies extends Counting, QueueDependencies {
  providers: IdentityProviders;
  database: Database;
  keyring: Keyring;
  world: World;
  /** Host name of the app, for the WebOTP line. */
  appHost: string;
  /** `MOTP_PROOF`: identity takes no code of a message at all. */
  registrationProof: 'sms' | 'identity';
}

export type Beginning =
  | { kind: 'begun'; pending: PendingRegistration }
  | { kind: 'malformed'; errors: ProblemError[] }
  | {
      kind: 'refused';
      reason: 'bad-proof' | 'phone-not-mobile' | 'consent-required' | 'identity-unavailable';
    }
  | Limited;

/** Who asks: the thumbprint of the key that signed, and the client’s address. */
export interface Beginner {
  thumbprint: string;
  encryptionThumbprint: string | undefined;
  address: string;
}

/**
 * Begins a registration and sends a code to the number, or waits for an identity check. The answer is the
 * same whether or not the number is known.
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
  if (proofOf(dependencies, request) === 'identity' && provingMethods(dependencies.providers).length === 0) {
    return { kind: 'refused', reason: 'identity-unavailable' };
  }
  return dependencies.database.transaction((tx) => begin(dependencies, tx, beginner, request, phone));
}

const proofOf = (
  { registrationProof }: RegistrationDependencies,
  { proof }: BeginRegistrationRequest,
): 'sms' | 'identity' => (registrationProof === 'identity' ? 'identity' : (proof ?? 'sms'));

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
  const target = { id, phone, phoneKey, addressKey, locale: request.locale ?? 'ko' };
  const sent =
    proofOf(dependencies, request) === 'identity'
      ? withoutMessage(now)
      : await sendProof(dependencies, tx, target, now);
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

export async function addressLimit(
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

export interface ProofColumns {
  proof: 'sms' | 'identity';
  code_key: string;
  reference: string;
  sent_at: number;
  code_expires_at: number;
}

interface ProofTarget {
  id: string;
  phone: PhoneNumber;
  phoneKey: string;
  /** Keyed hash of the address that began the registration. */
  addressKey: string;
  locale: string;
  /** What the code does; a new registration when left out. */
  purpose?: 'device' | 'phone';
}

/** Draws a new code and queues its message, as far as the limits of number, address and day allow. */
export async function sendProof(
  dependencies: RegistrationDependencies,
  tx: Tx,
  { id, phone, phoneKey, addressKey, locale, purpose = 'device' }: ProofTarget,
  now: number,
): Promise<{ kind: 'sent'; columns: ProofColumns } | Limited> {
  const limited = await countMessage(tx, dependencies, { phoneKey, addressKey }, now);
  if (limited) return limited;
  const { keyring, world, appHost } = dependencies;
  const code = drawCode((bytes) => world.random(bytes));
  const reference = referenceOf(world.random(3));
  const expiresAt = now + PROOF_LIFE_MS;
  const text = proofText({ code, reference, host: appHost, locale, purpose });
  await queueMessage(tx, { keyring, world }, { to: phone, text, expiresAt, registration: id });
  return {
    kind: 'sent',
    columns: {
      ...({ proof: 'sms', code_key: proofKey(keyring, id, code), reference } as const),
      ...{ sent_at: now, code_expires_at: expiresAt },
    },
  };
}

/** No message, no code: an identity check proves it. */
const withoutMessage = (now: number): { kind: 'sent'; columns: ProofColumns } => ({
  kind: 'sent',
  columns: {
    ...({ proof: 'identity', code_key: '', reference: '' } as const),
    ...{ sent_at: now, code_expires_at: now + IDENTITY_LIFE_MS },
  },
});

/** A code is kept as a keyed hash bound to its registration. */
export const proofKey = (keyring: Keyring, registration: string, code: string): string =>
  keyring.hash('proof-code', `${registration}\0${code}`);

export function pendingOf(
  { providers }: Pick<RegistrationDependencies, 'providers'>,
  registration: string,
  columns: ProofColumns,
): PendingRegistration {
  return { registration, identity: provingMethods(providers), proof: proofMembers(columns) };
}

function proofMembers(columns: ProofColumns): PendingRegistration['proof'] {
  const expiresAt = new Date(columns.code_expires_at).toISOString();
  if (columns.proof === 'identity') return { kind: 'identity', expiresAt };
  return {
    kind: 'sms',
    digits: 6,
    reference: columns.reference,
    expiresAt,
    resendAt: new Date(columns.sent_at + RESEND_MS).toISOString(),
  };
}
