/** What became of an answer that waited: its outcome, or nothing is known and the state must be asked. */
interface Waiting<Item, Outcome> {
  readonly item: Item;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** Settles a batch as a whole: an outcome or an error for each item, in their order. A throw is everybody's. */
export type RunBatch<Item, Outcome> = (batch: readonly Item[]) => Promise<readonly (Outcome | Error)[]>;

const MAX_BATCH = 256;
/** So many share a batch's fixed cost well enough. */
const SMALL_BATCH = 32;

/**
 * Group commit: what arrives while the last batch is under way forms the next one, so that durability is
 * paid once per batch. Each lane has one batch under way; a batch waits for one turn of the event loop, in which
 * the requests that arrived together are parsed. Where there are several lanes none takes all of many that wait:
 * everybody would be in one batch, and the requests be parsed while nothing is settled (docs/performance.md).
 */
export class AnswerQueue<Item, Outcome> {
  readonly #run: RunBatch<Item, Outcome>;
  readonly #lanes: Set<Promise<void>> = new Set();
  readonly #most: number;
  /** Counted apart from the promises, which are settled later than the work ends: nobody may be left behind then. */
  #open = 0;
  #waiting: Waiting<Item, Outcome>[] = [];

  /** @param lanes batches that may be under way at once, where the database settles more than one at a time */
  constructor(run: RunBatch<Item, Outcome>, lanes = 1) {
    this.#run = run;
    this.#most = lanes;
  }

  get length(): number {
    return this.#waiting.length;
  }

  add(item: Item): Promise<Outcome> {
    const outcome = new Promise<Outcome>((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
    });
    if (this.#open < this.#most) this.#begin();
    return outcome;
  }

  /** Resolves when everything that was added has its outcome. */
  async idle(): Promise<void> {
    await Promise.all(this.#lanes);
  }

  #begin(): void {
    this.#open++;
    const lane = this.#drain().finally(() => this.#lanes.delete(lane));
    this.#lanes.add(lane);
  }

  async #drain(): Promise<void> {
    await nextTurn();
    let under = this.#next();
    while (under) {
      const settled = await under;
      // The next batch is under way before the replies of this one are written.
      under = this.#next();
      settled.deliver();
      if (under) continue;
      await nextTurn();
      under = this.#next();
    }
    this.#open--;
  }

  #next(): Promise<{ deliver(): void }> | undefined {
    const waiting = this.#waiting.length;
    const size = Math.min(MAX_BATCH, Math.max(SMALL_BATCH, Math.ceil(waiting / this.#most)));
    return waiting > 0 ? this.#settle(this.#waiting.splice(0, size)) : undefined;
  }

  async #settle(batch: readonly Waiting<Item, Outcome>[]): Promise<{ deliver(): void }> {
    try {
      const outcomes = await this.#run(batch.map(({ item }) => item));
      return {
        deliver() {
          for (const [nth, waiting] of batch.entries()) deliver(waiting, outcomes[nth]);
        },
      };
    } catch (error) {
      return {
        deliver() {
          for (const { reject } of batch) reject(error);
        },
      };
    }
  }
}

function deliver<Item, Outcome>(waiting: Waiting<Item, Outcome>, outcome: Outcome | Error | undefined): void {
  if (outcome === undefined || outcome instanceof Error) waiting.reject(outcome);
  else waiting.resolve(outcome);
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
