/** How many digits a code may have: RFC 4226 R4 wants six at least, and 31 bits carry no more than eight well. */
export type Digits = 6 | 7 | 8;

const MODULUS: Record<Digits, number> = { 6: 1_000_000, 7: 10_000_000, 8: 100_000_000 };

/**
 * Dynamic truncation (RFC 4226 §5.3): the low four bits of the last byte say where 31 bits are read.
 * @param mac an HMAC of 20 bytes or more
 * @returns decimal digits with their leading zeros
 * @throws RangeError when the MAC is too short to be an HMAC
 */
export function truncate(mac: Uint8Array, digits: Digits = 6): string {
  const last = mac[mac.length - 1];
  if (last === undefined || mac.length < 20) throw new RangeError('an HMAC has at least 20 bytes');
  const at = last & 0x0f;
  // The sign bit is masked out so that signed and unsigned arithmetic agree (RFC 4226 §5.3).
  const binary =
    ((byte(mac, at) & 0x7f) << 24) | (byte(mac, at + 1) << 16) | (byte(mac, at + 2) << 8) | byte(mac, at + 3);
  return String(binary % MODULUS[digits]).padStart(digits, '0');
}

function byte(mac: Uint8Array, at: number): number {
  // `at` is at most 18, inside the 20 bytes checked above; `?? 0` only tells the compiler so.
  return mac[at] ?? 0;
}
