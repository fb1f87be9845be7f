import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { RunningServer } from '../../../../test/support/processes.ts';
import type { Dialect } from '../../src/db/dialect.ts';
import { Client, type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await fleet?.close();
  fleet = undefined;
});

async function started(dialect: Dialect, env: Record<string, string>) {
  fleet = await startFleet(dialect);
  Object.assign(fleet.env, env);
  const server = await fleet.start();
  return { server, client: new Client(server, fleet) };
}

const statusOf = (server: RunningServer, path: string) =>
  fetch(`${server.url}${path}`).then(
    ({ status }) => status,
    () => 'refused',
  );

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('P-1 while it drains it is not ready, and answers codes all the same', async () => {
  const { server, client } = await started('sqlite', { MOTP_DRAIN_MS: '3000' });
  const learner = { id: 'l1', name: '홍길동', phone: '010-1234-5678' };
  const phone = await client.registered(learner);
  const { token } = await client.open(learner, 1);
  expect(await statusOf(server, '/readyz')).toBe(200);
  const stopped = server.stop();
  await expect.poll(() => statusOf(server, '/readyz')).toBe(503);
  const reply = await client.answer(token, phone.code());
  expect([reply.status, reply.json.outcome]).toEqual([200, 'passed']);
  expect(await stopped).toBe(0);
  expect(await statusOf(server, '/readyz')).toBe('refused');
});

it('P-1 workers may drain for longer than a server may take to stop', async () => {
  const { server } = await started('postgres', {
    MOTP_WORKERS: '2',
    MOTP_DRAIN_MS: '11000',
    MOTP_IDENTITY: 'none',
    MOTP_IDENTITY_IPIN: 'none',
  });
  const stopped = server.stop();
  await wait(10_000);
  expect(await statusOf(server, '/readyz')).toBe(503);
  expect(await stopped).toBe(0);
});

it.each([
  ['has sent nothing', ''],
  [
    'has sent half a request',
    'POST /check/t/code HTTP/1.1\r\nhost: localhost\r\ncontent-length: 17\r\n\r\n{',
  ],
])('P-1 a connection that %s does not keep it', async (_what, bytes) => {
  const { server } = await started('sqlite', {});
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket.on('error', () => undefined).resume());
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(bytes);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const began = performance.now();
  expect(await server.stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(10_000);
  await closed;
});

it('P-1 a second signal does not wait', async () => {
  const { server } = await started('sqlite', { MOTP_DRAIN_MS: '120000' });
  const first = server.stop();
  await expect.poll(() => statusOf(server, '/readyz')).toBe(503);
  expect(await server.stop()).toBe(1);
  expect(await first).toBe(1);
});
