import { join } from 'node:path';
import { sql } from 'kysely';
import { progressBar } from '../../apps/server/src/cli/progress-bar.ts';
import { type Database, openDatabase } from '../../apps/server/src/db/open.ts';
import { setRetention } from '../../apps/server/src/institutions/set-retention.ts';
import { readKeyFile } from '../../apps/server/src/keys/key-file.ts';
import { openKeyring } from '../../apps/server/src/keys/keyring.ts';
import { realWorld } from '../../apps/server/src/world.ts';
import {
  type RunningServer,
  removeFolder,
  runMotp,
  startServer,
  temporaryFolder,
} from '../../test/support/processes.ts';
import { median } from './figures.ts';
import { codeShot, fire, type Measured } from './load.ts';
import { type Plan, type Row, refuseOthers } from './measure.ts';
import { loadOldRows, type OldRows } from './old-rows.ts';
import { INSTITUTION, loadPeople, type Person } from './people.ts';
import { putBack } from './product.ts';
import { answersOf, expectedOutcomes } from './shots.ts';

/** Answers while nothing is over its time, and while the server cleans up beside them. */
export interface CleanUpRow {
  database: Row['database'];
  kind: 'wrong' | 'right';
  connections: number;
  before: Figures;
  during: Figures;
  /** p99 during through p99 before, the median of the rounds. */
  ratio: number;
  /** Rows that the clean-up took in a second of answering, the median of the rounds. */
  cleanedPerSecond: number;
}

/** Medians over the rounds; milliseconds. */
interface Figures {
  perSecond: number;
  p50: number;
  p99: number;
}

interface Asked {
  database: Row['database'];
  /** Of the PostgreSQL server; undefined for SQLite. */
  url: string | undefined;
  plan: Plan;
  people: number;
  old: OldRows;
  progress: (text: string) => void;
}

const KINDS = ['wrong', 'right'] as const;
const CONNECTIONS = [8, 64];
/** A p99 wants more answers than a rate. */
const LONGER = 2;
const WARM_UP = { connections: 64, milliseconds: 1_500 };

interface Site {
  database: Database;
  folder: string;
  env: Record<string, string>;
  people: readonly Person[];
}

interface Round extends Omit<CleanUpRow, 'database' | 'before' | 'during' | 'ratio'> {
  measured: Measured;
}

/**
 * One database; in turn a server for which nothing in it is over its time, and one for which everything old is. Both
 * begin to clean up when they start, so that what the machine does meanwhile falls on both.
 */
export async function measureCleanUp(asked: Asked): Promise<CleanUpRow[]> {
  const site = await prepare(asked);
  try {
    const before: Round[] = [];
    const during: Round[] = [];
    for (let round = 0; round < asked.plan.rounds; round++) {
      before.push(...(await measureServer(site, asked, { years: 10, audit: '10' })));
      during.push(...(await measureServer(site, asked, { years: 1, audit: '2' })));
      asked.progress(`… ${asked.database}: clean-up, round ${round + 1} of ${asked.plan.rounds}`);
    }
    return KINDS.flatMap((kind) =>
      CONNECTIONS.map((connections) => {
        const own = (all: readonly Round[]) =>
          all.filter((each) => each.kind === kind && each.connections === connections);
        return { database: asked.database, kind, connections, ...summary(own(before), own(during)) };
      }),
    );
  } finally {
    await site.database.close();
    await removeFolder(site.folder);
  }
}

function summary(before: readonly Round[], during: readonly Round[]) {
  const figures = (rounds: readonly Round[]): Figures => ({
    perSecond: median(rounds.map(({ measured }) => measured.perSecond)),
    p50: median(rounds.map(({ measured }) => measured.p50)),
    p99: median(rounds.map(({ measured }) => measured.p99)),
  });
  return {
    before: figures(before),
    during: figures(during),
    ratio: median(
      during.map(({ measured }, nth) => measured.p99 / (before[nth]?.measured.p99 ?? Number.NaN)),
    ),
    cleanedPerSecond: median(during.map(({ cleanedPerSecond }) => cleanedPerSecond)),
  };
}

