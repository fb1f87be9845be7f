/** Length of one time step in seconds. 60 and not RFC 6238's recommended 30: docs/adr/0002. */
export const PERIOD_SECONDS = 60;

/** The time step (RFC 6238 §4.2, T0 = 0) that holds this moment. Exact past 32 bits. @param ms epoch milliseconds */
export function stepAt(ms: number, period: number = PERIOD_SECONDS): number {
  return Math.floor(ms / (period * 1000));
}

/** Seconds until the next step begins: `period` at its first millisecond, 1 in its last second. */
export function secondsLeft(ms: number, period: number = PERIOD_SECONDS): number {
  const length = period * 1000;
  return Math.ceil(((stepAt(ms, period) + 1) * length - ms) / 1000);
}

/**
 * The moving factor as RFC 4226 §5.1 wants it: eight bytes, high-order first.
 * @throws RangeError for anything but a whole number from 0 to 2^53 - 1
 */
export function counterBytes(step: number): Uint8Array<ArrayBuffer> {
  if (!Number.isSafeInteger(step) || step < 0) throw new RangeError('a step is a whole number from 0 up');
  const bytes = new Uint8Array(8);
  // Bit operators cut to 32 bits, so the upper half comes by division.
  write32(bytes, 0, Math.floor(step / 0x1_0000_0000));
  write32(bytes, 4, step);
  return bytes;
}

function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
