import { deliverEndings, eraseRegistration, forgetRegistration } from './ending.ts';
import { keysWork } from './keys.ts';
import type { Over, Pending } from './store.ts';
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
  if (over) return { kind: 'over', over };
  if (vault) {
    // Sealed under a key that is gone: nothing opens it again (SPEC R-6).
    await eraseRegistration(store);
    return { kind: 'store-lost' };
  }
  if (pending && usable && pending.expiresAt > clock.now()) return { kind: 'proof', pending };
  return marker.get() ? { kind: 'store-lost' } : { kind: 'welcome' };
}

export type Standing =
  | { readonly kind: 'active'; readonly locked: boolean; readonly checks: readonly Check[] }
  | { readonly kind: 'over'; readonly over: Over }
  | { readonly kind: 'unknown' };

export type Check = {
  readonly institution: string;
  readonly course: string;
  readonly occasion: { readonly kind: string; readonly number: number };
  readonly method: string;
  readonly at: string;
};

/** Asks the server how this registration stands, and forgets it when it has ended there. */
export async function askStanding(world: World): Promise<Standing> {
  const keys = await world.store.read('keys');
  if (!keys) return { kind: 'unknown' };
  const answer = await world.server.device(keys.signing);
  if (answer.kind === 'unreachable') return { kind: 'unknown' };
  if (answer.kind === 'problem') {
    return answer.problem.code === 'device-unknown' ? forget(world, 'ended') : { kind: 'unknown' };
  }
  const { status, locked, checks } = answer.body;
  if (status === 'active') return { kind: 'active', locked, checks };
  return forget(world, status === 'replaced' ? 'replaced' : 'ended');
}

async function forget(world: World, over: Over): Promise<Standing> {
  await forgetRegistration(world.store, over);
  return { kind: 'over', over };
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

/** The owner has read why there is no registration any more. */
export async function acknowledge(world: World): Promise<void> {
  world.marker.set(false);
  await world.store.write({ over: undefined });
}
