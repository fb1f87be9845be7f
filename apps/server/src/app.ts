import type { FastifyBaseLogger } from 'fastify';
import {
  type AnswerDependencies,
  type Answers,
  answerQueue,
  type RunAnswers,
} from './checks/answer-check.ts';
import { answerUnopened } from './checks/answer-unopened.ts';
import { lmsRoutes } from './checks/lms-routes.ts';
import { tokenHash } from './checks/open-check.ts';
import { checkRoutes } from './checks/routes.ts';
import { settleCheckIdentity } from './checks/settle-identity.ts';
import { originsOfToken } from './checks/view-check.ts';
import type { Database } from './db/open.ts';
import { isReadOnly } from './db/postgres-server.ts';
import { whyNotServable } from './deployment/open-deployment.ts';
import { demoPageRoutes } from './drop-in/demo-page-routes.ts';
import { loaderRoutes } from './drop-in/loader-routes.ts';
import { dropInRoutes } from './drop-in/routes.ts';
import { createThrottle } from './drop-in/throttle.ts';
import { authenticated } from './http/api-key.ts';
import { documentRoutes } from './http/docs.ts';
import { securityHeaders } from './http/headers.ts';
import { createLimits } from './http/limits.ts';
import { separateOrigins } from './http/origins.ts';
import { pageRoutes, stylesheetsOf } from './http/pages.ts';
import { createServer, type Server } from './http/server.ts';
import type { IdentityProviders } from './identity/provider.ts';
import { returnRoutes } from './identity/return-routes.ts';
import { identityRoutes } from './identity/routes.ts';
import type { Simulator } from './identity/simulator.ts';
import { simulatorRoutes } from './identity/simulator-routes.ts';
import type { Keyring } from './keys/keyring.ts';
import { outboxRoutes } from './messages/routes.ts';
import { faultCounter } from './metrics/count-fault.ts';
import type { Metrics } from './metrics/meter.ts';
import { operationRoutes } from './metrics/routes.ts';
import { receiptRoutes } from './receipts/routes.ts';
import type { SigningKeys } from './receipts/signing-keys.ts';
import { deviceRoutes } from './registration/device-routes.ts';
import { registrationIdentityRoutes } from './registration/identity-routes.ts';
import { appRoutes } from './registration/routes.ts';
import { settleName, settleRegistrationIdentity, settleUnlock } from './registration/settle-identity.ts';
import { scheduleRoutes } from './schedule/routes.ts';
import type { AddressPolicy } from './webhooks/address-rules.ts';
import type { Resolve } from './webhooks/resolve.ts';
import { webhookRoutes } from './webhooks/routes.ts';
import type { World } from './world.ts';

export interface AppOptions {
  /** `metrics.database`, so that what happens in it is counted. */
  database: Database;
  metrics: Metrics;
  metricsToken: string | undefined;
  keyring: Keyring;
  world: World;
  logger: FastifyBaseLogger;
  signingKeys: SigningKeys;
  publicUrl: string;
  appUrl: string;
  demo: { lmsUrl: string } | undefined;
  limits: boolean;
  /** Messages of the whole deployment in 24 hours. */
  smsPerDay: number;
  /** `MOTP_PROOF`: how a registration is proved. */
  registrationProof: 'sms' | 'identity';
  /** Who certifies persons, by method (C-6). */
  providers: IdentityProviders;
  /** Demo mode only: the provider that the demo brings along, and its window. */
  simulator?: Simulator | undefined;
  trustedProxies: readonly string[];
  version: string;
  webRoot: string;
  sdkFile: string;
  /** Is called after a commit that queued a message. */
  messagesWaiting(): void;
  /** Is called after a commit that queued a webhook event. */
  eventsWaiting(): void;
  /** A monotonic clock for the times of batches, ms with fractions. */
  clock?: () => number;
  /** Where batches of answers are settled; by default in this thread. */
  answersElsewhere?: ((hearing: AnswerDependencies) => RunAnswers) | undefined;
  /** Where webhooks may go, and how their names are resolved. */
  webhooks: { policy: AddressPolicy; resolve: Resolve };
  /** `draining` is not ready and answers all the same; `stopping` refuses what comes. */
  phase?: () => Phase;
}