async function measureServer(
  site: Site,
  { plan }: Asked,
  { years, audit }: { years: number; audit: string },
): Promise<Round[]> {
  await setRetention(
    { database: site.database, world: realWorld },
    { id: INSTITUTION, years, actor: 'command' },
  );
  await putBack(site.database, 'wrong');
  const server = await startServer('serve', {
    folder: site.folder,
    env: { ...site.env, MOTP_AUDIT_YEARS: audit },
  });
  try {
    await ask(site, server, 'wrong', WARM_UP);
    const rounds: Round[] = [];
    for (const kind of KINDS) {
      for (const connections of CONNECTIONS) {
        await putBack(site.database, kind);
        const cleaned = await cleanedSoFar(site.database);
        const began = performance.now();
        const measured = await ask(site, server, kind, {
          connections,
          milliseconds: LONGER * plan.milliseconds,
        });
        const seconds = (performance.now() - began) / 1000;
        const cleanedPerSecond = ((await cleanedSoFar(site.database)) - cleaned) / seconds;
        if (years === 1 && cleanedPerSecond === 0) throw new Error('nothing was left to clean up');
        rounds.push({ kind, connections, measured, cleanedPerSecond });
      }
    }
    return rounds;
  } finally {
    await server.stop();
  }
}

async function ask(
  { people }: Site,
  { port }: RunningServer,
  kind: CleanUpRow['kind'],
  aim: { connections: number; milliseconds: number },
): Promise<Measured> {
  const shots = answersOf(kind, people, Date.now()).map(({ token, code }) =>
    codeShot(`/check/${token}/code`, code),
  );
  const measured = await fire({ ...aim, port, shots, isEndless: false });
  refuseOthers(measured, expectedOutcomes[kind]);
  return measured;
}

async function cleanedSoFar(database: Database): Promise<number> {
  const { rows } = await sql<{
    all: number | null;
  }>`select sum(cleaned) as "all" from retention_tally`.execute(database.sql);
  return Number(rows[0]?.all ?? 0);
}

async function prepare({ database: name, url, people: count, old, progress }: Asked): Promise<Site> {
  const folder = await temporaryFolder();
  const address = url === undefined ? `sqlite:${join(folder, 'motp.db')}` : await newDatabase(url);
  // Demo mode, where the limits can be lifted: one address gives thousands of wrong codes to the same checks.
  const env = { MOTP_MODE: 'demo', MOTP_LIMITS: 'off', MOTP_DATABASE: address };
  const { code, stderr } = await runMotp(['migrate'], folder, env);
  if (code !== 0) throw new Error(`motp migrate failed:\n${stderr}`);
  // A first start makes what a database has, and its institution is there before anything old.
  await (await startServer('serve', { folder, env })).stop();
  const database = openDatabase(address);
  const keyring = openKeyring(readKeyFile(join(folder, 'data/master.key')), realWorld.random);
  const total = old.evidence + old.persons + old.events;
  progress(
    `… ${name}: ${total.toLocaleString('en')} old rows, then ${count.toLocaleString('en')} open checks`,
  );
  const bar = progressBar(total, () => performance.now());
  let shown = 0;
  await loadOldRows(database, INSTITUTION, old, (loaded) => {
    bar.add(loaded - shown);
    shown = loaded;
  });
  bar.end();
  const people = await loadPeople(database, keyring, count, () => undefined);
  return { database, folder, env, people };
}

async function newDatabase(url: string): Promise<string> {
  const maintenance = openDatabase(url);
  try {
    await sql`create database clean_up`.execute(maintenance.sql);
  } finally {
    await maintenance.close();
  }
  const address = new URL(url);
  address.pathname = '/clean_up';
  return address.href;
}
