import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS, type MetricRow } from './table.ts';

const rows: MetricRow[] = Object.values(METRICS);
const guide = readFileSync(new URL('../../../../docs/guides/operate.md', import.meta.url), 'utf8');

const line = ({ name, type, labels = {}, help }: MetricRow): string =>
  `| \`${name}\` | ${type} | ${Object.keys(labels)
    .map((label) => `\`${label}\``)
    .join(', ')} | ${help} |`.replace('|  |', '| |');

describe('O-6 the table of metrics', () => {
  it('O-6 names follow Prometheus: base units, counters end with _total, each once', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    for (const { name, type } of rows) {
      expect(name).toMatch(/^motp_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(name).not.toMatch(/_(ms|milliseconds|minutes|bucket|sum|count)$/);
    }
  });

  it('O-6 no label names a person, a number, a check or an institution', () => {
    const labels = new Set(rows.flatMap((row) => Object.keys(row.labels ?? {})));
    expect([...labels].sort()).toEqual([
      ...['because', 'decision', 'limit', 'method', 'outcome', 'proof', 'provider', 'reason', 'result'],
      ...['route', 'state', 'status', 'version', 'work'],
    ]);
  });

  it('O-6 the guide lists every metric as it is, and no other', () => {
    const section = /^## Metrics · 지표$([\s\S]*?)^## /m.exec(guide)?.[1] ?? '';
    const listed = section.split('\n').filter((each) => each.startsWith('| `motp_'));
    expect(listed).toEqual(rows.map(line));
  });
});
