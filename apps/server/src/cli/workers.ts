import cluster, { type Worker } from 'node:cluster';
import { restartDelay } from './restart-delay.ts';
import type { Running } from './running.ts';
import { answerScrapes } from './scrape-workers.ts';

export interface Workers extends Running {
  /** Resolves when the first worker listens. Rejects when all ended before any did, which they will do again. */
  readonly ready: Promise<void>;
}

/** A worker that ended without being asked to, and when it is replaced. */
export interface EndedWorker {
  pid: number | undefined;
  code: number | null;
  signal: string | null;
  replacedInMs: number;
}

/** Longer than a server takes to stop once it has drained; then whatever still runs hangs. */
const KILL_MS = 9_500;

/** The message by which a worker is told to stop: signals also reach it from a terminal or a supervisor. */
const STOP = 'motp:stop';

/**
 * Several processes over one PostgreSQL. Each is a whole server; the first only starts and replaces them.
 * @param drainMs how long each goes on answering when it is told to stop
 */
export function runWorkers(
  { count, drainMs }: { count: number; drainMs: number },
  ended: (worker: EndedWorker) => void,
): Workers {
  const timers = new Set<NodeJS.Timeout>();
  let isStopping = false;
  /** @param failures how often in a row the one in this place ended young */
  const start = (failures: number): Worker => {
    const startedAt = performance.now();
    const worker = cluster.fork();
    worker.once('exit', (code, signal) => {
      if (isStopping) return;
      const next = restartDelay(failures, performance.now() - startedAt);
      ended({ pid: worker.process.pid, code, signal, replacedInMs: next.delayMs });
      const timer = setTimeout(() => {
        timers.delete(timer);
        start(next.failures);
      }, next.delayMs);
      timers.add(timer);
    });
    return worker;
  };
  answerScrapes(running);
  const first = Array.from({ length: count }, () => start(0));
  return {
    ready: Promise.any(first.map(listening)).catch(({ errors: [cause] }: AggregateError) => {
      throw cause;
    }),
    async stop() {
      isStopping = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(running().map((worker) => stopWorker(worker, drainMs + KILL_MS)));
    },
  };
}

function listening(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('listening', () => resolve());
    worker.once('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? code}`)));
  });
}

async function stopWorker(worker: Worker, patienceMs: number): Promise<void> {
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  if (worker.isConnected()) worker.send(STOP, () => undefined);
  const patience = setTimeout(() => worker.process.kill('SIGKILL'), patienceMs);
  await exited;
  clearTimeout(patience);
}

const running = (): Worker[] =>
  Object.values(cluster.workers ?? {}).flatMap((worker) => (worker && !worker.isDead() ? [worker] : []));

export const isWorker = (): boolean => cluster.isWorker;

/** Calls `stop` when the first process says so. A worker whose first process is gone is ended by Node at once. */
export function whenToldToStop(stop: () => void): void {
  process.on('message', (message) => {
    if (message === STOP) stop();
  });
}
