/** What is known about the phone's clock (SPEC T-3). Times in epoch milliseconds by the phone, unless told. */
export type Clock = {
  /** Server minus phone, milliseconds. */
  readonly offset: number;
  readonly measuredAt: number;
  readonly roundTrip: number;
  /** The phone's clock has jumped since: no code is shown before it was measured again. */
  readonly doubtful: boolean;
  /** The latest moment at which the phone's clock was looked at. */
  readonly lastSeen: number;
};

export type Sample = {
  /** Phone's clock when the question left. */
  readonly sentAt: number;
  /** Milliseconds by a clock that cannot be set. */
  readonly roundTrip: number;
  /** The server's answer, epoch ms. */
  readonly serverNow: number;
};

/** Longer than a timer is ever late while the page is visible, shorter than anything that spoils a code. */
export const JUMP_MS = 2_000;

/** Beyond this the owner is told that the clock was corrected. */
export const WRONG_CLOCK_MS = 60_000;

/** The fastest answer says most about the moment it was given: offset from its midpoint. */
export function clockFrom(samples: readonly Sample[]): Clock | undefined {
  const fastest = samples.reduce<Sample | undefined>(
    (best, sample) => (best && best.roundTrip <= sample.roundTrip ? best : sample),
    undefined,
  );
  if (!fastest) return undefined;
  const { sentAt, roundTrip, serverNow } = fastest;
  const offset = Math.round(serverNow - (sentAt + roundTrip / 2));
  return { offset, measuredAt: sentAt, roundTrip, doubtful: false, lastSeen: sentAt };
}

/** Whether a correction differs from the one that the owner was told of last. */
export const isNews = (offset: number, told: number | undefined): boolean =>
  told === undefined || Math.abs(offset - told) >= WRONG_CLOCK_MS;

/** Two clocks read together: the one that can be set, and the one that cannot (`performance.now`). */
export type Reading = { readonly date: number; readonly steady: number };

/**
 * Whether the phone's clock was set between two readings. The steady clock of some phones stops while they sleep, so
 * after a pause only a clock that went back is known to have jumped.
 */
export function jumped(before: Reading, after: Reading, paused: boolean): boolean {
  const ahead = after.date - before.date - (after.steady - before.steady);
  return ahead < -JUMP_MS || (!paused && ahead > JUMP_MS);
}

/** While the app was closed: a clock earlier than it was ever seen has been set back. */
export const wentBack = (clock: Clock, now: number): boolean => now < clock.lastSeen - JUMP_MS;
