import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { demo } from './cli/demo.ts';
import { openForServing } from './cli/deployment.ts';
import { type AskedExemption, exemptionClose, exemptionList, exemptionOpen } from './cli/exemption.ts';
import { type AskedFacade, institutionAdd, institutionDropIn } from './cli/institution.ts';
import { keyNew, keyReseal, keyRotate, keyRotateLookup } from './cli/key.ts';
import { migrateCommand } from './cli/migrate.ts';
import { CommandError, say } from './cli/output.ts';
import { policyPreview } from './cli/policy.ts';
import {
  registrationRelease,
  registrationReset,
  registrationShow,
  registrationUnlock,
} from './cli/registration.ts';
import {
  type AskedFiles,
  type AskedTarget,
  reportConfigure,
  reportPush,
  reportRemove,
  reportWrite,
} from './cli/report.ts';
import { institutionRetention, retentionPreview, retentionRun } from './cli/retention.ts';
import type { Running } from './cli/running.ts';
import { serve } from './cli/serve.ts';
import { exportCommand, importCommand, reopenCommand } from './cli/transfer.ts';
import { webhookSet } from './cli/webhook.ts';
import { isWorker, runWorkers, whenToldToStop } from './cli/workers.ts';
import type { Config } from './config.ts';

/** Sources and bundle lie equally deep: apps/server/{src,dist}/main. */
const file = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const built = {
  webRoot: file('apps/web/dist'),
  sdkFile: file('packages/lms-sdk/dist/sdk.js'),
  lmsFile: file('examples/lms/dist/main.js'),
  version: packageJson.version,
};

/**
 * Runs until a signal; a second signal does not wait. A worker is often told twice, by its supervisor or terminal and
 * by its first process: it waits until the first process is gone.
 */
