import { cpus } from 'node:os';

/** What a measured server that is not ours is asked besides answers. */
export const PROCESS_PATH = '/process';

/** What a server says of itself; sums since its start. */
export interface Readings {
  cpuSeconds: number;
  batches: number;
  batchedAnswers: number;
  batchSeconds: number;
  /** Resident memory now, bytes: the one figure that is no sum. */
  rssBytes: number;
}

/** From the product's Prometheus metrics. */
export async function readProduct(port: number): Promise<Readings> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    cpuSeconds: value('process_cpu_seconds_total'),
    batches: value('motp_answer_batch_size_count'),
    batchedAnswers: value('motp_answer_batch_size_sum'),
    batchSeconds: value('motp_answer_batch_seconds_sum'),
    rssBytes: value('process_resident_memory_bytes'),
  };
}

/** From a server that answers at PROCESS_PATH with its `process.cpuUsage()` and `process.memoryUsage().rss`. */
export async function readProcess(port: number): Promise<Readings> {
  const reply = await fetch(`http://127.0.0.1:${port}${PROCESS_PATH}`);
  const { user, system, rss } = (await reply.json()) as NodeJS.CpuUsage & { rss: number };
  return {
    cpuSeconds: (user + system) / 1e6,
    ...{ batches: 0, batchedAnswers: 0, batchSeconds: 0 },
    rssBytes: rss,
  };
}

export function difference(after: Readings, before: Readings): Readings {
  return {
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    batches: after.batches - before.batches,
    batchedAnswers: after.batchedAnswers - before.batchedAnswers,
    batchSeconds: after.batchSeconds - before.batchSeconds,
    rssBytes: after.rssBytes,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return (low + high) / 2;
}

/** Processor seconds of the whole machine so far, of all cores and everybody on them. */
export function busySeconds(): number {
  const milliseconds = cpus().reduce(
    (sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq,
    0,
  );
  return milliseconds / 1000;
}
