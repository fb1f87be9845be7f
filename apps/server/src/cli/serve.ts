import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { type App, createApp, type Phase } from '../app.ts';
import type { AnswerDependencies } from '../checks/answer-check.ts';
import { type AnswerThread, answersOnThread } from '../checks/answer-thread.ts';
import type { Config } from '../config.ts';
import { keepMark, spendAfterRestore } from '../deployment/continuity.ts';
import { markFile } from '../deployment/mark-file.ts';
import type { Deployment } from '../deployment/open-deployment.ts';
import { missingPages } from '../http/pages.ts';
import { openProviders } from '../identity/open-providers.ts';
import type { IdentityProviders } from '../identity/provider.ts';
import { createSimulator, type Simulator } from '../identity/simulator.ts';
import { queueMessage } from '../messages/queue-message.ts';
import { createMetrics, type Metrics } from '../metrics/meter.ts';
import { signingKeys } from '../receipts/signing-keys.ts';
import { resolveHost } from '../webhooks/resolve.ts';
import { realWorld } from '../world.ts';
import { backgroundWork, codeOf } from './background-work.ts';
import { CommandError } from './output.ts';
import type { Running } from './running.ts';
import { wholeServer } from './scrape-workers.ts';
import { isWorker } from './workers.ts';

/** Where the built pages are, and which version this is. */
export interface Built {
  webRoot: string;
  sdkFile: string;
  version: string;
}

const SECOND_MS = 1_000;

/** Longer than an answer may wait; what is not through by then is asked again (C-9). */
const GRACE_MS = 6 * SECOND_MS;

/** Supervisors kill after ten seconds. What a gateway has not taken by then is sent again by another server. */
const STOP_MS = 9 * SECOND_MS;

/** Starts the server over an opened deployment. @throws CommandError when a port or a page is missing */
export async function serve(config: Config, deployment: Deployment, built: Built): Promise<Running> {
  const missing = missingPages(built);
  if (missing.length > 0)
    throw new CommandError(missing.map((file) => `not built: ${file}; run \`npm run build\``));
  const metrics = metricsOf(deployment, built);
  const { database } = metrics;
  const { keyring, identity } = deployment;
  const logger = pino({ level: config.logLevel });
  const marks = markFile(`${config.keyFile}.mark`, String(process.pid));
  if (await spendAfterRestore(database, marks, identity, realWorld)) {
    logger.warn('the database is behind what this machine saw of it: every code until now is spent');
  }
  const mark = () => keepMark(database, marks, identity);
  const counted = { ...deployment, database };
  const background = backgroundWork(config, counted, { logger, metrics }, mark);
  const thread = answersOf(config);
  let phase: Phase = 'up';
  const simulator = simulatorOf(config, counted, background.sending.wake);
  const app = await createApp({
    ...built,
    ...config,
    ...{ database, keyring, world: realWorld, logger, metrics },
    providers: providersOf(config, simulator, logger),
    simulator,
    signingKeys: await signingKeys(database, keyring, realWorld),
    demo: config.mode === 'demo' ? { lmsUrl: `http://127.0.0.1:${config.lmsPort}/` } : undefined,
    messagesWaiting: background.sending.wake,
    eventsWaiting: background.telling.wake,
    answersElsewhere: thread.settle,
    clock,
    webhooks: { policy: config.webhookPolicy, resolve: resolveHost },
    phase: () => phase,
  });
  const orderly = async () => {
    const work = background.stop();
    await closeServer(app);
    await thread.stop();
    await work;
    await mark().catch(() => undefined);
    await database.close();
  };
  const stop = async () => {
    phase = 'draining';
    await waited(app.server.server.listening ? config.drainMs : 0);
    phase = 'stopping';
    const isThrough = await Promise.race([orderly().then(() => true), waited(STOP_MS, false)]);
    if (!isThrough) logger.warn('stopped before everything was through');
  };
  try {
    await app.server.listen({ host: config.host, port: config.port });
  } catch (error) {
    await stop();
    throw new CommandError([`cannot listen on ${config.host}:${config.port} (${codeOf(error)})`]);
  }
  return { stop };
}

/** Over SQLite a thread of its own settles the answers (ADR 0022); PostgreSQL is elsewhere already. */
function answersOf({ database: databaseUrl, keyFile }: Config) {
  let thread: AnswerThread | undefined;
  const settle = (hearing: AnswerDependencies) => {
    const file = new URL('./answer-thread.js', import.meta.url);
    thread = answersOnThread(() => new Worker(file, { workerData: { databaseUrl, keyFile } }), hearing);
    return thread.run;
  };
  return {
    settle: databaseUrl.startsWith('sqlite:') ? settle : undefined,
    stop: async () => thread?.stop(),
  };
}

const clock = () => performance.now();

/** Of several workers each answers a scrape for all. */
function metricsOf({ database }: Deployment, { version }: Built): Metrics {
  const metrics = createMetrics({ database, version, clock, world: realWorld });
  return isWorker() ? { ...metrics, text: wholeServer(metrics.registry) } : metrics;
}

/** Answers what was accepted, and accepts nothing more. */
async function closeServer({ server, answers }: App): Promise<void> {
  // A connection that has carried no request yet is not idle to Node, which would wait a minute for it; nor does it
  // look again for those that are idle once they have their answer.
  const patience = setTimeout(() => server.server.closeAllConnections(), GRACE_MS);
  const idle = setInterval(() => server.server.closeIdleConnections(), 50);
  await server.close();
  clearTimeout(patience);
  clearInterval(idle);
  await answers.idle();
}

/** A wait that keeps no process alive. */
const waited = <T>(ms: number, value?: T): Promise<T | undefined> =>
  new Promise((resolve) => setTimeout(resolve, ms, value).unref());

const providersOf = (
  { identity, publicUrl }: Config,
  simulator: Simulator | undefined,
  logger: pino.Logger,
): IdentityProviders =>
  openProviders(identity, {
    ...{ world: realWorld, publicUrl, simulator },
    unavailable: (fault) => logger.warn(fault, 'an identity provider gave no answer'),
  });

/** Demo mode only: its texts go the way of every message, into the outbox. */
function simulatorOf(
  { mode, publicUrl }: Config,
  { database, keyring }: Deployment,
  messagesWaiting: () => void,
): Simulator | undefined {
  if (mode !== 'demo') return undefined;
  return createSimulator({
    world: realWorld,
    publicUrl,
    async sendText(message) {
      await database.transaction((tx) => queueMessage(tx, { keyring, world: realWorld }, message));
      messagesWaiting();
    },
  });
}
