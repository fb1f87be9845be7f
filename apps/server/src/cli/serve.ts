import { pino } from 'pino';
import { type App, createApp, type Phase } from '../app.ts';
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
import { type Deliveries, deliveries } from '../webhooks/deliver-events.ts';
import { poster } from '../webhooks/post-event.ts';
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

/** Longer than an answer may wait; what is not through by then is asked again (C-9). */
const GRACE_MS = 6 * SECOND_MS;

/** Supervisors kill after ten seconds. What a gateway has not taken by then is sent again by another server. */
const STOP_MS = 9 * SECOND_MS;

/** Starts the server over an opened deployment. @throws CommandError when a port or a page is missing */
export async function serve(config: Config, deployment: Deployment, built: Built): Promise<Running> {
  const missing = missingPages(built);
  if (missing.length > 0)
    throw new CommandError(missing.map((file) => `not built: ${file}; run \`npm run build\``));
  const { database, keyring, identity } = deployment;
  const logger = pino({ level: config.logLevel });
  const marks = markFile(`${config.keyFile}.mark`, String(process.pid));
  if (await spendAfterRestore(database, marks, identity, realWorld)) {
    logger.warn('the database is behind what this machine saw of it: every code until now is spent');
  }
  const mark = () => keepMark(database, marks, identity);
  const background = backgroundWork(config, deployment, logger, mark);
  let phase: Phase = 'up';
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
    phase: () => phase,
  });
  const orderly = async () => {
    const work = [...background.all.map((each) => each.stop()), background.events.stop()];
    await closeServer(app);
    await Promise.all(work);
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
): { sending: Repeated; telling: Repeated; events: Deliveries; all: Repeated[] } {
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
  const house = repeatedly(
    HOUSE_MS,
    () =>
      keepHouse({
        ...deployment,
        world: realWorld,
        eventsWaiting: telling.wake,
        failed: (work, error) => failed(`housekeeping: ${work}`)(error),
      }),
    failed('housekeeping'),
  );
  const marking = repeatedly(SECOND_MS, mark, failed('mark'));
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
