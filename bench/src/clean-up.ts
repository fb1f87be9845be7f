import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../apps/server/src/db/open.ts';
import { setRetention } from '../../apps/server/src/institutions/set-retention.ts';
import { readKeyFile } from '../../apps/server/src/keys/key-file.ts';
import { openKeyring } from '../../apps/server/src/keys/keyring.ts';
import { realWorld } from '../../apps/server/src/world.ts';
import { removeFolder, runMotp, startServer } from '../../test/support/processes.ts';
import { type Answering, openChecks } from './answering.ts';
import { ours } from './contestants.ts';
import { median } from './figures.ts';
import { fill } from './fill.ts';
import { figuresOf, inTurn, type Round } from './measure.ts';
import { loadOldRows } from './old-rows.ts';
import { ownFolder } from './own-folder.ts';
import { INSTITUTION } from './people.ts';
import { progress, progressBar } from './progress.ts';
import type { CleanUpRow } from './rows.ts';
import { startSealingThread } from './sealing-thread.ts';
import type { Setting } from './setting.ts';

const KINDS = ['wrong', 'right'] as const;
const CONNECTIONS = [8, 64];
/** A p99 wants more answers than a rate. */
const LONGER = 2;

interface Site extends Answering {
  database: Database;
  folder: string;
  env: Record<string, string>;
}

interface Measured extends Pick<CleanUpRow, 'kind' | 'connections' | 'cleanedPerSecond'> {
  rounds: readonly Round[];
}

/**
 * One database; in turn a server for which nothing in it is over its time, and one for which everything old is. Both
 * begin to clean up when they start, so that what the machine does meanwhile falls on both.
 */
export async function measureCleanUp(setting: Setting): Promise<void> {
  const { database, sizes, report } = setting;
  const site = await prepare(setting);
  try {
    const before: Measured[] = [];
    const during: Measured[] = [];
    for (let round = 0; round < sizes.rounds; round++) {
      progress(`… ${database}: clean-up, round ${round + 1} of ${sizes.rounds}`);
      before.push(...(await measureServer(site, setting, { years: 10, audit: '10' })));
      during.push(...(await measureServer(site, setting, { years: 1, audit: '2' })));
    }
    for (const kind of KINDS) {
      for (const connections of CONNECTIONS) {
        const own = (all: readonly Measured[]) =>
          all.filter((each) => each.kind === kind && each.connections === connections);
        report.cleanUp.push({ database, kind, connections, ...summary(own(before), own(during)) });
      }
    }
  } finally {
    await site.database.close();
    await removeFolder(site.folder);
  }
}

function summary(before: readonly Measured[], during: readonly Measured[]) {
  const p99 = ({ rounds }: Measured) => figuresOf(rounds).p99;
  return {
    before: figuresOf(before.flatMap(({ rounds }) => rounds)),
    during: figuresOf(during.flatMap(({ rounds }) => rounds)),
    ratio: median(during.map((each, nth) => p99(each) / (before[nth] ? p99(before[nth]) : Number.NaN))),
    cleanedPerSecond: median(during.map(({ cleanedPerSecond }) => cleanedPerSecond)),
  };
}

async function measureServer(
  site: Site,
  { sizes }: Setting,
  { years, audit }: { years: number; audit: string },
): Promise<Measured[]> {
  const { database, folder, env } = site;
  await setRetention({ database, world: realWorld }, { id: INSTITUTION, years, actor: 'command' });
  const server = await startServer('serve', { folder, env: { ...env, MOTP_AUDIT_YEARS: audit } });
  const contestant = ours({ ...site, port: server.port });
  try {
    const warm = { rounds: 1, milliseconds: sizes.warmUpMilliseconds };
    await inTurn([contestant], { ...warm, kind: 'wrong', connections: 64 });
    const all: Measured[] = [];
    for (const kind of KINDS) {
      for (const connections of CONNECTIONS) {
        const cleaned = await cleanedSoFar(database);
        const began = performance.now();
        const shape = { kind, connections, rounds: 1, milliseconds: LONGER * sizes.milliseconds };
        const [rounds = []] = await inTurn([contestant], shape);
        const seconds = (performance.now() - began) / 1000;
        const cleanedPerSecond = ((await cleanedSoFar(database)) - cleaned) / seconds;
        if (years === 1 && cleanedPerSecond === 0) throw new Error('nothing was left to clean up');
        all.push({ kind, connections, rounds, cleanedPerSecond });
      }
    }
    return all;
  } finally {
    await server.stop();
  }
}

async function cleanedSoFar(database: Database): Promise<number> {
  const { rows } = await sql<{
    all: number | null;
  }>`select sum(cleaned) as "all" from retention_tally`.execute(database.sql);
  return Number(rows[0]?.all ?? 0);
}

async function prepare({ database: name, newDatabase, sizes }: Setting): Promise<Site> {
  const folder = await ownFolder();
  const url = (await newDatabase('clean_up')) ?? `sqlite:${join(folder, 'motp.db')}`;
  const env = {
    MOTP_DATABASE: url,
    MOTP_SMS: 'webhook',
    MOTP_SMS_WEBHOOK_URL: 'http://127.0.0.1:9/',
    MOTP_TRUSTED_PROXIES: '127.0.0.1',
  };
  for (const command of [['key', 'new', '--out', 'data/master.key'], ['migrate']]) {
    const { code, stderr } = await runMotp(command, folder, env);
    if (code !== 0) throw new Error(`motp ${command.join(' ')} failed:\n${stderr}`);
  }
  const keyFile = join(folder, 'data/master.key');
  const database = openDatabase(url);
  const thread = startSealingThread(fileURLToPath(import.meta.url), keyFile);
  const population = await fill(database, thread.seal, sizes.people).finally(() => thread.end());
  const { evidence, persons, events } = sizes.old;
  const bar = progressBar(`${name}, old rows`, evidence + persons + events);
  await loadOldRows(database, INSTITUTION, sizes.old, bar.at);
  bar.end();
  const keyring = openKeyring(readKeyFile(keyFile), realWorld.random);
  return { database, folder, env, ...(await openChecks(database, keyring, population, sizes.people)) };
}
