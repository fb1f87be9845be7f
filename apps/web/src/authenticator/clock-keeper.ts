import { type Clock, clockFrom, jumped, type Reading, type Sample, wentBack } from './clock.ts';
import type { Store } from './store.ts';

export type Clocks = { readonly date: () => number; readonly steady: () => number };

export type ClockKeeper = {
  /** Server time in epoch milliseconds, as well as this phone knows. */
  now(): number;
  current(): Clock | undefined;
  /** True when codes may be shown: measured once, and no jump since. */
  trusted(): boolean;
  /** Three questions; false when none was answered. */
  measure(): Promise<boolean>;
  /** Call every second and whenever the page is seen again; resolves to true when the clock has jumped. */
  watch(paused: boolean): Promise<boolean>;
};

const QUESTIONS = 3;

/** Keeps the offset in the store. `askTime` answers with the server's clock in epoch ms, or undefined. */
export async function keepClock(
  store: Store,
  askTime: () => Promise<number | undefined>,
  clocks: Clocks,
): Promise<ClockKeeper> {
  let clock = await store.read('clock');
  let last = read(clocks);
  const keep = async (next: Clock): Promise<void> => {
    clock = next;
    await store.write({ clock: next });
  };
  if (clock && wentBack(clock, clocks.date())) await keep({ ...clock, doubtful: true });

  return {
    now: () => clocks.date() + (clock?.offset ?? 0),
    current: () => clock,
    trusted: () => clock !== undefined && !clock.doubtful,
    async measure() {
      const measured = clockFrom(await samples(askTime, clocks));
      last = read(clocks);
      if (measured) await keep(measured);
      return measured !== undefined;
    },
    async watch(paused) {
      const before = last;
      last = read(clocks);
      if (!clock) return false;
      const jump = jumped(before, last, paused);
      if (jump || paused) await keep({ ...clock, doubtful: clock.doubtful || jump, lastSeen: last.date });
      return jump;
    },
  };
}

const read = (clocks: Clocks): Reading => ({ date: clocks.date(), steady: clocks.steady() });

async function samples(
  askTime: () => Promise<number | undefined>,
  clocks: Clocks,
): Promise<readonly Sample[]> {
  const answered: Sample[] = [];
  for (let question = 0; question < QUESTIONS; question++) {
    const before = read(clocks);
    const serverNow = await askTime();
    if (serverNow === undefined) break;
    const after = read(clocks);
    // A clock set in the middle of a question would spoil its midpoint.
    if (jumped(before, after, false)) continue;
    answered.push({ sentAt: before.date, roundTrip: after.steady - before.steady, serverNow });
  }
  return answered;
}
