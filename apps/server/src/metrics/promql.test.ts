import { describe, expect, it } from 'vitest';
import { selectorsOf } from './promql.fixture.ts';

describe('O-6 what an expression reads', () => {
  it.each([
    ['up', [{ metric: 'up', labels: [], equal: {} }]],
    [
      'sum by (outcome) (rate(a_total{outcome!="passed", job=~"$job"}[$__rate_interval]))',
      [{ metric: 'a_total', labels: ['outcome', 'job', 'outcome'], equal: { outcome: 'passed' } }],
    ],
    [
      'histogram_quantile(0.99, sum by (le, route) (rate(a_seconds_bucket[5m]))) > 0.5',
      [{ metric: 'a_seconds_bucket', labels: ['le', 'route'], equal: {} }],
    ],
    [
      'max by (a) (sum by (b) (x{c="1"})) / on (a) y or absent(z)',
      [
        { metric: 'x', labels: ['c', 'b'], equal: { c: '1' } },
        { metric: 'y', labels: [], equal: {} },
        { metric: 'z', labels: [], equal: {} },
      ],
    ],
    ['time() - 5 * 60', []],
  ])('O-6 %s', (expression, selectors) => {
    expect(selectorsOf(expression)).toEqual(selectors);
  });

  it.each(['sum by (', 'rate(a_total)[', 'a_total{outcome}', 'a b'])('O-6 “%s” is refused', (expression) => {
    expect(() => selectorsOf(expression)).toThrow('not PromQL');
  });
});
