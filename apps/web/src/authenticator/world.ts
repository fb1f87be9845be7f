import { readStored, writeStored } from '../common/texts.ts';
import { type ClockKeeper, keepClock } from './clock-keeper.ts';
import { openStore } from './indexed-db.ts';
import { type Locks, webLocks } from './locks.ts';
import { createServer, type Server } from './server.ts';
import type { Store } from './store.ts';

/** Remembers outside IndexedDB that there was a registration, so that its loss is noticed (SPEC R-6). */
export type Marker = { get(): boolean; set(registered: boolean): void };

/** What the app's rules are given instead of reaching for it. */
export type World = {
  readonly store: Store;
  readonly server: Server;
  readonly clock: ClockKeeper;
  readonly locks: Locks;
  readonly marker: Marker;
};

const MARKER = 'motp-registered';

const marker: Marker = {
  get: () => readStored(MARKER) !== null,
  set: (registered) => writeStored(MARKER, registered ? '1' : null),
};

/** Throws where the browser keeps no IndexedDB (a private window, blocked storage). */
export async function openWorld(): Promise<World> {
  const store = await openStore();
  const clocks = { date: () => Date.now(), steady: () => performance.now() };
  // The server's proofs need the clock, and the clock asks the server: `now` is called later, never here.
  const server = createServer(location.origin, () => clock.now());
  const clock: ClockKeeper = await keepClock(store, () => server.time(), clocks);
  return { store, server, clock, locks: webLocks, marker };
}

/** What the app cannot do without; everything else degrades. */
export function browserFits(): boolean {
  return (
    isSecureContext &&
    'subtle' in crypto &&
    'indexedDB' in globalThis &&
    'locks' in navigator &&
    'timeout' in AbortSignal
  );
}
