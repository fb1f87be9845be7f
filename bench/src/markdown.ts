import { aimsOf } from './aims.ts';
import { median } from './figures.ts';
import { costLine, limitsOf } from './limits.ts';
import type { DatabaseName } from './measure.ts';
import type { Report } from './report.ts';
import {
  attackLine,
  cleanUpTable,
  codesTable,
  notRequiredTable,
  othersTable,
  scaleTable,
  sitesTable,
} from './tables.ts';

interface Chapter {
  title: string;
  /** Its tables, from a report of one database; none when the part was not run. */
  tables(report: Report): string[];
}

const CHAPTERS: readonly Chapter[] = [
  {
    title: 'the bare handler and better-auth',
    tables: ({ others }) => [
      ...filled(others, othersTable),
      ...others.filter(({ kind, who }) => kind === 'attack' && who === 'ours').map(attackLine),
    ],
  },
  {
    title: 'by connections',
    tables: ({ codes, costs }) => [
      ...filled(codes, codesTable),
      ...(costs ? filled(codes, (rows) => limitsOf(rows, costs).join('\n')) : []),
    ],
  },
  {
    title: 'by registered people',
    tables: ({ scale, sites }) => [...filled(scale, scaleTable), ...filled(sites, sitesTable)],
  },
  {
    title: 'a question that is not required',
    tables: ({ notRequired }) => filled(notRequired, notRequiredTable),
  },
  {
    title: 'while old rows are cleaned up',
    tables: ({ cleanUp }) => filled(cleanUp, cleanUpTable),
  },
];

const filled = <Row>(rows: readonly Row[], text: (rows: readonly Row[]) => string): string[] =>
  rows.length === 0 ? [] : [text(rows)];

/** All tables of one database: what a run says, and what it writes for docs/performance.md. */
export function tablesOf(report: Report, database: DatabaseName): string {
  const mine = onlyOf(report, database);
  const chapters = CHAPTERS.flatMap(({ title, tables }) => {
    const texts = tables(mine);
    return texts.length === 0 ? [] : [`### ${database}: ${title}`, ...texts];
  });
  return [...chapters, aimsOf(mine).join('\n'), ...strangersLine(mine)]
    .filter((text) => text !== '')
    .join('\n\n');
}

/** Only SQLite tells: with PostgreSQL its own work is among the rest. */
function strangersLine({ others, codes, scale }: Report): string[] {
  const all = [...others, ...scale].map((row) => row.figures).concat(codes.map(({ ours }) => ours));
  const isSqlite = [...others, ...scale, ...codes].every(({ database }) => database === 'SQLite');
  if (all.length === 0 || !isSqlite) return [];
  const rest = median(all.map(({ cores }) => cores.rest));
  const told = `Neither server nor generator: ${rest.toFixed(2)} cores (median).`;
  return [rest > FREE_CORES ? `${told} **The machine was not free.**` : told];
}

/** What the system itself takes beside a bench. */
const FREE_CORES = 0.3;

export function markdownOf(report: Report, databases: readonly DatabaseName[]): string {
  const tables = databases.map((database) => tablesOf(report, database));
  return `${[headOf(report), ...tables, ...(report.costs ? [costLine(report.costs)] : [])].join('\n\n')}\n`;
}

const FROM = '<!-- figures:';
const TO = '<!-- end of figures -->';

/** Puts the tables between the marks of a page, or makes a page of them. @param page what the file holds, if it is there */
export function pageWith(tables: string, page: string | undefined): string {
  const from = page?.indexOf(FROM) ?? -1;
  const to = page?.indexOf(TO, from) ?? -1;
  if (page === undefined || from < 0 || to < 0) return tables;
  const start = page.indexOf('-->', from) + '-->'.length;
  return `${page.slice(0, start)}\n\n${tables}\n${page.slice(to)}`;
}

export function headOf({ at, machine, ceiling, quick }: Report): string {
  const { node, platform, cpu, cores, memoryGigabytes } = machine;
  const told = ceiling
    .map(({ connections, perSecond }) => `${Math.round(perSecond)} (${connections})`)
    .join(', ');
  return [
    `${at.slice(0, 16).replace('T', ' ')} UTC, Node ${node}, ${platform}, ${cores} cores (${cpu}), ${memoryGigabytes} GB.`,
    `The load generator alone, requests a second (connections): ${told}.`,
    ...(quick ? ['A smoke run: its figures mean little.'] : []),
  ].join(' ');
}

const onlyOf = (report: Report, database: DatabaseName): Report => ({
  ...report,
  codes: report.codes.filter((row) => row.database === database),
  others: report.others.filter((row) => row.database === database),
  sites: report.sites.filter((row) => row.database === database),
  scale: report.scale.filter((row) => row.database === database),
  notRequired: report.notRequired.filter((row) => row.database === database),
  cleanUp: report.cleanUp.filter((row) => row.database === database),
});
