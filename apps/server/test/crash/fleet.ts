import { createDatabase } from '../../../../test/support/postgres.ts';
import {
  type RunningServer,
  removeFolder,
  runMotp,
  startServer,
  temporaryFolder,
} from '../../../../test/support/processes.ts';
import type { Dialect } from '../../src/db/dialect.ts';
import { Phone } from '../support/phone.ts';
import { byHttp, type Transport, type WireReply } from '../support/transport.ts';

export interface Learner {
  id: string;
  name: string;
  phone: string;
}

/** One deployment: a database, a folder with its key, and as many real server processes as are started over it. */
export interface Fleet {
  folder: string;
  env: Record<string, string>;
  apiKey: string;
  /** Starts another process over the same data. */
  start(port?: number): Promise<RunningServer>;
  close(): Promise<void>;
}

export async function startFleet(dialect: Dialect): Promise<Fleet> {
  const folder = await temporaryFolder();
  const database = dialect === 'postgres' ? await createDatabase() : undefined;
  const env = {
    MOTP_MODE: 'demo',
    MOTP_LIMITS: 'off',
    MOTP_LOG: 'error',
    MOTP_DATABASE: database?.url ?? 'sqlite:data/motp.db',
  };
  const servers: RunningServer[] = [];
  await command(folder, env, 'migrate');
  const origin = 'https://lms.example';
  const added = await command(
    folder,
    env,
    'institution',
    'add',
    '--id',
    'inst',
    '--name',
    '한빛',
    '--origin',
    origin,
  );
  return {
    ...{ folder, env, apiKey: JSON.parse(added).apiKey },
    async start(port) {
      const server = await startServer('serve', { folder, env, ...(port === undefined ? {} : { port }) });
      servers.push(server);
      return server;
    },
    async close() {
      await Promise.all(servers.map((server) => server.kill()));
      await database?.drop();
      await removeFolder(folder);
    },
  };
}

async function command(folder: string, env: Record<string, string>, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runMotp(args, folder, env);
  if (code !== 0) throw new Error(`motp ${args.join(' ')} ended with ${code}:\n${stderr}`);
  return stdout;
}

/** What an LMS and a phone do to one server, over HTTP. */
export class Client {
  readonly send: Transport;
  readonly #server: RunningServer;
  readonly #apiKey: string;

  constructor(server: RunningServer, { apiKey }: Pick<Fleet, 'apiKey'>) {
    this.send = byHttp(server.url);
    this.#server = server;
    this.#apiKey = apiKey;
  }

  async registered({ name, phone: number }: Learner): Promise<Phone> {
    const phone = await Phone.make(this.send, this.#server.url);
    // By its reference: two phones may register one number at once.
    await phone.register({ name, phone: number }, async (to, reference) => {
      const outbox = await this.send({ method: 'GET', path: `/demo/outbox?to=${to}` });
      const messages: { text: string; code: string }[] = outbox.json.messages;
      return messages.find(({ text }) => text.includes(`(${reference})`))?.code ?? 'no message';
    });
    return phone;
  }

  async open(learner: Learner, number: number): Promise<{ id: string; token: string }> {
    const body = { learner, course: { id: 'c', title: '산업안전보건' }, occasion: { kind: 'exam', number } };
    const headers = { authorization: `Bearer ${this.#apiKey}` };
    const reply = await this.send({ method: 'POST', path: '/v1/checks', headers, body });
    if (reply.status !== 201) throw new Error(`opening was answered ${reply.status}: ${reply.text}`);
    return { id: reply.json.id, token: new URL(reply.json.url).pathname.split('/')[2] ?? '' };
  }

  answer(token: string, code: string): Promise<WireReply> {
    return this.send({ method: 'POST', path: `/check/${token}/code`, body: { code } });
  }

  async state(token: string) {
    const reply = await this.send({ method: 'GET', path: `/check/${token}/state` });
    return reply.json;
  }

  async check(id: string) {
    const headers = { authorization: `Bearer ${this.#apiKey}` };
    const reply = await this.send({ method: 'GET', path: `/v1/checks/${id}`, headers });
    return reply.json;
  }
}

let people = 0;

/** Somebody who was never seen before. */
export function newLearner(): Learner {
  people++;
  const digits = String(people).padStart(4, '0');
  return { id: `trainee-${digits}`, name: `훈련생${digits}`, phone: `010-4000-${digits}` };
}

/** Codes are accepted 30 s after their step ends: waits until the present step has at least this long to go. */
export async function stepWithTimeLeft(milliseconds: number): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < milliseconds) await new Promise((resolve) => setTimeout(resolve, left + 50));
}
