import type { pino } from 'pino';
import type { Config } from '../config.ts';
import type { Deployment } from '../deployment/open-deployment.ts';
import { outboxSender } from '../messages/outbox-sender.ts';
import { type SmsSender, sendMessages } from '../messages/send-messages.ts';
import { solapiSender } from '../messages/solapi-sender.ts';
import { webhookSender } from '../messages/webhook-sender.ts';
import type { Metrics } from '../metrics/meter.ts';
import { RECEIVER_POLICY } from '../reports/manage-target.ts';
import { type HourlyReports, hourlyReports } from '../reports/push-hourly.ts';
import { type Deliveries, deliveries } from '../webhooks/deliver-events.ts';
import { asker, poster } from '../webhooks/post-event.ts';
import { resolveHost } from '../webhooks/resolve.ts';
import { realWorld } from '../world.ts';
import { keepHouse } from './housekeeping.ts';
import { type Repeated, repeatedly } from './repeatedly.ts';
import { cleaning } from './retention.ts';

const SECOND_MS = 1_000;
const HOUSE_MS = 30 * SECOND_MS;
const REPORTS_MS = 60 * SECOND_MS;

export const codeOf = (error: unknown): string =>
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

/** What a server does besides answering, shared with the others over the same database. */
export interface BackgroundWork {
  sending: Repeated;
  telling: Repeated;
  stop(): Promise<void>;
}

export function backgroundWork(
  config: Config,
  deployment: Deployment,
  { logger, metrics }: { logger: pino.Logger; metrics: Metrics },
  mark: () => Promise<void>,
): BackgroundWork {
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
  const house = repeated('housekeeping', HOUSE_MS, () =>
    keepHouse({
      ...deployment,
      world: realWorld,
      eventsWaiting: telling.wake,
      failed: (work, error) => failed(`housekeeping: ${work}`)(error),
    }),
  );
  const marking = repeated('mark', SECOND_MS, mark);
  const reports = reportsOf(deployment, logger, failed('reports'));
  const reporting = repeated('reports', REPORTS_MS, reports.run);
  const cleaned = { done: () => metrics.ran('retention', true), failed: failed('retention') };
  const clean = cleaning({ database: deployment.database, auditYears: config.auditYears }, cleaned);
  const all = [sending, telling, house, marking, events, clean, reporting];
  return {
    ...{ sending, telling },
    async stop() {
      reports.stop();
      await Promise.all(all.map((work) => work.stop()));
    },
  };
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
