import { pino } from 'pino';
import { createApp } from '../app.ts';
import type { Config } from '../config.ts';
import { keepMark, spendAfterRestore } from '../deployment/continuity.ts';
import { markFile } from '../deployment/mark-file.ts';
import type { Deployment } from '../deployment/open-deployment.ts';
import { missingPages } from '../http/pages.ts';
import { outboxSender } from '../messages/outbox-sender.ts';
import { sendMessages } from '../messages/send-messages.ts';
import { webhookSender } from '../messages/webhook-sender.ts';
import { signingKeys } from '../receipts/signing-keys.ts';
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
  const app = await createApp({
    ...built,
    ...config,
    database,
    keyring,
    world: realWorld,
    logger,
    providers: {},
    signingKeys: await signingKeys(database, keyring, realWorld),
    demo: config.mode === 'demo' ? { lmsUrl: `http://127.0.0.1:${config.lmsPort}/` } : undefined,
    messagesWaiting: background.sending.wake,
  });
  const stop = async () => {
    await app.server.close();
    await app.answers.idle();
    await Promise.all(background.all.map((work) => work.stop()));
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

const codeOf = (error: unknown): string =>
  error instanceof Error ? ((error as { code?: string }).code ?? error.name) : 'unknown';

function backgroundWork(
  config: Config,
  deployment: Deployment,
  logger: pino.Logger,
  mark: () => Promise<void>,
): { sending: Repeated; all: Repeated[] } {
  const failed = (work: string) => (error: unknown) =>
    logger.error({ work, error: codeOf(error) }, 'background work failed');
  const sender = config.sms.kind === 'webhook' ? webhookSender(config.sms.url) : outboxSender;
  const sending = repeatedly(
    SECOND_MS,
    () =>
      sendMessages({
        ...deployment,
        world: realWorld,
        sender,
        failed: (message) => logger.warn(message, 'a message was not taken and is tried again'),
      }),
    failed('messages'),
  );
  const house = repeatedly(HOUSE_MS, () => keepHouse(deployment), failed('housekeeping'));
  const marking = repeatedly(SECOND_MS, mark, failed('mark'));
  return { sending, all: [sending, house, marking] };
}
