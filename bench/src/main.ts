import { type ChildProcess, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type PostgresServer, startPostgres } from '../../test/support/postgres-server.ts';
import { type BarePorts, serveBare } from './bare-server.ts';
import { measureCleanUp } from './clean-up.ts';
import { measureCosts } from './costs.ts';
import { codeShot, fire } from './load.ts';
import { measureRow, type Plan, type Row } from './measure.ts';
import { measureNotRequired } from './not-required.ts';
import type { OldRows } from './old-rows.ts';
import { startProduct } from './product.ts';
import {
  type Ceiling,
  cleanUpLine,
  costLine,
  heading,
  limits,
  machine,
  notRequiredLine,
  type Report,
  rowLine,
} from './report.ts';
import type { Kind } from './shots.ts';

const KINDS: readonly Kind[] = ['wrong', 'right', 'search'];
const CONNECTIONS = [1, 8, 64];

const PARTS = ['codes', 'not-required', 'clean-up'] as const;
type Part = (typeof PARTS)[number];

interface Wanted extends Plan {
  only: Part | undefined;
  people: number;
  databases: readonly Row['database'][];
  warmUpMilliseconds: number;
  /** Past checks of the two databases that a question which is not required is put to. */
  past: readonly [number, number];
  /** What is over its time while answers are measured. */
  old: OldRows;
}

const thorough = {
  rounds: 3,
  milliseconds: 800,
  people: 12_000,
  warmUpMilliseconds: 1_500,
  past: [1_000, 1_000_000],
  old: { evidence: 500_000, persons: 100_000, events: 1_000_000 },
} as const;
const quick = {
  rounds: 1,
  milliseconds: 250,
  people: 4_000,
  warmUpMilliseconds: 250,
  past: [1_000, 50_000],
  old: { evidence: 50_000, persons: 10_000, events: 100_000 },
} as const;

const say = (text: string) => process.stdout.write(`${text}\n`);
/** Progress goes to stderr, so that stdout is the table alone. */
const progress = (text: string) => process.stderr.write(`${text}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      database: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const databases = (['SQLite', 'PostgreSQL'] as const).filter(
    (name) => values.database === undefined || name.toLowerCase() === values.database.toLowerCase(),
  );
  if (databases.length === 0) throw new Error('--database takes sqlite or postgresql');
  const { only } = values;
  const part = PARTS.find((each) => each === only);
  if (only !== undefined && part === undefined) throw new Error(`--only takes ${PARTS.join(', ')}`);
  const report = await bench({ ...(values.quick ? quick : thorough), databases, only: part }, values.quick);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}

async function bench(wanted: Wanted, isQuick: boolean): Promise<Report> {
  const { child, ports } = await startBare();
  try {
    const report: Report = {
      at: new Date().toISOString(),
      machine: machine(),
      quick: isQuick,
      ceiling: await ceilings(ports, wanted),
      costs: undefined,
      rows: [],
      notRequired: [],
      cleanUp: [],
    };
    for (const database of wanted.databases) {
      const postgres = database === 'PostgreSQL' ? await startDurablePostgres() : undefined;
      try {
        const isWanted = (part: Part) => wanted.only === undefined || wanted.only === part;
        if (isWanted('codes')) await measureCodes(database, postgres?.url, ports, wanted, report);
        if (isWanted('not-required')) await measureQuestions(database, postgres?.url, wanted, report);
        if (isWanted('clean-up')) await measureCleaning(database, postgres?.url, wanted, report);
      } finally {
        await postgres?.stop();
      }
    }
    return report;
  } finally {
    child.kill();
  }
}

async function startBare(): Promise<{ child: ChildProcess; ports: BarePorts }> {
  const child = fork(fileURLToPath(import.meta.url), ['--bare']);
  process.once('exit', () => child.kill());
  const ports = await new Promise<BarePorts>((resolve, reject) => {
    child.once('message', (message) => resolve(message as BarePorts));
    child.once('exit', (code) => reject(new Error(`the bare server ended with ${code}`)));
  });
  return { child, ports };
}

async function ceilings(ports: BarePorts, { milliseconds }: Plan): Promise<Ceiling[]> {
  const shots = [codeShot(`/check/${'a'.repeat(43)}/code`, '123456')];
  const all: Ceiling[] = [];
  for (const connections of CONNECTIONS) {
    const aim = { port: ports.ceiling, connections, shots, isEndless: true, milliseconds };
    all.push({ connections, perSecond: (await fire(aim)).perSecond });
  }
  const told = all
    .map(({ connections, perSecond }) => `${Math.round(perSecond)} (${connections})`)
    .join(', ');
  say(`The load generator alone, requests a second (connections): ${told}`);
  return all;
}

async function measureCodes(
  database: Row['database'],
  url: string | undefined,
  bare: BarePorts,
  wanted: Wanted,
  report: Report,
): Promise<void> {
  progress(`… ${database}: registering ${wanted.people} people and opening their checks`);
  const product = await startProduct(url, wanted.people, (loaded) => {
    if (loaded % 4_000 === 0) progress(`… ${database}: ${loaded} of ${wanted.people}`);
  });
  try {
    report.costs ??= measureCosts(product.folder);
    const warm = { rounds: 2, milliseconds: wanted.warmUpMilliseconds };
    for (const kind of KINDS) await measureRow(product, bare, { database, kind, connections: 64 }, warm);
    const rows: Row[] = [];
    say(`\n${database}, durable commits\n${heading()}`);
    for (const kind of KINDS) {
      for (const connections of CONNECTIONS) {
        const row = await measureRow(product, bare, { database, kind, connections }, wanted);
        rows.push(row);
        say(rowLine(row));
      }
    }
    say(['', ...limits(rows, report.costs), costLine(report.costs)].join('\n'));
    report.rows.push(...rows);
  } finally {
    await product.stop();
  }
}

async function measureQuestions(
  database: Row['database'],
  url: string | undefined,
  wanted: Wanted,
  report: Report,
): Promise<void> {
  const rows = await measureNotRequired({ database, url, plan: wanted, past: wanted.past, progress });
  say(['', ...rows.map(notRequiredLine)].join('\n'));
  report.notRequired.push(...rows);
}

async function measureCleaning(
  database: Row['database'],
  url: string | undefined,
  wanted: Wanted,
  report: Report,
): Promise<void> {
  const { people, old } = wanted;
  const rows = await measureCleanUp({ database, url, plan: wanted, people, old, progress });
  say(['', ...rows.map(cleanUpLine)].join('\n'));
  report.cleanUp.push(...rows);
}

/** As in use: nothing is answered before it is on the disk. */
const startDurablePostgres = (): Promise<PostgresServer> =>
  startPostgres(['fsync=on', 'full_page_writes=on', 'synchronous_commit=on']);

if (process.argv[2] === '--bare') process.send?.(await serveBare());
else {
  await main().catch((error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  });
}
