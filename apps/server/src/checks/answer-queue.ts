/** What became of an answer that waited: its outcome, or nothing is known and the state must be asked. */
export interface Waiting<Item, Outcome> {
  readonly item: Item;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

const MAX_BATCH = 256;

/**
 * Group commit: what arrives while the last batch is under way forms the next one, so that durability is
 * paid once per batch. One batch at a time; the first waits for one turn of the event loop, in which the
 * requests that arrived together are parsed.
 */
export class AnswerQueue<Item, Outcome> {
  readonly #run: (batch: readonly Waiting<Item, Outcome>[]) => Promise<void>;
  #waiting: Waiting<Item, Outcome>[] = [];
  #running: Promise<void> | undefined;

  constructor(run: (batch: readonly Waiting<Item, Outcome>[]) => Promise<void>) {
    this.#run = run;
  }

  get length(): number {
    return this.#waiting.length;
  }

  add(item: Item): Promise<Outcome> {
    const outcome = new Promise<Outcome>((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
    });
    this.#running ??= this.#drain();
    return outcome;
  }

  /** Resolves when everything that was added has its outcome. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #drain(): Promise<void> {
    await nextTurn();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      try {
        await this.#run(batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      await nextTurn();
    }
    this.#running = undefined;
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
