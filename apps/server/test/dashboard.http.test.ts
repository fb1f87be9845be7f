import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Certifier } from '../src/identity/certifier.fixture.ts';
import type { Exposition } from '../src/metrics/exposition.fixture.ts';
import { selectorsOf } from '../src/metrics/promql.fixture.ts';
import { METRICS } from '../src/metrics/table.ts';
import { scrape, traffic } from './support/metrics-traffic.ts';
import { startSystem } from './support/system.ts';

interface Target {
  expr: string;
  legendFormat: string;
  refId: string;
  datasource: object;
}

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: object;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
}

const file = (name: string) =>
  readFileSync(new URL(`../../../docs/grafana/${name}`, import.meta.url), 'utf8');
const dashboard = JSON.parse(file('motp.json')) as {
  __inputs: { name: string; type: string; pluginId: string }[];
  templating: { list: { name: string; type: string }[] };
  panels: Panel[];
};
const rules = (
  parse(file('alerts.yml')) as {
    groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
  }
).groups.flatMap((group) => group.rules);
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const targets = panels.flatMap((panel) => (panel.targets ?? []).map((target) => ({ panel, target })));

/** Labels that Prometheus adds itself. */
const ofPrometheus = ['job', 'instance'];

/** Metrics, labels and values of labels that an expression names and a scrape does not have. */
const unknownIn = (expr: string, { samples }: Exposition): string[] =>
  selectorsOf(expr).flatMap(({ metric, labels, equal }) => {
    if (metric === 'up') return labels.filter((label) => !ofPrometheus.includes(label));
    const series = samples.filter(({ name }) => name === metric);
    if (series.length === 0) return [metric];
    const own = (label: string) => !ofPrometheus.includes(label);
    const has = (label: string) => series.some((each) => Object.hasOwn(each.labels, label));
    const values = Object.entries(equal)
      .filter(([label, value]) => own(label) && !series.some((each) => each.labels[label] === value))
      .map(([label, value]) => `${metric}{${label}="${value}"}`);
    return [...labels.filter((label) => own(label) && !has(label)), ...values];
  });

describe('O-6 the dashboard and the alert rules', () => {
  it('O-6 every metric, label and value in them is in a scrape after real answers', async () => {
    const certifier = new Certifier({}, 'portone');
    const system = await startSystem('postgres', { providers: { phone: certifier } });
    let read: Exposition;
    try {
      await traffic(system, certifier);
      for (const isOk of [true, false]) system.metrics.ran('messages', isOk);
      read = await scrape(system);
    } finally {
      await system.close();
    }
    const unknown = (expr: string) => unknownIn(expr, read);
    const all = [...targets.map(({ target }) => target.expr), ...rules.map(({ expr }) => expr)];
    expect(all.flatMap(unknown)).toEqual([]);
    const used = new Set(all.flatMap((expr) => selectorsOf(expr).map(({ metric }) => metric)));
    expect(
      Object.values(METRICS).filter(({ name }) => ![...used].some((each) => each.startsWith(name))),
    ).toEqual([]);
    expect(unknown('rate(motp_answers_totals[5m])')).toEqual(['motp_answers_totals']);
    expect(unknown('sum by (route) (motp_answers_total{outcome="passt"})')).toEqual([
      'route',
      'motp_answers_total{outcome="passt"}',
    ]);
  });

  it('O-6 the dashboard can be imported: ids are unique, panels lie side by side, the datasource is asked for', () => {
    expect(dashboard.__inputs.map(({ name, type, pluginId }) => [name, type, pluginId])).toEqual([
      ['DS_PROMETHEUS', 'datasource', 'prometheus'],
    ]);
    expect(dashboard.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['DS_PROMETHEUS', 'datasource'],
      ['job', 'query'],
    ]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, nth) => `${x + (nth % w)} ${y + Math.floor(nth / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
    const datasource = { type: 'prometheus', uid: expect.stringMatching(/^\$\{DS_PROMETHEUS\}$/) };
    for (const panel of panels) {
      expect(panel.datasource).toEqual(datasource);
      expect(panel.title).not.toBe('');
      expect(panel.description).toMatch(/^[A-Z0-9].*\.$/);
      expect(panel.targets?.length).toBeGreaterThan(0);
    }
    for (const { panel, target } of targets) {
      expect(target.expr).not.toBe('');
      expect(target.datasource).toEqual(datasource);
      expect(panel.targets?.filter(({ refId }) => refId === target.refId)).toHaveLength(1);
      const kept = selectorsOf(target.expr).flatMap(({ labels }) => labels);
      for (const [, label] of target.legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(kept).toContain(label);
    }
  });

  it('O-6 every alert says in a sentence what to do', () => {
    expect(rules.map(({ alert }) => alert)).toEqual([
      ...[
        'MotpNoScrape',
        'MotpDatabaseAway',
        'MotpConnectionsExhausted',
        'MotpQueueGrowing',
        'MotpCommitSlow',
      ],
      ...['MotpMessagesStuck', 'MotpWebhooksStuck', 'MotpBackgroundFailing', 'MotpUnavailable'],
    ]);
    for (const { annotations } of rules) {
      expect(annotations.summary).toMatch(/[가-힣]/);
      expect(annotations.description).toMatch(/[가-힣]\. .*[a-z]\.$/);
    }
  });
});
