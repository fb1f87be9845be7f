interface Window {
  readonly key: string;
  readonly since: number;
  count: number;
  /** Those that began next before and after it. */
  older: Window | undefined;
  newer: Window | undefined;
}

/**
 * Counts events of a key from its first one on; when so many happened, the key is closed until the time is over and
 * the next event begins another count. Its memory is bounded: the count that began first goes when there are too
 * many keys.
 */
export class FailureWindow {
  readonly #windows = new Map<string, Window>();
  /*
   * A list beside the map, whose own order would do as well: but to the first key of a map leads a way past all that
   * were deleted before it, with fifty thousand keys 3 to 29 µs for each new one.
   */
  #oldest: Window | undefined;
  #newest: Window | undefined;
  readonly #most: number;
  readonly #within: number;
  readonly #keys: number;

  /** @param within ms */
  constructor({ most, within, keys = 50_000 }: { most: number; within: number; keys?: number }) {
    this.#most = most;
    this.#within = within;
    this.#keys = keys;
  }

  count(key: string, now: number): void {
    const window = this.#windows.get(key);
    if (window && this.#isRunning(window, now)) {
      window.count += 1;
      return;
    }
    if (window) this.#unlink(window);
    const begun: Window = { key, since: now, count: 1, older: this.#newest, newer: undefined };
    if (this.#newest) this.#newest.newer = begun;
    else this.#oldest = begun;
    this.#newest = begun;
    this.#windows.set(key, begun);
    if (this.#windows.size > this.#keys) this.#forgetOldest();
  }

  /** Whether anything was counted for this key lately. */
  has(key: string, now: number): boolean {
    return this.#running(key, now) !== undefined;
  }

  /** How long the key is closed, ms; 0: it is open. */
  closedFor(key: string, now: number): number {
    const window = this.#running(key, now);
    return window && window.count >= this.#most ? window.since + this.#within - now : 0;
  }

  get size(): number {
    return this.#windows.size;
  }

  #running(key: string, now: number): Window | undefined {
    const window = this.#windows.get(key);
    return window && this.#isRunning(window, now) ? window : undefined;
  }

  #isRunning(window: Window, now: number): boolean {
    return now < window.since + this.#within;
  }

  #forgetOldest(): void {
    const oldest = this.#oldest;
    if (!oldest) return;
    this.#unlink(oldest);
    this.#windows.delete(oldest.key);
  }

  #unlink({ older, newer }: Window): void {
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
  }
}
