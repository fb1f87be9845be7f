import type { DeviceReply } from '@motp/protocol';
import type { Replaced, Store } from './store.ts';
import type { World } from './world.ts';

/** SPEC R-5: this long after it was replaced an app may say “this was not me”. */
const DISPUTABLE_MS = 30 * 24 * 60 * 60_000;

/** What a replaced app keeps, its signing key with it; undefined when the server would hear no dispute. */
export function replacedBy(
  { disputableUntil, disputedAt }: Pick<DeviceReply, 'disputableUntil' | 'disputedAt'>,
  signing: CryptoKeyPair,
): Replaced | undefined {
  if (disputableUntil === undefined) return undefined;
  const until = Date.parse(disputableUntil);
  const at = until - DISPUTABLE_MS;
  return { at, until, signing, ...(disputedAt === undefined ? {} : { disputedAt: Date.parse(disputedAt) }) };
}

/** What is kept of the replacement; once its time is over the key goes. */
export async function findReplaced(store: Store, now: number): Promise<Replaced | undefined> {
  const replaced = await store.read('replaced');
  if (!replaced || replaced.until > now) return replaced;
  await store.write({ replaced: undefined });
  return undefined;
}

/** What the server says of the replacement now; what is kept stays when it says nothing. */
export async function askReplaced(world: World, before: Replaced): Promise<Replaced | undefined> {
  const answer = await world.server.device(before.signing);
  if (answer.kind !== 'ok') return before;
  const { disputableUntil, disputedAt } = answer.body;
  if (disputedAt !== undefined) return keep(world, { ...before, disputedAt: Date.parse(disputedAt) });
  return disputableUntil === undefined ? keep(world, undefined) : before;
}

async function keep<Kept extends Replaced | undefined>(world: World, replaced: Kept): Promise<Kept> {
  await world.store.write({ replaced });
  return replaced;
}

export type Disputing =
  | { readonly kind: 'disputed'; readonly replaced: Replaced }
  | { readonly kind: 'unreachable' | 'failed' }
  /** The server hears no dispute any more. */
  | { readonly kind: 'too-late' };

/** “This was not me”: the phone that replaced this one is locked (SPEC R-5). A lost reply is asked for again (C-9). */
export async function disputeReplacement(world: World, before: Replaced): Promise<Disputing> {
  const answer = await world.server.dispute(before.signing, {});
  if (answer.kind === 'ok') {
    const replaced = await keep(world, { ...before, disputedAt: world.clock.now() });
    return { kind: 'disputed', replaced };
  }
  const now = await askReplaced(world, before);
  if (!now) return { kind: 'too-late' };
  if (now.disputedAt !== undefined) return { kind: 'disputed', replaced: now };
  return { kind: answer.kind === 'unreachable' ? 'unreachable' : 'failed' };
}
