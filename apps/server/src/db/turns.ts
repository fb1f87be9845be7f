/** Whose transactions: of this thread, one at a time, or of the other one, which puts them in order itself. */
type Side = 'own' | 'other';

interface Waiting {
  side: Side;
  begin(): void;
}

/**
 * Who writes into a database with one writer: this thread or another one of the process. In the order in which they
 * asked, so that neither waits for ever; those of the other thread may follow one another without a gap.
 */
export class Turns {
  readonly #waiting: Waiting[] = [];
  readonly #running = { own: 0, other: 0 };

  async take<T>(side: Side, work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#isFree(side)) {
      await new Promise<void>((begin) => this.#waiting.push({ side, begin }));
    } else this.#running[side]++;
    try {
      return await work();
    } finally {
      this.#running[side]--;
      this.#letIn();
    }
  }

  #isFree(side: Side): boolean {
    return this.#running.own === 0 && (side === 'other' || this.#running.other === 0);
  }

  #letIn(): void {
    for (let next = this.#waiting[0]; next && this.#isFree(next.side); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#running[next.side]++;
      next.begin();
    }
  }
}
