/** As long as a receipt may open something, and a minute for clocks. Milliseconds. */
const remembered = 11 * 60_000;

/** Which receipts have opened something. In memory, because this is an example: a real site has a unique index. */
export class SpentReceipts {
  readonly #taken = new Map<string, number>();

  /** @returns false when it was taken before */
  take(jti: string, now: number): boolean {
    for (const [old, at] of this.#taken) if (now - at > remembered) this.#taken.delete(old);
    if (this.#taken.has(jti)) return false;
    this.#taken.set(jti, now);
    return true;
  }
}