export type Phase = 'up' | 'draining' | 'stopping';

export interface App {
  server: Server;
  answers: Answers;
}

/** Wires the domain folders together; nothing here knows a rule. */
export async function createApp(options: AppOptions): Promise<App> {
  const { database, keyring, world, publicUrl, appUrl, demo, providers, limits, eventsWaiting, metrics } =
    options;
  const isStopping = () => options.phase?.() === 'stopping';
  const counted = { failed: faultCounter(metrics), requests: metrics.requests };
  const server = createServer({ ...options, ...counted, isStopping });
  const isHttps = publicUrl.startsWith('https:');
  server.addHook('onRequest', (_request, reply, done) => {
    securityHeaders(reply, isHttps);
    done();
  });
  separateOrigins(server, { publicUrl, appUrl });
  const answering = { ...options, observe: metrics.batchSettled };
  const answers = answerQueue(answering, options.answersElsewhere?.(answering));
  metrics.readQueue(() => answers.length);
  const issuer = { issuer: publicUrl, demo: demo !== undefined, keys: options.signingKeys };
  const common = {
    ...{ database, keyring, world, issuer, publicUrl, appUrl, providers, limits, eventsWaiting },
    demo: demo !== undefined,
    guard: createLimits(world, limits, metrics.limited),
  };

  await documentRoutes(server, publicUrl, options.version);
  const lms = { ...common, authenticated: authenticated(server, common), decided: metrics.decided };
  lmsRoutes(server, lms);
  scheduleRoutes(server, lms);
  webhookRoutes(server, { ...lms, ...options.webhooks });
  checkRoutes(server, { ...common, answers, answered: metrics.answered });
  identityRoutes(server, {
    ...common,
    subjects: {
      check: settleCheckIdentity(common),
      registration: settleRegistrationIdentity,
      unlock: settleUnlock,
      name: settleName(common),
    },
    failed: (fault) => server.log.warn(fault, 'an identity check failed'),
  });
  returnRoutes(server);
  receiptRoutes(server, options.signingKeys);
  loaderRoutes(server, options);
  dropInRoutes(server, {
    ...common,
    answerUnopened: answerUnopened(common),
    throttle: createThrottle(world, limits, metrics.limited),
  });
  const outboxUrl = `${publicUrl}/demo/outbox`;
  const apps = {
    ...options,
    appHost: new URL(appUrl).hostname,
    origins: [...new Set([publicUrl, appUrl])],
    demo: demo && { outboxUrl, lmsUrl: demo.lmsUrl },
  };
  appRoutes(server, apps);
  deviceRoutes(server, apps);
  registrationIdentityRoutes(server, apps);
  if (demo) {
    const stylesheets = stylesheetsOf(options.webRoot);
    outboxRoutes(server, { outbox: common, appUrl: `${appUrl}/app/`, lmsUrl: demo.lmsUrl, stylesheets });
    demoPageRoutes(server, demo.lmsUrl);
  }
  if (demo && options.simulator)
    simulatorRoutes(server, { simulator: options.simulator, webRoot: options.webRoot });
  operationRoutes(server, { ...options, whyNot: () => whyNotReady(options) });
  pageRoutes(server, { ...options, originsOfCheck: (token) => originsOfToken(common, tokenHash(token)) });
  return { server, answers };
}

async function whyNotReady({ database, phase }: AppOptions): Promise<string | undefined> {
  if (phase && phase() !== 'up') return 'this server is about to stop';
  const problem = await whyNotServable(database);
  if (problem !== undefined) return problem;
  return (await isReadOnly(database)) ? 'the database takes no writes' : undefined;
}
