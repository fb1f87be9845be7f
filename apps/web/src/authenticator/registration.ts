import type {
  PendingRegistration,
  ProveRegistrationRequest,
  RegisteredDevice,
  RegistrationProgress,
} from '@motp/protocol';
import { exportJWK } from 'jose';
import type { Answer, Problem } from '../common/problem.ts';
import { prepareKeys, thumbprint } from './keys.ts';
import { maskName, maskPhone } from './mask.ts';
import type { Changes, Keys, MaskedLearner, Message, Pending } from './store.ts';
import { deriveVaultKey, receiveSeed, sealSeed, type VaultKey } from './vault.ts';
import type { World } from './world.ts';

export type Person = { readonly name: string; readonly phone: string; readonly passcode: string };

export type Refusal =
  | { readonly kind: 'refused'; readonly problem: Problem; readonly retryAfter?: number }
  | { readonly kind: 'unreachable' }
  /** Storage or keys do not hold in this window. */
  | { readonly kind: 'no-storage' }
  /** What was typed cannot be a code; no try is spent on it. */
  | { readonly kind: 'not-a-code' }
  /** The server's answer did not fit this device or this registration. */
  | { readonly kind: 'broken' };

export type Begun = { readonly kind: 'pending'; readonly pending: Pending } | Refusal;
export type Proved = { readonly kind: 'registered' } | Refusal;

/**
 * Makes the keys and proves that this browser keeps them (SPEC R-1), unless a registration is there already, which
 * another tab may have finished: its keys are not to be touched.
 */
export async function prepare(world: World): Promise<'ready' | 'no-storage' | 'registered'> {
  return world.locks('motp-vault', async () => {
    if (await world.store.read('vault')) return 'registered';
    return (await prepareKeys(world.store)) ? 'ready' : 'no-storage';
  });
}

/**
 * Asks for the SMS, or says that an identity check will prove it. The clock is measured first: proofs carry server
 * time (SPEC T-3).
 */
export async function begin(
  world: World,
  person: Person,
  consents: readonly string[],
  locale: string,
  proof: 'sms' | 'identity' = 'sms',
): Promise<Begun> {
  const keys = await world.store.read('keys');
  if (!keys) return { kind: 'no-storage' };
  if (!(await world.clock.measure())) return { kind: 'unreachable' };
  const name = person.name.normalize('NFC').trim();
  const { kty, crv, x, y } = await exportJWK(keys.encryption.publicKey);
  const answer = await world.server.begin(keys.signing, {
    name,
    phone: person.phone.trim(),
    consents: [...consents],
    locale,
    ...(proof === 'identity' ? { proof } : {}),
    encryptionKey: { kty, crv, x, y } as { kty: 'EC'; crv: 'P-256'; x: string; y: string },
    encryptionThumbprint: await thumbprint(keys.encryption.publicKey),
  });
  if (answer.kind !== 'ok') return refusal(answer);
  const vaultKey = await deriveVaultKey(person.passcode, keys.device);
  const learner = { name: maskName(name), phone: maskPhone(person.phone) };
  return keepPending(world, answer.body, learner, vaultKey);
}

/** A new code by SMS; the tries that are left stay. */
export async function resend(world: World, pending: Pending): Promise<Begun> {
  const keys = await world.store.read('keys');
  if (!keys) return { kind: 'no-storage' };
  const answer = await world.server.resend(keys.signing, pending.registration);
  if (answer.kind !== 'ok') return refusal(answer);
  return keepPending(world, answer.body, pending.learner, pending.vaultKey);
}

// Kept on disk because reading the message means leaving the app, and phones close what was left.
async function keepPending(
  world: World,
  reply: PendingRegistration,
  learner: MaskedLearner,
  vaultKey: VaultKey,
): Promise<Begun> {
  const { proof, identity } = reply;
  const pending: Pending = { ...messageOf(reply), proof: proof.kind, identity, learner, vaultKey };
  return (await kept(world, { pending })) ? { kind: 'pending', pending } : { kind: 'no-storage' };
}

export function messageOf({ registration, proof }: PendingRegistration): Message {
  const expiresAt = Date.parse(proof.expiresAt);
  if (proof.kind === 'identity') return { registration, reference: '', expiresAt, resendAt: expiresAt };
  return { registration, reference: proof.reference, expiresAt, resendAt: Date.parse(proof.resendAt) };
}

/** SPEC R-2a: from here on an identity check alone proves it. */
export async function requireIdentity(world: World, before: Pending): Promise<Pending> {
  const pending: Pending = { ...before, proof: 'required' };
  await kept(world, { pending });
  return pending;
}

/** Whether the message is on its way; undefined where that cannot be learned. */
export async function askDelivery(
  world: World,
  { registration }: Message,
): Promise<RegistrationProgress['delivery'] | undefined> {
  const keys = await world.store.read('keys');
  const answer = keys && (await world.server.progress(keys.signing, registration));
  return answer?.kind === 'ok' ? answer.body.delivery : undefined;
}

/** Answers with the SMS code or a passed identity check; the seed lies sealed in the vault when this resolves. */
export async function prove(
  world: World,
  pending: Pending,
  proof: ProveRegistrationRequest,
): Promise<Proved> {
  const keys = await world.store.read('keys');
  if (!keys) return { kind: 'no-storage' };
  const answer = await world.server.prove(keys.signing, pending.registration, proof);
  if (answer.kind !== 'ok') return refusal(answer);
  return keepRegistration(world, keys, pending, answer.body);
}

async function keepRegistration(
  world: World,
  keys: Keys,
  pending: Pending,
  { device, seed: jwe, otp }: RegisteredDevice,
): Promise<Proved> {
  const { registration, learner, vaultKey } = pending;
  const meant = { thumbprint: keys.thumbprint, registration };
  const seed = await receiveSeed(jwe, keys.encryption.privateKey, meant).catch(() => undefined);
  if (!seed) return { kind: 'broken' };
  const vault = await sealSeed(seed, vaultKey, { device, thumbprint: keys.thumbprint, otp });
  const done = { pending: undefined, failures: undefined, over: undefined, replaced: undefined };
  const changes = { vault, learner, ...done };
  // The same code brings the same seed for five minutes (PROTOCOL §4): a write that failed can be tried again.
  if (!(await kept(world, changes))) return { kind: 'no-storage' };
  world.marker.set(true);
  return { kind: 'registered' };
}

const kept = (world: World, changes: Changes): Promise<boolean> =>
  world.store.write(changes).then(
    () => true,
    () => false,
  );

export const forgetPending = (world: World): Promise<void> => world.store.write({ pending: undefined });

export function refusal(answer: Exclude<Answer<unknown>, { kind: 'ok' }>): Refusal {
  if (answer.kind === 'unreachable') return answer;
  const { problem, retryAfter } = answer;
  return retryAfter === undefined ? { kind: 'refused', problem } : { kind: 'refused', problem, retryAfter };
}
