interface Window {
  since: number;
  count: number;
}

/**
 * Counts events of a key from its first one on; when so many happened, the key is closed until the time is over and
 * the next event begins another count. Its memory is bounded: the count that began first goes when there are too
 * many keys.
 */
export class FailureWindow {
  readonly #windows = new Map<string, Window>();
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
    const window = this.#running(key, now);
    if (window) {
      window.count += 1;
      return;
    }
    // A map keeps the order in which keys came: deleted and set again, this one is the newest.
    this.#windows.delete(key);
    this.#windows.set(key, { since: now, count: 1 });
    const [oldest] = this.#windows.keys();
    if (oldest !== undefined && this.#windows.size > this.#keys) this.#windows.delete(oldest);
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
    return window && now < window.since + this.#within ? window : undefined;
  }
}
