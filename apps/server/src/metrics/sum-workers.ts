import { AggregatorRegistry } from 'prom-client';

/** What `registry.getMetricsAsJSON()` of one process gives. */
export type Measured = readonly { name: string; type: string | number; aggregator?: string }[];

/**
 * One exposition of several processes. Of a process that has ended the counters go on counting, as far as they were
 * last seen: without them the sum would fall, which Prometheus takes for a restart and counts everything anew.
 */
export class WorkerSums {
  readonly #latest = new Map<number, Measured>();
  #ended: Measured = [];

  take(worker: number, measured: Measured): void {
    this.#latest.set(worker, measured);
  }

  async end(worker: number): Promise<void> {
    const last = this.#latest.get(worker);
    this.#latest.delete(worker);
    if (!last) return;
    const counted = last.filter(({ type }) => type === 'counter' || type === 'histogram');
    this.#ended = (await sum([this.#ended, counted]).getMetricsAsJSON()) as Measured;
  }

  text(): Promise<string> {
    return sum([...this.#latest.values(), this.#ended]).metrics();
  }
}

const sum = (all: readonly Measured[]) => AggregatorRegistry.aggregate([...all] as object[]);
