import { readFileSync, statSync } from 'node:fs';
import type { Environment } from '../config.ts';
import { configureReports, RECEIVER_POLICY, removeReports } from '../reports/manage-target.ts';
import { previewReports, sendReports } from '../reports/push-command.ts';
import type { Untaken } from '../reports/push-rows.ts';
import { reportFiles } from '../reports/report-files.ts';
import { hourName } from '../reports/rules.ts';
import { writeReports } from '../reports/write-reports.ts';
import { asker } from '../webhooks/post-event.ts';
import { resolveHost } from '../webhooks/resolve.ts';
import { realWorld } from '../world.ts';
import { openKeyAndDatabase } from './deployment.ts';
import { CommandError, result, say } from './output.ts';

const actor = 'command';

type Base = Awaited<ReturnType<typeof openKeyAndDatabase>> & { world: typeof realWorld };

async function withDatabase<T>(env: Environment, work: (base: Base) => Promise<T>): Promise<T> {
  const deployment = await openKeyAndDatabase(env);
  try {
    return await work({ ...deployment, world: realWorld });
  } finally {
    await deployment.database.close();
  }
}

export interface AskedTarget {
  institution: string;
  agentPk: string;
  url?: string;
  keyFile?: string;
  hourly?: string;
  from?: string;
  firstSeq?: string;
}

/** The key comes from a file: on a command line it would stand in the list of processes. */
export async function reportConfigure(env: Environment, { keyFile, ...asked }: AskedTarget): Promise<void> {
  const hourly = asked.hourly;
  if (hourly !== undefined && hourly !== 'on' && hourly !== 'off') {
    throw new CommandError(['--hourly must be on or off']);
  }
  const key = keyFile === undefined ? undefined : readKey(keyFile);
  const done = await withDatabase(env, (base) =>
    configureReports({ ...base, resolve: resolveHost }, { ...asked, key, hourly, actor }),
  );
  if (done.kind === 'refused') throw new CommandError(done.problems);
  const from = hourName(done.from);
  say(
    done.hourly
      ? 'Configured. Servers send by themselves after every hour.'
      : 'Configured. Nothing is sent by itself: `motp report push` shows what would be, `--hourly on` begins.',
  );
  result({ institution: asked.institution, from, hourly: done.hourly });
}

function readKey(file: string): string {
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      say('Others than its owner can read the key file: chmod 600 it.');
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new CommandError(['--key-file cannot be read']);
  }
}

export async function reportRemove(
  env: Environment,
  { institution }: { institution: string },
): Promise<void> {
  const isRemoved = await withDatabase(env, (base) => removeReports(base, { institution, actor }));
  if (!isRemoved) throw new CommandError([`reports of "${institution}" are not configured`]);
  say('Removed. Nothing more is sent, and the key is erased.');
}

export interface AskedFiles {
  institution: string;
  out: string;
  from?: string;
  until?: string;
  reason: string;
}

/** Prints `{"files","same","rows"}`. */
export async function reportWrite(env: Environment, { out, ...asked }: AskedFiles): Promise<void> {
  const written = await withDatabase(env, (base) =>
    writeReports({ ...base, files: () => reportFiles(out) }, { ...asked, actor }),
  );
  if (written.kind === 'refused') throw new CommandError(written.problems);
  const { files, same, rows, others } = written;
  result({ files, same, rows });
  if (others.length > 0) {
    throw new CommandError(
      others.map((name) => `${name} is there with other contents and was left as it is`),
    );
  }
}

/** Prints a line of JSON per kind. Without `--send` nothing leaves and nothing changes. */
export async function reportPush(
  env: Environment,
  { institution, send }: { institution: string; send?: true },
): Promise<void> {
  await withDatabase(env, (base) => (send ? sent(base, institution) : previewed(base, institution)));
}

async function previewed(base: Base, institution: string): Promise<void> {
  const done = await previewReports(base, institution);
  if (done.kind === 'refused') throw new CommandError(done.problems);
  say('Dry run: nothing was sent. --send sends.');
  for (const preview of done.previews) result(preview);
}

async function sent(base: Base, institution: string): Promise<void> {
  const ask = asker({ resolve: resolveHost, policy: RECEIVER_POLICY });
  const failed = ({ report, rows, error }: Untaken) => say(`${report}: ${rows} rows, ${error}`);
  const done = await sendReports({ ...base, ask, failed }, { institution, actor });
  if (done.kind === 'refused') throw new CommandError(done.problems);
  for (const { kind, sent: rows } of done.pushed) result({ report: kind, sent: rows });
  const problems = done.pushed.flatMap(({ kind, end }) => {
    if (end === 'nothing-left') return [];
    return end === 'not-now'
      ? [`${kind}: another process is sending, or was and ended less than 30 s ago`]
      : [`${kind}: not taken (${end.error}); the rows wait and keep their numbers`];
  });
  if (problems.length > 0) throw new CommandError(problems);
}
