import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { createDatabase } from '../../../../test/support/postgres.ts';
import { type App, type AppOptions, createApp } from '../../src/app.ts';
import type { Dialect } from '../../src/db/dialect.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { LOADER } from '../../src/http/pages.ts';
import type { IdentityProviders } from '../../src/identity/provider.ts';
import { createSimulator, type Simulator } from '../../src/identity/simulator.ts';
import { addInstitution } from '../../src/institutions/add-institution.ts';
import { type Keyring, openKeyring } from '../../src/keys/keyring.ts';
import { type MasterKey, newMasterKey } from '../../src/keys/master-key.ts';
import { queueMessage } from '../../src/messages/queue-message.ts';
import { createMetrics, type Metrics } from '../../src/metrics/meter.ts';
import { signingKeys } from '../../src/receipts/signing-keys.ts';
import { realWorld, type World } from '../../src/world.ts';
import { conformance } from './conformance.ts';
import { Phone } from './phone.ts';
import { parsed, sent, sentHeaders, type Transport } from './transport.ts';

export const dialects = ['sqlite', 'postgres'] as const satisfies readonly Dialect[];

export const PUBLIC_URL = 'http://localhost:4000';
export const LMS_ORIGIN = 'http://127.0.0.1:4001';

/** A clock that stands still until it is moved, and real randomness. */
export class TestWorld implements World {
  time: number;

  /** @param time epoch ms; five seconds into a step, so that small moves stay inside it */
  constructor(time = Date.UTC(2026, 10, 23, 3, 0, 5)) {
    this.time = time;
  }

  now(): number {
    return this.time;
  }

  random(bytes: number): Buffer {
    return realWorld.random(bytes);
  }

  advance(ms: number): void {
    this.time += ms;
  }
}

export interface System {
  app: App;
  metrics: Metrics;
  database: Database;
  keyring: Keyring;
  master: MasterKey;
  world: TestWorld;
  institution: { id: string; apiKey: string };
  /** Straight into the application; every reply is held against the OpenAPI document. */
  send: Transport;
  /** A phone whose clock is right. */
  phone(): Promise<Phone>;
  /** The code of the newest message to a number. */
  smsCode(phone: string): Promise<string>;
  /** Opens a check; the fields replace those of an exam of 홍길동. */
  openCheck(fields?: Record<string, unknown>): Promise<{ id: string; token: string }>;
  /** A registered phone of 홍길동, or of whom the fields say. */
  registered(learner?: { name: string; phone: string }): Promise<Phone>;
  answer(token: string, code: string): ReturnType<Transport>;
  close(): Promise<void>;
}

export const 홍길동 = { id: 'trainee-17', name: '홍길동', phone: '010-1234-5678' };

export const exam = {
  learner: 홍길동,
  course: { id: 'safety-101', title: '산업안전보건', round: '3' },
  occasion: { kind: 'exam', number: 1 },
};

export interface SystemOptions {
  limits?: boolean;
  smsPerDay?: number;
  registrationProof?: 'sms' | 'identity';
  demo?: boolean;
  metricsToken?: string;
  world?: TestWorld;
  /** An origin of the app’s own (R-4a). */
  appUrl?: string;
  providers?: IdentityProviders;
  /** The demo's simulator serves 휴대폰 and 아이핀, its texts go into the outbox; a hanging one answers at once. */
  simulator?: true;
  eventsWaiting?: () => void;
  /** Names resolve to themselves, so nothing asks the network. */
  webhooks?: Partial<AppOptions['webhooks']>;
}

