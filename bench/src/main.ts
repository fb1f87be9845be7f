import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BarePorts, serveBare } from './bare-server.ts';
import { measureCleanUp } from './clean-up.ts';
import { measureCodes } from './codes.ts';
import { codeShot, fire } from './load.ts';
import { headOf, markdownOf, pageWith, tablesOf } from './markdown.ts';
import type { DatabaseName } from './measure.ts';
import { measureNotRequired } from './not-required.ts';
import { measureOthers } from './others.ts';
import { type Ceiling, newReport, type Report } from './report.ts';
import { measureScale } from './scale.ts';
import { SEALING_ROLE, sealOnDemand } from './sealing-thread.ts';
import { quick, type Setting, type Sizes, startDatabaseServer, thorough } from './setting.ts';

/** What `--only` names, in the order in which it is measured. */
const PARTS: Readonly<Record<string, (setting: Setting) => Promise<void>>> = {
  codes: measureCodes,
  others: measureOthers,
  scale: measureScale,
  'not-required': measureNotRequired,
  'clean-up': measureCleanUp,
};

const DATABASES: readonly DatabaseName[] = ['SQLite', 'PostgreSQL'];
const BARE_ROLE = '--bare';

/** What this file is when it is started by itself: the bare server, or a thread of the loader. */
const ROLES: Readonly<Record<string, () => void | Promise<void>>> = {
  [BARE_ROLE]: async () => void process.send?.(await serveBare()),
  [SEALING_ROLE]: sealOnDemand,
};

const say = (text: string) => process.stdout.write(`${text}\n`);

interface Wanted {
  parts: readonly string[];
  databases: readonly DatabaseName[];
  isQuick: boolean;
  json: string | undefined;
  markdown: string | undefined;
}

/** @throws when an argument is not known */
function readArguments(): Wanted {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      markdown: { type: 'string' },
      quick: { type: 'boolean', default: false },
      database: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const parts = values.only?.split(',') ?? Object.keys(PARTS);
  const databases = DATABASES.filter((name) => [undefined, name.toLowerCase()].includes(values.database));
  if (databases.length === 0) throw new Error('--database takes sqlite or postgresql');
  if (parts.some((name) => !Object.hasOwn(PARTS, name))) {
    throw new Error(`--only takes ${Object.keys(PARTS).join(', ')}, or several with commas between`);
  }
  return { parts, databases, isQuick: values.quick, json: values.json, markdown: values.markdown };
}

async function bench({ parts, databases, isQuick, json, markdown }: Wanted): Promise<void> {
  const sizes = isQuick ? quick : thorough;
  const { child, ports } = await startBare();
  try {
    const report = newReport(isQuick, await ceilings(ports, sizes));
    say(headOf(report));
    // After each part: what was measured in half an hour is not lost by a later minute.
    const save = () => {
      if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
      if (markdown === undefined) return;
      const page = existsSync(markdown) ? readFileSync(markdown, 'utf8') : undefined;
      writeFileSync(markdown, pageWith(markdownOf(report, databases), page));
    };
    for (const database of databases) {
      await measureDatabase(database, parts, { bare: ports, sizes, report }, save);
      say(`\n${tablesOf(report, database)}`);
    }
  } finally {
    child.kill();
  }
}

async function measureDatabase(
  database: DatabaseName,
  parts: readonly string[],
  shared: { bare: BarePorts; sizes: Sizes; report: Report },
  save: () => void,
): Promise<void> {
  for (const name of parts) {
    // Each part has a server of its own: what one leaves behind is not the next one's disk.
    const { newDatabase, stop } = await startDatabaseServer(database);
    try {
      await PARTS[name]?.({ database, newDatabase, ...shared });
      save();
    } finally {
      await stop();
    }
  }
}

async function startBare(): Promise<{ child: ChildProcess; ports: BarePorts }> {
  const child = fork(fileURLToPath(import.meta.url), [BARE_ROLE]);
  process.once('exit', () => child.kill());
  const ports = await new Promise<BarePorts>((resolve, reject) => {
    child.once('message', (message) => resolve(message as BarePorts));
    child.once('exit', (code) => reject(new Error(`the bare server ended with ${code}`)));
  });
  return { child, ports };
}

async function ceilings(ports: BarePorts, { milliseconds, connections: each }: Sizes): Promise<Ceiling[]> {
  const shots = [codeShot(`/check/${'a'.repeat(43)}/code`, '123456')];
  const all: Ceiling[] = [];
  for (const connections of each) {
    const aim = { port: ports.ceiling, connections, shots, isEndless: true, milliseconds };
    all.push({ connections, perSecond: (await fire(aim)).perSecond });
  }
  return all;
}

// Ending by `exit` takes servers and folders along; a signal alone would leave them.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const role = ROLES[process.argv[2] ?? ''];
if (role) await role();
else {
  await Promise.resolve()
    .then(() => bench(readArguments()))
    .catch((error: Error) => {
      process.stderr.write(`${error.stack}\n`);
      process.exitCode = 1;
    });
}
