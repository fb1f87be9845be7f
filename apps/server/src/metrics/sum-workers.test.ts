import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { readExposition } from './exposition.fixture.ts';
import { type Measured, WorkerSums } from './sum-workers.ts';

/** What a process would send that has counted this. */
async function measured(counted: number, stored: number): Promise<Measured> {
  const registers = [new Registry()];
  new Counter({ name: 'c_total', help: 'c', labelNames: ['a'], registers }).inc({ a: 'x' }, counted);
  new Gauge({ name: 'queue', help: 'q', registers, aggregator: 'sum' }).set(counted);
  new Gauge({ name: 'stored', help: 's', registers, aggregator: 'max' }).set(stored);
  const times = new Histogram({ name: 'h_seconds', help: 'h', buckets: [1, 2], registers });
  for (let nth = 0; nth < counted; nth++) times.observe(1.5);
  return JSON.parse(JSON.stringify(await registers[0]?.getMetricsAsJSON()));
}

const read = async (sums: WorkerSums) => {
  const { value } = readExposition(await sums.text());
  const buckets = ['1', '2', '+Inf'].map((le) => value('h_seconds_bucket', { le }));
  return {
    ...{ counted: value('c_total', { a: 'x' }), queue: value('queue'), stored: value('stored') },
    ...{ buckets, sum: value('h_seconds_sum'), count: value('h_seconds_count') },
  };
};

describe('O-6 several processes are one server', () => {
  it('O-6 counts are added up, what lies in the database is not', async () => {
    const sums = new WorkerSums();
    sums.take(1, await measured(2, 7));
    sums.take(2, await measured(3, 7));
    const whole = { counted: 5, queue: 5, stored: 7, buckets: [0, 5, 5], sum: 7.5, count: 5 };
    expect(await read(sums)).toEqual(whole);
    sums.take(2, await measured(4, 6));
    expect(await read(sums)).toEqual({
      ...whole,
      counted: 6,
      queue: 6,
      buckets: [0, 6, 6],
      sum: 9,
      count: 6,
    });
  });

  it('O-6 no count falls when a process ends, and what it held at the moment goes with it', async () => {
    const sums = new WorkerSums();
    sums.take(1, await measured(2, 7));
    sums.take(2, await measured(3, 7));
    await sums.end(2);
    const left = { counted: 5, queue: 2, stored: 7, buckets: [0, 5, 5], sum: 7.5, count: 5 };
    expect(await read(sums)).toEqual(left);
    sums.take(3, await measured(1, 9));
    await sums.end(1);
    await sums.end(4);
    expect(await read(sums)).toEqual({
      ...{ counted: 6, queue: 1, stored: 9, buckets: [0, 6, 6], sum: 9, count: 6 },
    });
  });
});
