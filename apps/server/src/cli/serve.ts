import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { createApp } from '../app.ts';
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
import { outboxSender } from '../messages/outbox-sender.ts';
import { queueMessage } from '../messages/queue-message.ts';
import { type SmsSender, sendMessages } from '../messages/send-messages.ts';
import { solapiSender } from '../messages/solapi-sender.ts';
import { webhookSender } from '../messages/webhook-sender.ts';
import { createMetrics, type Metrics } from '../metrics/meter.ts';
import { signingKeys } from '../receipts/signing-keys.ts';
import { type Deliveries, deliveries } from '../webhooks/deliver-events.ts';
import { poster } from '../webhooks/post-event.ts';
import { resolveHost } from '../webhooks/resolve.ts';
import { realWorld } from '../world.ts';
import { keepHouse } from './housekeeping.ts';
import { CommandError } from './output.ts';
import { type Repeated, repeatedly } from './repeatedly.ts';
import type { Running } from './running.ts';
import { isWorker, wholeServer } from './workers.ts';

/** Where the built pages are, and which version this is. */
export interface Built {
  webRoot: string;
  sdkFile: string;
  version: string;
}

const SECOND_MS = 1_000;
const HOUSE_MS = 30 * SECOND_MS;

/** Longer than an answer may wait; what is not through by then is asked again (C-9). */
const GRACE_MS = 6 * SECOND_MS;

/** Starts the server over an opened deployment. @throws CommandError when a port or a page is missing */
export async function serve(config: Config, deployment: Deployment, built: Built): Promise<Running> {
  const missing = missingPages(built);
  if (missing.length > 0)
    throw new CommandError(missing.map((file) => `not built: ${file}; run \`npm run build\``));
  const metrics = metricsOf(deployment, built);
  const { database } = metrics;
  const { keyring, identity } = deployment;
  const logger = pino({ level: config.logLevel });
  const marks = markFile(`${config.keyFile}.mark`);
  if (await spendAfterRestore(database, marks, identity, realWorld)) {
    logger.warn('the database is behind what this machine saw of it: every code until now is spent');
  }
  const counted = { ...deployment, database };
  const mark = () => keepMark(database, marks, identity);
  const background = backgroundWork(config, counted, { logger, metrics }, mark);
  const thread = answersOf(config);
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
    webhooks: { policy: config.webhookPolicy, resolve: resolveHost },
  });
  const stop = async () => {
    // A connection that has carried no request yet is not idle to Node, which would wait a minute for it.
    const patience = setTimeout(() => app.server.server.closeAllConnections(), GRACE_MS);
    await app.server.close();
    clearTimeout(patience);
    await app.answers.idle();
    await thread.stop();
    await Promise.all(background.all.map((work) => work.stop()));
    await background.events.stop();
    await database.close();
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

/** Of several workers each answers a scrape for all. */
function metricsOf({ database }: Deployment, { version }: Built): Metrics {
  const clock = () => performance.now();
  const metrics = createMetrics({ database, version, clock, world: realWorld });
  return isWorker() ? { ...metrics, text: wholeServer(metrics.registry) } : metrics;
}

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

const codeOf = (error: unknown): string =>
  error instanceof Error ? ((error as { code?: string }).code ?? error.name) : 'unknown';

function senderOf(sms: Config['sms']): SmsSender {
  switch (sms.kind) {
    case 'webhook':
      return webhookSender(sms.url);
    case 'solapi':
      return solapiSender(sms, realWorld);
    case 'outbox':
      return outboxSender;
  }
}

function backgroundWork(
  config: Config,
  deployment: Deployment,
  { logger, metrics }: { logger: pino.Logger; metrics: Metrics },
  mark: () => Promise<void>,
): { sending: Repeated; telling: Repeated; events: Deliveries; all: Repeated[] } {
  const failed = (work: string) => (error: unknown) => {
    metrics.ran(work, false);
    logger.error({ work, error: codeOf(error) }, 'background work failed');
  };
  const repeated = (work: string, everyMs: number, run: () => Promise<unknown>): Repeated =>
    repeatedly(everyMs, () => run().then(() => metrics.ran(work, true)), failed(work));
  const sender = senderOf(config.sms);
  const sending = repeated('messages', SECOND_MS, () =>
    sendMessages({
      ...deployment,
      world: realWorld,
      sender,
      failed: (message) => logger.warn(message, 'a message was not taken'),
    }),
  );
  const events = deliveriesOf(config, deployment, logger, failed('webhooks'));
  const telling = repeated('webhooks', SECOND_MS, events.run);
  const house = repeated('housekeeping', HOUSE_MS, () => keepHouse(deployment, telling.wake));
  const marking = repeated('mark', SECOND_MS, mark);
  return { sending, telling, events, all: [sending, telling, house, marking] };
}

const deliveriesOf = (
  { webhookPolicy: policy }: Config,
  { database, keyring }: Deployment,
  logger: pino.Logger,
  broken: (error: unknown) => void,
): Deliveries =>
  deliveries({
    ...{ database, keyring, world: realWorld, broken },
    post: poster({ resolve: resolveHost, policy }),
    failed: (attempt) => logger.warn(attempt, 'a webhook event was not taken'),
  });