function untilStopped(running: Running): void {
  let isStopping = false;
  const stop = () => {
    if (isStopping && !isWorker()) process.exit(1);
    if (isStopping) return;
    isStopping = true;
    running.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (isWorker()) whenToldToStop(stop);
}

async function serveCommand(): Promise<void> {
  const { config, deployment } = await openForServing(process.env);
  if (config.workers > 1 && !isWorker()) {
    await deployment.database.close();
    await serveByWorkers(config);
  } else {
    untilStopped(await serve(config, deployment, built));
  }
  if (!isWorker())
    say(`motp ${built.version} listens on ${config.host}:${config.port} (${config.publicUrl})`);
}

async function serveByWorkers({ workers: count, drainMs, logLevel }: Config): Promise<void> {
  const logger = pino({ level: logLevel });
  const workers = runWorkers({ count, drainMs }, (worker) => logger.error(worker, 'a worker ended'));
  untilStopped(workers);
  await workers.ready.catch((cause: Error) => {
    throw new CommandError([`no worker could start (${cause.message})`]);
  });
}

const collect = (value: string, all: string[]) => [...all, value];

function commands(): Command {
  const program = new Command('motp').version(built.version).exitOverride();
  program.description('Identity checks for remote training');
  program
    .command('demo')
    .description('server and sample LMS on this computer, with an embedded database under data/')
    .action(async () => untilStopped(await demo(process.env, built)));
  program.command('serve').description('the server alone').action(serveCommand);
  program
    .command('migrate')
    .description('brings the database up to date')
    .action(() => migrateCommand(process.env));
  institutionCommands(program.command('institution').description('institutions'));
  program
    .command('webhook')
    .description('where institutions are told')
    .command('set')
    .requiredOption('--institution <id>', 'whose')
    .requiredOption('--url <url>', 'https address that takes the events')
    .action((asked: { institution: string; url: string }) => webhookSet(process.env, asked));
  transferCommands(program);
  keyCommands(program.command('key').description('the master key'));
  policyCommands(program.command('policy').description('when a check is due'));
  retentionCommands(program.command('retention').description('what is over its time'));
  exemptionCommands(program.command('exemption').description('outages: who is let in without a check'));
  registrationCommands(program.command('registration').description('help desk: registrations by number'));
  reportCommands(program.command('report').description('reports to a monitoring system'));
  return program;
}

function institutionCommands(institution: Command): void {
  institution
    .command('add')
    .description('makes an institution and its first API key')
    .requiredOption('--id <id>', 'short id, the audience of its receipts')
    .requiredOption('--name <name>', 'name that learners see')
    .requiredOption('--origin <url>', 'web origin of its pages; repeat for more', collect, [])
    .option('--help-phone <phone>', 'number that learners may call')
    .option('--help-url <url>', 'page where learners find help')
    .action((input) => institutionAdd(process.env, { ...input, origins: input.origin }));
  institution
    .command('retention')
    .description('how long the evidence of its checks is kept')
    .requiredOption('--id <id>', 'whose')
    .requiredOption('--years <number>', 'calendar years, 1 to 10; 3 unless set')
    .action((asked: { id: string; years: string }) => institutionRetention(process.env, asked));
  institution
    .command('drop-in')
    .description('lets pages that were written for the existing service call for an institution')
    .requiredOption('--id <id>', 'whose')
    .option('--agtid <agtid>', 'what such pages call the institution')
    .option(
      '--origin <url>',
      'web origin of such pages; repeat for more; else the institution’s',
      collect,
      [],
    )
    .option('--off', 'no longer')
    .action((asked: AskedFacade) => institutionDropIn(process.env, asked));
}

function retentionCommands(retention: Command): void {
  retention
    .command('preview')
    .description('counts what would go now, a line of JSON per table and institution')
    .action(() => retentionPreview(process.env));
  retention
    .command('run')
    .description('deletes it now, slowly enough for running servers; they do it by themselves, too')
    .action(() => retentionRun(process.env));
}

function keyCommands(key: Command): void {
  key
    .command('new')
    .description('makes a master key')
    .requiredOption('--out <file>', 'where; an existing file is never overwritten')
    .action(({ out }) => keyNew(out));
  key
    .command('rotate')
    .description('puts a new sealing key in front; servers take it up within a minute')
    .action(() => keyRotate(process.env));
  key
    .command('reseal')
    .description('seals everything again with the key in front, while servers run')
    .action(() => keyReseal(process.env));
  key
    .command('rotate-lookup')
    .description('makes a new lookup key and hashes names and numbers again')
    .requiredOption('--servers-are-stopped', 'says that no server is running')
    .action(() => keyRotateLookup(process.env));
}

function transferCommands(program: Command): void {
  program
    .command('export')
    .description('writes the whole deployment into an encrypted file, to move it to another database')
    .requiredOption('--out <file>', 'where; an existing file is never overwritten')
    .option('--final', 'closes this deployment before: no server answers from it any more')
    .action((asked: { out: string; final?: true }) => exportCommand(process.env, built.version, asked));
  program
    .command('import')
    .description('fills an empty database from such a file; run again, it goes on where it was')
    .requiredOption('--from <file>', 'what `motp export` wrote')
    .action((asked: { from: string }) => importCommand(process.env, asked));
  program
    .command('reopen')
    .description('takes up a deployment again that `motp export --final` closed')
    .requiredOption('--copy-is-stopped', 'says that no server runs on what was imported from it')
    .action(() => reopenCommand(process.env));
}

function policyCommands(policy: Command): void {
  policy
    .command('preview')
    .description('prints what a learner of a course is asked, lesson by lesson')
    .requiredOption('--lessons <number>', 'how many lessons the course has')
    .option(
      '--lessons-per-day <number>',
      'how many are played a day; else as many as the policy lets through',
    )
    .option('--institution <id>', 'whose policy; else the default')
    .option('--course <id>', 'a course of the institution')
    .action((asked) => policyPreview(process.env, asked));
}

const REASON = 'why, for the audit trail; without anybody’s number';

function exemptionCommands(exemption: Command): void {
  exemption
    .command('open')
    .description('exempts who has no usable registration while a provider fails')
    .requiredOption('--provider <name>', 'sms, or the identity provider: portone, nice, oidc')
    .option('--institution <id>', 'whose learners; repeat for more', collect, [])
    .option('--all-institutions', 'of all institutions')
    .requiredOption('--hours <number>', 'how long, at most 24')
    .requiredOption('--reason <text>', REASON)
    .action((asked: AskedExemption) => exemptionOpen(process.env, asked));
  exemption
    .command('close')
    .description('ends a window before its time')
    .requiredOption('--id <id>', 'which window')
    .requiredOption('--reason <text>', REASON)
    .action((asked: { id: string; reason: string }) => exemptionClose(process.env, asked));
  exemption
    .command('list')
    .description('every window as a line of JSON, newest first')
    .action(() => exemptionList(process.env));
}

function reportCommands(report: Command): void {
  report
    .command('configure')
    .description('what an institution reports as, where to, and whether by itself')
    .requiredOption('--institution <id>', 'whose')
    .requiredOption('--agent-pk <pk>', 'id of the institution at the receiver')
    .option('--url <url>', 'base address of the receiver; without one, files only')
    .option('--key-file <file>', 'file that holds the receiver’s key')
    .option('--hourly <on|off>', 'servers send by themselves after every hour')
    .option('--from <hour>', 'first hour that is sent, 2026-11-23T00 in Korea; else from now on')
    .option('--first-seq <number>', 'numbers begin here, where the receiver has rows already')
    .action((asked: AskedTarget) => reportConfigure(process.env, asked));
  report
    .command('remove')
    .description('ends the reports of an institution and erases the key')
    .requiredOption('--institution <id>', 'whose')
    .action((asked: { institution: string }) => reportRemove(process.env, asked));
  report
    .command('write')
    .description('writes a file per kind and hour, for its owner alone')
    .requiredOption('--institution <id>', 'whose')
    .requiredOption('--out <folder>', 'where; a file that is there is never changed')
    .option('--from <hour>', 'first hour, 2026-11-23T00 in Korea; else the last 24')
    .option('--until <hour>', 'hour after the last')
    .requiredOption('--reason <text>', REASON)
    .action((asked: AskedFiles) => reportWrite(process.env, asked));
  report
    .command('push')
    .description('shows what would be sent; --send sends it')
    .requiredOption('--institution <id>', 'whose')
    .option('--send', 'really sends')
    .action((asked: { institution: string; send?: true }) => reportPush(process.env, asked));
}

const operations = [
  ['show', 'how a registration stands, as one line of JSON, name and number masked', registrationShow],
  ['unlock', 'lifts a lock after wrong codes; the count begins anew', registrationUnlock],
  ['reset', 'ends a registration; the learner registers again', registrationReset],
  ['release', 'lets the next registration of the number have another name', registrationRelease],
] as const;

function registrationCommands(registration: Command): void {
  for (const [name, description, operate] of operations) {
    registration
      .command(name)
      .description(description)
      .requiredOption('--phone <number>', 'the registered number')
      .requiredOption('--reason <text>', REASON)
      .action((asked: { phone: string; reason: string }) => operate(process.env, asked));
  }
}

try {
  await commands().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode);
  if (!(error instanceof CommandError)) throw error;
  say('motp cannot go on:', ...error.problems.map((problem) => `  - ${problem}`));
  process.exit(1);
}
