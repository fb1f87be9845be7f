import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Kysely, sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../../../../test/support/postgres.ts';
import { removeFolder, runMotp, temporaryFolder } from '../../../../test/support/processes.ts';
import { migrate, migrations, type Steps } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { dialects } from '../support/system.ts';
import { outcomeOf } from '../support/wrong-codes.ts';
import { Client, type Fleet, newLearner, startFleet } from './fleet.ts';

let fleet: Fleet;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await fleet?.close();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const NEWEST = Object.keys(migrations).sort().at(-1) ?? '';
const adding = (column: string) => async (db: Kysely<unknown>) => {
  await sql`alter table device add column ${sql.ref(column)} text`.execute(db);
};
const expanding: Steps = { ...migrations, '9001-expand': { beside: NEWEST, up: adding('one') } };
const closing: Steps = { ...expanding, '9002-close': { up: adding('two') } };

async function applied(url: string, steps: Steps): Promise<void> {
  const database = openDatabase(url);
  await migrate(database, steps);
  await database.close();
}

describe.each(dialects)('motp migrate on %s', (dialect) => {
  it('P-4 two at once: both end well, and the steps are run once', async () => {
    const folder = await temporaryFolder();
    cleanups.push(() => removeFolder(folder));
    const database = dialect === 'postgres' ? await createDatabase() : undefined;
    if (database) cleanups.push(() => database.drop());
    const env = { MOTP_DATABASE: database?.url ?? 'sqlite:data/motp.db' };
    const both = await Promise.all([runMotp(['migrate'], folder, env), runMotp(['migrate'], folder, env)]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.map(({ stderr }) => stderr.split(/[:.]/)[0]).sort()).toEqual([
      'Migrated',
      'The database is up to date',
    ]);
  });
});

describe('an upgrade while servers run', () => {
  it('P-4 the old server answers before, during and after a step that adds, and is not ready after one that does not', async () => {
    fleet = await startFleet('postgres');
    const url = fleet.env.MOTP_DATABASE ?? '';
    const server = await fleet.start();
    const client = new Client(server, fleet);
    let isDone = false;
    let answered = 0;
    const stream = (async () => {
      while (!isDone || answered < 6) {
        const learner = newLearner();
        const phone = await client.registered(learner);
        const { token } = await client.open(learner, 1);
        expect(outcomeOf(await client.answer(token, phone.code()))).toBe('passed');
        answered++;
      }
    })();
    await expect.poll(() => answered, { timeout: 20_000 }).toBeGreaterThan(1);
    await applied(url, expanding);
    isDone = true;
    await stream;
    const ready = () => client.send({ method: 'GET', path: '/readyz' });
    expect((await ready()).status).toBe(200);
    const again = new Client(await fleet.start(), fleet);
    expect((await again.send({ method: 'GET', path: '/healthz' })).status).toBe(200);
    const beside = await runMotp(['migrate'], fleet.folder, fleet.env);
    expect([beside.code, beside.stderr]).toEqual([0, expect.stringContaining('Nothing was changed')]);
    await applied(url, closing);
    expect(await ready()).toMatchObject({
      status: 503,
      json: { status: 'not-ready', reason: expect.stringContaining('needs a server that knows 9002-close') },
    });
    for (const command of ['serve', 'migrate']) {
      const refused = await runMotp([command], fleet.folder, fleet.env);
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('9002-close')]);
    }
  });
});

/** The wire to PostgreSQL: open, cut, or silent as when a cable is pulled. */
async function wire(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) sockets.add(socket.on('error', end).on('close', end));
    if (state === 'cut') return end();
    client.on('data', (bytes) => state === 'open' && upstream.write(bytes));
    upstream.on('data', (bytes) => state === 'open' && client.write(bytes));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  const drop = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  cleanups.push(async () => {
    drop();
    server.close();
  });
  return {
    url: url.href,
    become(next: typeof state) {
      state = next;
      if (next === 'cut') drop();
    },
  };
}

describe('a PostgreSQL that goes away', () => {
  it.each(['cut', 'silent'] as const)(
    'C-9 %s: every route says 503 in time, and all is well when it is back',
    async (state) => {
      fleet = await startFleet('postgres');
      const line = await wire(fleet.env.MOTP_DATABASE ?? '');
      fleet.env.MOTP_DATABASE = line.url;
      const server = await fleet.start();
      const client = new Client(server, fleet);
      const learner = newLearner();
      const phone = await client.registered(learner);
      const { id, token } = await client.open(learner, 1);
      line.become(state);
      const authorized = { headers: { authorization: `Bearer ${fleet.apiKey}` } };
      const body = { learner, course: { id: 'c', title: '과정' }, occasion: { kind: 'exam', number: 2 } };
      const asked = [
        () => client.answer(token, phone.code()),
        () => client.send({ method: 'GET', path: `/check/${token}/state` }),
        () => client.send({ method: 'GET', path: `/v1/checks/${id}`, ...authorized }),
        () => client.send({ method: 'POST', path: '/v1/checks', ...authorized, body }),
        () => client.send({ method: 'GET', path: '/v1/webhook', ...authorized }),
        () => phone.request('GET', '/app-api/device'),
        () => client.send({ method: 'GET', path: '/readyz' }),
      ];
      const began = performance.now();
      const replies = await Promise.all(asked.map((ask) => ask()));
      expect(performance.now() - began).toBeLessThan(12_000);
      expect(replies.map(({ status }) => status)).toEqual(asked.map(() => 503));
      expect(replies.slice(0, -1).map(({ headers }) => headers['retry-after'])).toEqual(
        asked.slice(1).map(() => '1'),
      );
      expect((await client.send({ method: 'GET', path: '/healthz' })).status).toBe(200);
      await expect.poll(() => server.log(), { timeout: 30_000 }).toContain('background work failed');
      line.become('open');
      const isReady = async () => (await client.send({ method: 'GET', path: '/readyz' })).status;
      await expect.poll(isReady, { timeout: 30_000, interval: 200 }).toBe(200);
      expect(outcomeOf(await client.answer(token, phone.code()))).toBe('passed');
      expect(server.log()).not.toContain('"msg":"fault"');
    },
  );
});
