import type { DeviceReply, IdentityMethod, LockReason } from '@motp/protocol';
import { deliverEndings, eraseRegistration, forgetRegistration } from './ending.ts';
import { keysWork } from './keys.ts';
import { maskName, maskPhone } from './mask.ts';
import { replacedBy } from './replaced.ts';
import type { MaskedLearner, Over, Pending, Replaced, Store } from './store.ts';
import type { World } from './world.ts';

export type Start =
  | { readonly kind: 'welcome' }
  | { readonly kind: 'passcode' }
  | { readonly kind: 'proof'; readonly pending: Pending }
  | { readonly kind: 'over'; readonly over: Over }
  | { readonly kind: 'store-lost' };

/** Where the app stands when it is opened, from what is on the phone alone: it works offline (SPEC T-3). */
export async function findStart(world: World): Promise<Start> {
  const { store, marker, clock } = world;
  const [keys, vault, pending, over] = await Promise.all([
    store.read('keys'),
    store.read('vault'),
    store.read('pending'),
    store.read('over'),
  ]);
  const usable = keys !== undefined && (await keysWork(keys));
  if (vault && usable) return { kind: 'passcode' };
  if (pending && usable && isOpen(pending, clock.now())) return { kind: 'proof', pending };
  if (over) return { kind: 'over', over };
  if (vault) {
    // Sealed under a key that is gone: nothing opens it again (SPEC R-6).
    await eraseRegistration(store);
    return { kind: 'store-lost' };
  }
  return marker.get() ? { kind: 'store-lost' } : { kind: 'welcome' };
}

const isOpen = ({ expiresAt, attempt }: Pending, now: number): boolean =>
  Math.max(expiresAt, attempt?.expiresAt ?? 0) > now;

/** Whether something behind the passcode waits to be gone on with. */
export async function isUnderWay({ store, clock }: World): Promise<boolean> {
  const waiting = await Promise.all([store.read('changing'), store.read('attempt')]);
  return waiting.some((one) => one !== undefined && one.expiresAt > clock.now());
}

export type Active = {
  readonly kind: 'active';
  /** Why it is locked; undefined when it is not. */
  readonly locked: LockReason | undefined;
  readonly checks: readonly Check[];
  readonly identity: readonly IdentityMethod[];
};

export type Standing = Active | { readonly kind: 'over'; readonly over: Over } | { readonly kind: 'unknown' };

export type Check = DeviceReply['checks'][number];

/** Asks the server how this registration stands, and forgets it when it has ended there. */
export async function askStanding(world: World): Promise<Standing> {
  const keys = await world.store.read('keys');
  if (!keys) return { kind: 'unknown' };
  const answer = await world.server.device(keys.signing);
  if (answer.kind === 'unreachable') return { kind: 'unknown' };
  if (answer.kind === 'problem') {
    return answer.problem.code === 'device-unknown' ? forget(world, 'ended') : { kind: 'unknown' };
  }
  const { status, locked, lockedBecause = 'wrong-codes', checks, identity, learner } = answer.body;
  if (status === 'replaced') return forget(world, 'replaced', replacedBy(answer.body, keys.signing));
  if (status !== 'active') return forget(world, 'ended');
  await keepLearner(world.store, learner);
  if (!locked) await forgetUnlocking(world.store);
  return { kind: 'active', locked: locked ? lockedBecause : undefined, checks, identity };
}

async function forget(world: World, over: Over, replaced?: Replaced): Promise<Standing> {
  await forgetRegistration(world.store, over, replaced);
  return { kind: 'over', over };
}

/** What is open already needs no identity check to open it. */
async function forgetUnlocking(store: Store): Promise<void> {
  if ((await store.read('attempt'))?.purpose === 'unlock') await store.write({ attempt: undefined });
}

/** Name and number may have been changed since, by their owner or by an operator (SPEC R-9). */
export async function keepLearner(store: Store, { name, phone }: MaskedLearner): Promise<void> {
  const learner = { name: maskName(name), phone: maskPhone(phone) };
  const before = await store.read('learner');
  if (before?.name !== learner.name || before.phone !== learner.phone) await store.write({ learner });
}

/** How long the owner of an erased registration waits to hear whether the server knows. */
const PATIENCE_MS = 2_000;

/** SPEC R-8. Resolves to whether the server knows already; telling it goes on by itself. */
export async function reset(world: World): Promise<boolean> {
  await world.locks('motp-vault', () => eraseRegistration(world.store));
  world.marker.set(false);
  await Promise.race([tellEndings(world), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  return (await world.store.read('endings')) === undefined;
}

export const tellEndings = (world: World): Promise<void> =>
  deliverEndings(world.store, world.locks, (signing) => world.server.endDevice(signing));

/** SPEC P-2: online only, because the personal data are on the server. */
export async function withdraw(world: World): Promise<'withdrawn' | 'unreachable' | 'failed'> {
  const keys = await world.store.read('keys');
  if (!keys) return 'failed';
  const answer = await world.server.withdraw(keys.signing);
  if (answer.kind === 'unreachable') return 'unreachable';
  const over = answer.kind === 'problem' && answer.problem.code === 'device-over';
  if (answer.kind === 'problem' && !over) return 'failed';
  await forgetRegistration(world.store, undefined);
  world.marker.set(false);
  return 'withdrawn';
}

/**
 * The owner has read why there is no registration any more. A replaced app says so until it is registered again: its
 * owner may yet want to say “this was not me”.
 */
export async function acknowledge(world: World): Promise<void> {
  world.marker.set(false);
  if (!(await world.store.read('replaced'))) await world.store.write({ over: undefined });
}
