import { type Metric, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { readExposition } from './exposition.fixture.ts';
import { RouteTimes } from './route-times.ts';

const NAME = 'motp_http_request_seconds';

async function exposed(times: RouteTimes) {
  const registry = new Registry();
  registry.registerMetric({ name: NAME, help: '', get: async () => times.values() } as unknown as Metric);
  return readExposition(await registry.metrics());
}

describe('O-6 times of requests', () => {
  it('O-6 a time on the bound of a bucket belongs to it, and buckets add up', async () => {
    const times = new RouteTimes();
    for (const ms of [0, 5, 5.1, 10, 5_000, 5_001]) times.observe('GET', '/v1/checks/:id', 200, ms);
    const { value, types } = await exposed(times);
    const labels = { method: 'GET', route: '/v1/checks/:id', status: '2xx' };
    const bucket = (le: string) => value(`${NAME}_bucket`, { ...labels, le });
    expect(types.get(NAME)).toBe('histogram');
    expect(['0.005', '0.01', '0.025', '2.5', '5', '+Inf'].map(bucket)).toEqual([2, 4, 4, 4, 5, 6]);
    expect(value(`${NAME}_count`, labels)).toBe(6);
    expect(value(`${NAME}_sum`, labels)).toBeCloseTo(10.0211, 10);
  });

  it('O-6 methods, routes and classes of status are told apart; what has no route is one', async () => {
    const times = new RouteTimes();
    times.observe('GET', '/v1/checks', 200, 1);
    times.observe('POST', '/v1/checks', 201, 1);
    times.observe('POST', '/v1/checks', 200, 1);
    times.observe('POST', '/v1/checks', 422, 1);
    times.observe('POST', '/check/:token/code', 503, 1);
    times.observe('PROPFIND', undefined, 404, 1);
    times.observe('GET', undefined, 404, 1);
    const { samples } = await exposed(times);
    const counts = samples.filter(({ name }) => name === `${NAME}_count`);
    expect(counts.map(({ labels, value }) => [labels.method, labels.route, labels.status, value])).toEqual([
      ['GET', '/v1/checks', '2xx', 1],
      ['POST', '/v1/checks', '2xx', 2],
      ['POST', '/v1/checks', '4xx', 1],
      ['POST', '/check/:token/code', '5xx', 1],
      ['any', 'unknown', '4xx', 2],
    ]);
  });
});
