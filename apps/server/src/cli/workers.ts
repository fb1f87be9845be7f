import cluster from 'node:cluster';
import type { Running } from './serve.ts';

/**
 * Several processes over one PostgreSQL. Each is a whole server; the first only starts and replaces them.
 */
export function runWorkers(count: number): Running {
  let isStopping = false;
  for (let index = 0; index < count; index++) cluster.fork();
  const ended = new Promise<void>((resolve) => {
    cluster.on('exit', () => {
      if (!isStopping) cluster.fork();
      else if (Object.keys(cluster.workers ?? {}).length === 0) resolve();
    });
  });
  return {
    async stop() {
      isStopping = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
      await ended;
    },
  };
}

export const isWorker = (): boolean => cluster.isWorker;
