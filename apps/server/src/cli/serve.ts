import { pino } from 'pino';
import { createApp } from '../app.ts';
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
import { signingKeys } from '../receipts/signing-keys.ts';
import { RECEIVER_POLICY } from '../reports/manage-target.ts';
import { type HourlyReports, hourlyReports } from '../reports/push-hourly.ts';
import { type Deliveries, deliveries } from '../webhooks/deliver-events.ts';
import { asker, poster } from '../webhooks/post-event.ts';
import { resolveHost } from '../webhooks/resolve.ts';
import { realWorld } from '../world.ts';
import { keepHouse } from './housekeeping.ts';
import { CommandError } from './output.ts';
import { type Repeated, repeatedly } from './repeatedly.ts';

/** Where the built pages are, and which version this is. */
export interface Built {
  webRoot: string;
  sdkFile: string;
  version: string;
}

export interface Running {
  stop(): Promise<void>;
}

const SECOND_MS = 1_000;
const HOUSE_MS = 30 * SECOND_MS;
const REPORTS_MS = 60 * SECOND_MS;

/** Longer than an answer may wait; what is not through by then is asked again (C-9). */
const GRACE_MS = 6 * SECOND_MS;

/** Starts the server over an opened deployment. @throws CommandError when a port or a page is missing */
export async function serve(config: Config, deployment: Deployment, built: Built): Promise<Running> {
  const missing = missingPages(built);
  if (missing.length > 0)
    throw new CommandError(missing.map((file) => `not built: ${file}; run \`npm run build\``));
  const { database, keyring, identity } = deployment;
  const logger = pino({ level: config.logLevel });
  const marks = markFile(`${config.keyFile}.mark`);
  if (await spendAfterRestore(database, marks, identity, realWorld)) {
    logger.warn('the database is behind what this machine saw of it: every code until now is spent');
  }
  const background = backgroundWork(config, deployment, logger, () => keepMark(database, marks, identity));
  const simulator = simulatorOf(config, deployment, background.sending.wake);
  const app = await createApp({
    ...built,
    ...config,
    database,
    keyring,
    world: realWorld,
    logger,
    providers: providersOf(config, simulator, logger),
    simulator,
    signingKeys: await signingKeys(database, keyring, realWorld),
    demo: config.mode === 'demo' ? { lmsUrl: `http://127.0.0.1:${config.lmsPort}/` } : undefined,
    messagesWaiting: background.sending.wake,
    eventsWaiting: background.telling.wake,
    webhooks: { policy: config.webhookPolicy, resolve: resolveHost },
  });
  const stop = async () => {
    // A connection that has carried no request yet is not idle to Node, which would wait a minute for it.
    const patience = setTimeout(() => app.server.server.closeAllConnections(), GRACE_MS);
    await app.server.close();
    clearTimeout(patience);
    await app.answers.idle();
    background.reports.stop();
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
  logger: pino.Logger,
  mark: () => Promise<void>,
): { sending: Repeated; telling: Repeated; events: Deliveries; reports: HourlyReports; all: Repeated[] } {
  const failed = (work: string) => (error: unknown) =>
    logger.error({ work, error: codeOf(error) }, 'background work failed');
  const sender = senderOf(config.sms);
  const sending = repeatedly(
    SECOND_MS,
    () =>
      sendMessages({
        ...deployment,
        world: realWorld,
        sender,
        failed: (message) => logger.warn(message, 'a message was not taken'),
      }),
    failed('messages'),
  );
  const events = deliveriesOf(config, deployment, logger, failed('webhooks'));
  const telling = repeatedly(SECOND_MS, events.run, failed('webhooks'));
  const house = repeatedly(HOUSE_MS, () => keepHouse(deployment, telling.wake), failed('housekeeping'));
  const marking = repeatedly(SECOND_MS, mark, failed('mark'));
  const reports = reportsOf(deployment, logger, failed('reports'));
  const reporting = repeatedly(REPORTS_MS, reports.run, failed('reports'));
  return { sending, telling, events, reports, all: [sending, telling, house, marking, reporting] };
}

const reportsOf = (
  { database, keyring }: Deployment,
  logger: pino.Logger,
  broken: (error: unknown) => void,
): HourlyReports =>
  hourlyReports({
    ...{ database, keyring, world: realWorld, broken },
    ask: asker({ resolve: resolveHost, policy: RECEIVER_POLICY }),
    failed: (untaken) => logger.warn(untaken, 'rows of a report were not taken'),
  });

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
