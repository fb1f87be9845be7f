import type { Figures } from './measure.ts';
import type { CleanUpRow, CodesRow, NotRequiredRow, OthersRow, ScaleRow, ScaleSite } from './rows.ts';
import type { Kind } from './shots.ts';

/** A column: its name and what a row shows in it. The first is text, the others are numbers. */
type Columns<Row> = readonly (readonly [name: string, cell: (row: Row) => string])[];

/** A Markdown table, aligned, so that it can be read in a terminal too. */
function table<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map(([, cell]) => cell(row)));
  const widths = columns.map(([name], nth) =>
    Math.max(3, ...[name, ...cells.map((row) => row[nth] ?? '')].map(({ length }) => length)),
  );
  const padded = (texts: readonly string[]) =>
    texts.map((text, nth) => (nth === 0 ? text.padEnd(widths[nth] ?? 0) : text.padStart(widths[nth] ?? 0)));
  const rule = widths.map((width, nth) => (nth === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const line = (texts: readonly string[]) => `| ${texts.join(' | ')} |`;
  return [padded(columns.map(([name]) => name)), rule, ...cells.map(padded)].map(line).join('\n');
}

const whole = (number: number): string => Math.round(number).toLocaleString('en');
const fixed = (digits: number) => (number: number) => number.toFixed(digits);
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

const kinds: Record<Kind, string> = {
  wrong: 'wrong code',
  right: 'right code',
  attack: 'attack, 90 % wrong',
  search: 'first wrong code of a check',
};

const bareNames: Record<Kind, string> = {
  wrong: 'bare handler',
  right: 'bare handler, one ES256 signature',
  attack: 'bare handler, a signature every tenth',
  search: 'bare handler',
};

const nameOf = ({ who, kind }: OthersRow): string =>
  who === 'bare' ? bareNames[kind] : `${who}: ${kinds[kind]}`;

const rates = <Row>(figures: (row: Row) => Figures): Columns<Row> => [
  ['/s', (row) => whole(figures(row).perSecond)],
  ['p50 ms', (row) => fixed(2)(figures(row).p50)],
  ['p99 ms', (row) => fixed(2)(figures(row).p99)],
];

export const othersTable = (rows: readonly OthersRow[]): string =>
  table<OthersRow>(
    [
      ['64 connections', nameOf],
      ...rates<OthersRow>(({ figures }) => figures),
      ['of bare', ({ ofBare }) => fixed(2)(ofBare)],
      [
        '× better-auth',
        ({ timesBetterAuth }) => (timesBetterAuth === undefined ? '' : fixed(1)(timesBetterAuth)),
      ],
      ['CPU µs each', ({ figures }) => whole(figures.cpuMicroseconds)],
      ['memory MB', ({ figures }) => whole(figures.rssMegabytes)],
      ['cores: server', ({ figures }) => fixed(2)(figures.cores.server)],
      ['generator', ({ figures }) => fixed(2)(figures.cores.generator)],
      ['rest', ({ figures }) => fixed(2)(figures.cores.rest)],
    ],
    rows,
  );

export const codesTable = (rows: readonly CodesRow[]): string =>
  table<CodesRow>(
    [
      ['answers', ({ kind }) => kinds[kind]],
      ['connections', ({ connections }) => String(connections)],
      ['ours/s', ({ ours }) => whole(ours.perSecond)],
      ['bare/s', ({ bare }) => whole(bare.perSecond)],
      ['ratio', ({ ratio }) => fixed(2)(ratio)],
      ['p50 ms', ({ ours }) => fixed(2)(ours.p50)],
      ['p99 ms', ({ ours }) => fixed(2)(ours.p99)],
      ['bare p50', ({ bare }) => fixed(2)(bare.p50)],
      ['bare p99', ({ bare }) => fixed(2)(bare.p99)],
      ['answers per commit', ({ batch }) => whole(batch.size)],
    ],
    rows,
  );

export const scaleTable = (rows: readonly ScaleRow[]): string =>
  table<ScaleRow>(
    [
      ['64 connections', ({ kind }) => kinds[kind]],
      ['registered', ({ registered }) => whole(registered)],
      ...rates<ScaleRow>(({ figures }) => figures),
      ['time, smallest = 1', ({ growth }) => fixed(2)(growth)],
      ['CPU µs each', ({ figures }) => whole(figures.cpuMicroseconds)],
    ],
    rows,
  );

export const sitesTable = (rows: readonly ScaleSite[]): string =>
  table<ScaleSite>(
    [
      ['registered', ({ registered }) => whole(registered)],
      ['database MB', ({ databaseMegabytes }) => whole(databaseMegabytes)],
      ['filled in s', ({ fillSeconds }) => fixed(fillSeconds < 10 ? 1 : 0)(fillSeconds)],
      ['server memory MB', ({ rssMegabytes }) => whole(rssMegabytes)],
      ['first 1,000 wrong codes /s', ({ first }) => whole(first.perSecond)],
      ['their p50 ms', ({ first }) => fixed(2)(first.p50)],
      ['their p99 ms', ({ first }) => fixed(2)(first.p99)],
    ],
    rows,
  );

export const cleanUpTable = (rows: readonly CleanUpRow[]): string =>
  table<CleanUpRow>(
    [
      ['beside a clean-up', ({ kind }) => kinds[kind]],
      ['connections', ({ connections }) => String(connections)],
      ['before /s', ({ before }) => whole(before.perSecond)],
      ['p99 ms', ({ before }) => fixed(2)(before.p99)],
      ['during /s', ({ during }) => whole(during.perSecond)],
      ['p99 ms', ({ during }) => fixed(2)(during.p99)],
      ['p99 ratio (aim 2)', ({ ratio }) => fixed(2)(ratio)],
      ['rows cleaned /s', ({ cleanedPerSecond }) => whole(cleanedPerSecond)],
    ],
    rows,
  );

export const notRequiredTable = (rows: readonly NotRequiredRow[]): string =>
  table<NotRequiredRow>(
    [
      ['not required', ({ connections }) => `${connections} connections`],
      ['past checks', ({ few }) => whole(few.past)],
      ['/s', ({ few }) => whole(few.perSecond)],
      ['p99 ms', ({ few }) => fixed(1)(few.p99)],
      ['past checks', ({ many }) => whole(many.past)],
      ['/s', ({ many }) => whole(many.perSecond)],
      ['p99 ms', ({ many }) => fixed(1)(many.p99)],
      ['ratio (aim 0.85)', ({ ratio }) => fixed(2)(ratio)],
    ],
    rows,
  );

/** `SQLite, attack: wrong-code 44 %, locked 46 %, passed 10 %; 880 right answers a second` */
export function attackLine({ database, figures }: Pick<OthersRow, 'database' | 'figures'>): string {
  const mix = Object.entries(figures.outcomes).map(([outcome, share]) => `${outcome} ${percent(share)}`);
  const right = whole(figures.perSecond * (figures.outcomes.passed ?? 0));
  return `${database}, attack: ${mix.join(', ')}; ${right} right answers a second.`;
}
