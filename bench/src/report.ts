import { arch, cpus, platform } from 'node:os';
import type { CleanUpRow } from './clean-up.ts';
import type { Costs } from './costs.ts';
import type { Row } from './measure.ts';
import type { NotRequiredRow } from './not-required.ts';
import type { Kind } from './shots.ts';

export interface Ceiling {
  connections: number;
  perSecond: number;
}

export interface Report {
  at: string;
  machine: { node: string; platform: string; cpu: string; cores: number };
  quick: boolean;
  /** Requests per second of the load generator against plain sockets that only echo. */
  ceiling: Ceiling[];
  costs: Costs | undefined;
  rows: Row[];
  notRequired: NotRequiredRow[];
  cleanUp: CleanUpRow[];
}

export const machine = (): Report['machine'] => ({
  node: process.version,
  platform: `${platform()} ${arch()}`,
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
});

const names: Record<Kind, string> = {
  wrong: 'wrong code',
  right: 'right code, with receipt',
  search: 'first wrong code (clock search)',
};

const COLUMNS = [
  ['answers', 33],
  ['conns', 6],
  ['ours/s', 8],
  ['bare/s', 8],
  ['ratio', 7],
  ['p50 ms', 8],
  ['p99 ms', 8],
  ['bare p50', 9],
  ['bare p99', 9],
  ['batch', 7],
] as const;

export const heading = (): string => line(COLUMNS.map(([name]) => name));

export function rowLine(row: Row): string {
  const { bare, batch } = row;
  return line([
    names[row.kind],
    String(row.connections),
    row.perSecond.toFixed(0),
    bare.perSecond.toFixed(0),
    row.ratio.toFixed(2),
    ...[row.p50, row.p99, bare.p50, bare.p99].map((milliseconds) => milliseconds.toFixed(2)),
    batch.size.toFixed(1),
  ]);
}

const line = (cells: readonly string[]): string =>
  cells
    .map((cell, nth) => {
      const width = COLUMNS[nth]?.[1] ?? 0;
      return nth === 0 ? cell.padEnd(width) : cell.padStart(width);
    })
    .join('');

/** How many codes an answer is compared with: one or two accepted steps, and for a wrong one five before. */
const CODES = { wrong: 7, right: 2 };

/** Where the processor time of one answer goes, about: what the known parts leave over is the database. */
export function limits(rows: readonly Row[], costs: Costs): string[] {
  const busiest = Math.max(...rows.map(({ connections }) => connections));
  const busy = rows.filter(({ connections }) => connections === busiest);
  const wrong = busy.find(({ kind }) => kind === 'wrong')?.cpuMicroseconds ?? 0;
  return busy.map((row) => {
    const cpu = row.cpuMicroseconds.toFixed(0);
    const parts =
      row.kind === 'search'
        ? `${(row.cpuMicroseconds - wrong).toFixed(0)} more than any other wrong code: the search of 380 steps`
        : partsOf(row, CODES[row.kind], costs);
    return `${row.database}, ${names[row.kind]}, ${busiest} connections: server CPU ${cpu} µs an answer, about ${parts}`;
  });
}

function partsOf(row: Row, codes: number, costs: Costs): string {
  const http = row.bare.cpuMicroseconds;
  const judging = costs.openSeed + codes * costs.code + costs.wrongCodeKey;
  const rest = Math.max(0, row.cpuMicroseconds - http - judging);
  const part = (name: string, cost: number) =>
    `${name} ${cost.toFixed(0)} (${Math.round((cost / row.cpuMicroseconds) * 100)} %)`;
  return [
    part(row.kind === 'right' ? 'HTTP and signature' : 'HTTP', http),
    `+ ${part('seed and codes', judging)} + ${part('statements, commit and rows', rest)};`,
    `a batch of ${row.batch.size.toFixed(0)} takes ${row.batch.milliseconds.toFixed(1)} ms from gathering to`,
    `commit, ${Math.round(row.batch.share * 100)} % of the time`,
  ].join(' ');
}

export const costLine = (costs: Costs): string =>
  [
    `Alone, here and now: open a seed ${costs.openSeed.toFixed(1)} µs, one code ${costs.code.toFixed(2)} µs,`,
    `keyed hash ${costs.wrongCodeKey.toFixed(1)} µs, ES256 signature ${costs.signature.toFixed(0)} µs,`,
    `write and fdatasync of 4 kB ${costs.flush4k.toFixed(0)} µs, of 256 kB ${costs.flush256k.toFixed(0)} µs`,
  ].join(' ');

/** `SQLite, not required, 64 connections: 1,000 past checks 5,100/s, 1,000,000 past checks 5,000/s, ratio 0.98 (aim 0.85)` */
export function notRequiredLine({ database, connections, few, many, ratio }: NotRequiredRow): string {
  const rates = [few, many].map(
    ({ past, perSecond, p99 }) =>
      `${past.toLocaleString('en')} past checks ${perSecond.toFixed(0)}/s (p99 ${p99.toFixed(1)} ms)`,
  );
  return `${database}, not required, ${connections} connections: ${rates.join(', ')}, ratio ${ratio.toFixed(2)} (aim 0.85)`;
}

/** `SQLite, clean-up, wrong code, 8 connections: p50 1.1 → 1.2 ms, p99 2.1 → 3.0 ms, …, ratio of p99 1.43 (bound 2)` */
export function cleanUpLine({ database, kind, connections, before, during, ...row }: CleanUpRow): string {
  const both = (figure: 'p50' | 'p99') =>
    `${figure} ${before[figure].toFixed(1)} → ${during[figure].toFixed(1)} ms`;
  const rates = `${before.perSecond.toFixed(0)}/s → ${during.perSecond.toFixed(0)}/s`;
  const what = `${database}, clean-up, ${names[kind]}, ${connections} connections`;
  const cleaned = `${row.cleanedPerSecond.toFixed(0)} rows/s cleaned`;
  return `${what}: ${both('p50')}, ${both('p99')}, ${rates}, ${cleaned}, ratio of p99 ${row.ratio.toFixed(2)} (bound 2)`;
}
