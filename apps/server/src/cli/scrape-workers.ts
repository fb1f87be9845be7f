import cluster, { type Worker } from 'node:cluster';
import type { Registry } from 'prom-client';
import { type Measured, WorkerSums } from '../metrics/sum-workers.ts';

/** A worker asks for the whole, each is asked for its part, and who asked is given the text. */
type FromWorker = { motp: 'whole?'; scrape: number } | { motp: 'part'; round: number; measured: Measured };
type ToWorker = { motp: 'part?'; round: number } | { motp: 'whole'; scrape: number; text: string };

/** A worker that is busy for longer counts as it was last seen. */
const PATIENCE_MS = 1_000;

/** Of the first process: longer, so that its answer is not missed. */
const WHOLE_MS = 5_000;

/** In the first process: adds up what the workers have measured, since a scrape reaches one of them. */
export function answerScrapes(workers: () => Worker[]): void {
  const sums = new WorkerSums();
  const rounds = new Map<number, { missing: Set<number>; complete(): void }>();
  let round = 0;
  const settle = (of: number, worker: number) => {
    const waiting = rounds.get(of);
    waiting?.missing.delete(worker);
    if (waiting?.missing.size === 0) waiting.complete();
  };
  const gather = async () => {
    const asked = workers().filter((worker) => worker.isConnected());
    const nth = ++round;
    await new Promise<void>((complete) => {
      const timer = setTimeout(complete, PATIENCE_MS);
      rounds.set(nth, {
        missing: new Set(asked.map(({ id }) => id)),
        complete: () => {
          clearTimeout(timer);
          complete();
        },
      });
      for (const worker of asked) tell(worker, { motp: 'part?', round: nth });
    });
    rounds.delete(nth);
    return sums.text();
  };
  cluster.on('exit', ({ id }: Worker) => {
    void sums.end(id);
    for (const nth of [...rounds.keys()]) settle(nth, id);
  });
  cluster.on('message', (worker: Worker, message: FromWorker) => {
    if (message.motp === 'part') {
      sums.take(worker.id, message.measured);
      settle(message.round, worker.id);
    } else if (message.motp === 'whole?') {
      const { scrape } = message;
      void gather().then((text) => tell(worker, { motp: 'whole', scrape, text }));
    }
  });
}

/** A worker may end at any moment; whom that concerns learns it from `exit`. */
function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}

/** In a worker: asks the first process. @returns how; it throws when there is no answer */
export function wholeServer(registry: Registry): () => Promise<string> {
  const waiting = new Map<number, (text: string) => void>();
  let scrape = 0;
  const send = (message: FromWorker) => process.send?.(message, () => undefined);
  process.on('message', (message: ToWorker) => {
    if (message.motp === 'whole') waiting.get(message.scrape)?.(message.text);
    else if (message.motp === 'part?') {
      const { round } = message;
      void registry
        .getMetricsAsJSON()
        .then((measured) => send({ motp: 'part', round, measured: measured as unknown as Measured }));
    }
  });
  return async () => {
    const nth = ++scrape;
    try {
      return await new Promise<string>((resolve, reject) => {
        setTimeout(() => reject(new Error('the first process gave no metrics')), WHOLE_MS).unref();
        waiting.set(nth, resolve);
        send({ motp: 'whole?', scrape: nth });
      });
    } finally {
      waiting.delete(nth);
    }
  };
}
