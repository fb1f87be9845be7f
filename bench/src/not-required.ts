import { join } from 'node:path';
import { openDatabase } from '../../apps/server/src/db/open.ts';
import { addInstitution } from '../../apps/server/src/institutions/add-institution.ts';
import { realWorld } from '../../apps/server/src/world.ts';
import { type RunningServer, removeFolder, runMotp, startServer } from '../../test/support/processes.ts';
import { median } from './figures.ts';
import { fire, type Measured, type Shot } from './load.ts';
import { refuseOthers } from './measure.ts';
import { ownFolder } from './own-folder.ts';
import { COURSE, LAST_LESSON, learnerName, loadPastChecks } from './past-checks.ts';
import { progressBar } from './progress.ts';
import type { NotRequiredRow, PastFigures } from './rows.ts';
import type { Setting } from './setting.ts';

interface Site {
  past: number;
  server: RunningServer;
  shots: Shot[];
}

const CONNECTIONS = [8, 64];
const SHOTS = 20_000;
const WARM_UP = { connections: 64, milliseconds: 1_000 };

/** Two servers, each over a database of its own; asked in turn, so that what the machine does falls on both. */
export async function measureNotRequired(setting: Setting): Promise<void> {
  const sites: Site[] = [];
  try {
    for (const past of setting.sizes.past) sites.push(await startSite(setting, past));
    const [few, many] = sites;
    if (!few || !many) throw new Error('two databases are compared');
    for (const site of sites) await ask(site, WARM_UP);
    for (const connections of CONNECTIONS) {
      setting.report.notRequired.push(await compare(few, many, connections, setting));
    }
  } finally {
    for (const { server } of sites) {
      await server.stop();
      await removeFolder(server.folder);
    }
  }
}

async function compare(
  few: Site,
  many: Site,
  connections: number,
  { database, sizes: { rounds, milliseconds } }: Setting,
): Promise<NotRequiredRow> {
  const measured: [Measured, Measured][] = [];
  const aim = { connections, milliseconds };
  for (let round = 0; round < rounds; round++) {
    measured.push([await ask(few, aim), await ask(many, aim)]);
    // Who goes second finds the machine warmer: the other way round as well.
    const second = await ask(many, aim);
    measured.push([await ask(few, aim), second]);
  }
  const figures = ({ past }: Site, all: readonly Measured[]): PastFigures => ({
    past,
    perSecond: median(all.map(({ perSecond }) => perSecond)),
    p50: median(all.map(({ p50 }) => p50)),
    p99: median(all.map(({ p99 }) => p99)),
  });
  return {
    ...{ database, connections },
    few: figures(
      few,
      measured.map(([one]) => one),
    ),
    many: figures(
      many,
      measured.map(([, other]) => other),
    ),
    ratio: median(measured.map(([one, other]) => other.perSecond / one.perSecond)),
  };
}

async function ask(
  { server, shots }: Site,
  aim: { connections: number; milliseconds: number },
): Promise<Measured> {
  const measured = await fire({ ...aim, port: server.port, shots, isEndless: true });
  refuseOthers(measured, ['not-required'], 'ours');
  return measured;
}

/** In demo mode, where the limit of openings per institution can be lifted: one institution asks everything. */
async function startSite({ database, newDatabase }: Setting, past: number): Promise<Site> {
  const folder = await ownFolder();
  const address = (await newDatabase(`past_${past}`)) ?? `sqlite:${join(folder, 'motp.db')}`;
  const env = { MOTP_MODE: 'demo', MOTP_LIMITS: 'off', MOTP_DATABASE: address };
  const { code, stderr } = await runMotp(['migrate'], folder, env);
  if (code !== 0) throw new Error(`motp migrate failed:\n${stderr}`);
  const opened = openDatabase(address);
  try {
    const institution = { id: 'bench', name: '한빛', origins: ['https://lms.example'] };
    const added = await addInstitution(opened, realWorld, institution);
    if (added.kind !== 'added') throw new Error(added.problems.join());
    const bar = progressBar(`${database}, past checks`, past);
    const learners = await loadPastChecks(opened, added.id, past, bar.at);
    bar.end();
    const server = await startServer('serve', { folder, env });
    return { past, server, shots: shotsOf(learners, added.apiKey) };
  } finally {
    await opened.close();
  }
}

/** Learners at random: those who study in one minute began months apart. */
function shotsOf(learners: number, apiKey: string): Shot[] {
  return Array.from({ length: SHOTS }, () => {
    const id = learnerName(Math.floor(Math.random() * learners));
    const body = JSON.stringify({
      learner: { id, name: 'Hong', phone: '010-1234-5678' },
      course: { id: COURSE, title: 'safety' },
      occasion: { kind: 'lesson', number: LAST_LESSON },
    });
    return { path: '/v1/checks', body, headers: `authorization: Bearer ${apiKey}\r\n` };
  });
}