/** The whole application over a fresh database of its own. */
export async function startSystem(dialect: Dialect, options: SystemOptions = {}): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'motp-system-'));
  const fresh = dialect === 'postgres' ? await createDatabase() : undefined;
  const database = openDatabase(fresh?.url ?? `sqlite:${join(folder, 'motp.db')}`);
  await migrate(database);
  const world = options.world ?? new TestWorld();
  const random = (bytes: number) => world.random(bytes);
  const master = newMasterKey(random, true);
  const keyring = openKeyring(master, random);
  const version = '0.0.0';
  const metrics = createMetrics({ database, world, version, clock: () => performance.now() });
  const app = await startApp(metrics, keyring, world, folder, options);
  const added = await addInstitution(database, world, { id: 'inst', name: '한빛', origins: [LMS_ORIGIN] });
  if (added.kind !== 'added') throw new Error(added.problems.join());
  const send = byInjection(app);
  const wire = { send, world, institution: added };
  return {
    ...{ app, metrics, database, keyring, master, world, institution: added, send },
    ...story(wire),
    async close() {
      await app.server.close();
      await app.answers.idle();
      await database.close();
      await fresh?.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startApp(
  metrics: Metrics,
  keyring: Keyring,
  world: World,
  folder: string,
  { limits = false, smsPerDay = 20_000, demo = true, appUrl = PUBLIC_URL, ...options }: SystemOptions,
): Promise<App> {
  const { database } = metrics;
  const simulator = options.simulator && simulatorOver(database, keyring, world);
  const simulated = simulator && { phone: simulator.provider('phone'), ipin: simulator.provider('ipin') };
  const providers = options.providers ?? simulated ?? {};
  return createApp({
    ...{ database, metrics, keyring, world, limits, smsPerDay, providers, simulator, ...emptyPages(folder) },
    metricsToken: options.metricsToken,
    logger: pino({ level: process.env.MOTP_TEST_LOG ?? 'silent' }),
    signingKeys: await signingKeys(database, keyring, world),
    publicUrl: PUBLIC_URL,
    appUrl,
    registrationProof: options.registrationProof ?? 'sms',
    demo: demo ? { lmsUrl: `${LMS_ORIGIN}/` } : undefined,
    trustedProxies: [],
    version: '0.0.0',
    // The demo's outbox shows what waits, too.
    messagesWaiting: () => undefined,
    eventsWaiting: options.eventsWaiting ?? (() => undefined),
    webhooks: {
      policy: 'loopback',
      resolve: async (host) => (host === 'localhost' ? ['127.0.0.1'] : [host]),
      ...options.webhooks,
    },
  });
}

/** The application again over another database that holds the same deployment; closing it leaves the database. */
export async function systemOver(
  database: Database,
  { keyring, master, world, institution }: Pick<System, 'keyring' | 'master' | 'world' | 'institution'>,
): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'motp-system-'));
  const clock = () => performance.now();
  const metrics = createMetrics({ database, world, version: '0.0.0', clock });
  const app = await startApp(metrics, keyring, world, folder, {});
  const send = byInjection(app);
  return {
    ...{ app, metrics, database, keyring, master, world, institution, send },
    ...story({ send, world, institution }),
    async close() {
      await app.server.close();
      await app.answers.idle();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function simulatorOver(database: Database, keyring: Keyring, world: World): Simulator {
  return createSimulator({
    ...{ world, publicUrl: PUBLIC_URL, hangMs: 0 },
    sendText: (message) => database.transaction((tx) => queueMessage(tx, { keyring, world }, message)),
  });
}

/** HTTP tests are about the API: the pages are proved in a browser. */
function emptyPages(folder: string): { webRoot: string; sdkFile: string } {
  const pages = ['app', 'check', 'identity', 'portone', 'simulator'];
  for (const part of [...pages, 'assets', 'built']) mkdirSync(join(folder, part), { recursive: true });
  for (const page of pages) {
    writeFileSync(
      join(folder, page, 'index.html'),
      `<!doctype html><meta name="motp-app-origin" content=""><title>${page}</title>`,
    );
  }
  writeFileSync(join(folder, 'built', 'sdk.js'), '');
  mkdirSync(join(folder, dirname(LOADER)), { recursive: true });
  writeFileSync(join(folder, LOADER), 'var hrdFrame;');
  return { webRoot: folder, sdkFile: join(folder, 'built', 'sdk.js') };
}

function byInjection(app: App): Transport {
  const conforms = conformance(app.server);
  return async (request) => {
    const payload = sent(request);
    const response = await app.server.inject({
      method: request.method,
      url: request.path,
      headers: sentHeaders(request),
      ...(payload === undefined ? {} : { payload }),
    });
    const reply = {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
      text: response.body,
      json: parsed(response.body) as never,
    };
    conforms(request, reply);
    return reply;
  };
}

function story({ send, world, institution }: Pick<System, 'send' | 'world' | 'institution'>) {
  const phone = () => Phone.make(send, PUBLIC_URL, () => world.now());
  const smsCode = async (number: string): Promise<string> => {
    const to = number.replaceAll('-', '');
    const reply = await send({ method: 'GET', path: `/demo/outbox?to=${to}` });
    // The next message must not be as old as this one: the clock of a test stands still.
    world.advance(1);
    return reply.json.messages[0].code;
  };
  const registered = async (learner = { name: 홍길동.name, phone: 홍길동.phone }) => {
    const made = await phone();
    await made.register(learner, smsCode);
    return made;
  };
  const openCheck = async (fields: Record<string, unknown> = {}) => {
    const reply = await send({
      method: 'POST',
      path: '/v1/checks',
      headers: { authorization: `Bearer ${institution.apiKey}` },
      body: { ...exam, ...fields },
    });
    if (![200, 201].includes(reply.status))
      throw new Error(`opening was answered ${reply.status}: ${reply.text}`);
    return { id: reply.json.id as string, token: new URL(reply.json.url).pathname.split('/')[2] as string };
  };
  const answer = (token: string, code: string) =>
    send({ method: 'POST', path: `/check/${token}/code`, body: { code } });
  return { phone, smsCode, registered, openCheck, answer };
}
