import { CPU_PATH } from './bare-server.ts';

/** What a server says of itself; sums since its start. */
export interface Readings {
  cpuSeconds: number;
  batches: number;
  batchedAnswers: number;
  batchSeconds: number;
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
  };
}

export async function readBare(port: number): Promise<Readings> {
  const { user, system } = (await (
    await fetch(`http://127.0.0.1:${port}${CPU_PATH}`)
  ).json()) as NodeJS.CpuUsage;
  return { cpuSeconds: (user + system) / 1e6, batches: 0, batchedAnswers: 0, batchSeconds: 0 };
}

export function difference(after: Readings, before: Readings): Readings {
  return {
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    batches: after.batches - before.batches,
    batchedAnswers: after.batchedAnswers - before.batchedAnswers,
    batchSeconds: after.batchSeconds - before.batchSeconds,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return (low + high) / 2;
}
