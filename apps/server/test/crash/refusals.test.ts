import { once } from 'node:events';
import { cp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../../test/support/free-port.ts';
import { createDatabase } from '../../../../test/support/postgres.ts';
import { removeFolder, runMotp, startServer, temporaryFolder } from '../../../../test/support/processes.ts';
import { dialects } from '../support/system.ts';
import { outcomeOf } from '../support/wrong-codes.ts';
import { Client, newLearner, startFleet, stepWithTimeLeft } from './fleet.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function newFolder(): Promise<string> {
  const folder = await temporaryFolder();
  cleanups.push(() => removeFolder(folder));
  return folder;
}

async function newDatabase(dialect: (typeof dialects)[number]): Promise<string> {
  if (dialect === 'sqlite') return 'sqlite:data/motp.db';
  const database = await createDatabase();
  cleanups.push(() => database.drop());
  return database.url;
}

/** What a command that cannot go on says: the problems, each on its line. */
async function problemsOf(command: string, folder: string, env: Record<string, string>): Promise<string[]> {
  const { code, stdout, stderr } = await runMotp([command], folder, env);
  expect([code, stdout]).toEqual([1, '']);
  const lines = stderr.trimEnd().split('\n');
  const said = lines.indexOf('motp cannot go on:');
  expect(said).toBeGreaterThanOrEqual(0);
  return lines.slice(said + 1).map((line) => line.replace(/^ {2}- /, ''));
}

const production = {
  MOTP_PUBLIC_URL: 'https://motp.example',
  MOTP_SMS: 'webhook',
  MOTP_SMS_WEBHOOK_URL: 'https://sms.example/send',
};

describe.each(dialects)('what the server refuses on %s', (dialect) => {
  it('P-5 serve refuses a database that is out of date, and runs after migrate', async () => {
    const folder = await newFolder();
    const env = { ...production, MOTP_DATABASE: await newDatabase(dialect), MOTP_LOG: 'error' };
    expect((await runMotp(['key', 'new', '--out', 'data/master.key'], folder)).code).toBe(0);
    expect(await problemsOf('serve', folder, env)).toEqual([
      expect.stringMatching(
        /^the database is out of date \(0001-main-job, .+ missing\): run `motp migrate`$/,
      ),
    ]);
    const migrated = await runMotp(['migrate'], folder, env);
    expect([migrated.code, migrated.stderr]).toEqual([
      0,
      expect.stringMatching(/^Migrated: 0001-main-job, .+\n$/),
    ]);
    const again = await runMotp(['migrate'], folder, env);
    expect([again.code, again.stderr]).toEqual([0, 'The database is up to date.\n']);
    const server = await startServer('serve', { folder, env });
    const outbox = await fetch(`http://127.0.0.1:${server.port}/demo/outbox`);
    expect(outbox.status).toBe(404);
    expect(await server.stop()).toBe(0);
    const other = { ...env, MOTP_KEY_FILE: 'data/other.key' };
    expect((await runMotp(['key', 'new', '--out', 'data/other.key'], folder)).code).toBe(0);
    expect(await problemsOf('serve', folder, other)).toEqual([
      'MOTP_KEY_FILE is not the key of this database',
    ]);
  });

  it('P-5 production refuses what a demo left behind and every wrong setting, all at once', async () => {
    const folder = await newFolder();
    const database = await newDatabase(dialect);
    const demo = { MOTP_MODE: 'demo', MOTP_DATABASE: database, MOTP_LOG: 'error' };
    await runMotp(['migrate'], folder, demo);
    const server = await startServer('serve', { folder, env: demo });
    expect(await server.stop()).toBe(0);
    const env = {
      MOTP_DATABASE: database,
      MOTP_PUBLIC_URL: 'http://motp.example',
      MOTP_SMS: 'outbox',
      MOTP_IDENTITY: 'simulator',
      MOTP_LIMITS: 'off',
    };
    expect(await problemsOf('serve', folder, env)).toEqual([
      'MOTP_PUBLIC_URL must be https: plain http is for this machine only',
      'MOTP_SMS=outbox shows codes to everybody and is for demo mode only',
      'MOTP_LIMITS=off is for load tests in demo mode only',
      'MOTP_IDENTITY=simulator lets anybody pass and is for demo mode only',
      'MOTP_KEY_FILE was made by the demo: make one with `motp key new --out FILE`',
      'this database was opened in demo mode, where anybody can pass: use a new one',
    ]);
    await rm(join(folder, 'data', 'master.key'));
    expect(await problemsOf('serve', folder, { ...production, MOTP_DATABASE: database })).toEqual([
      'MOTP_KEY_FILE cannot be read: make one with `motp key new --out FILE`',
      'this database was opened in demo mode, where anybody can pass: use a new one',
    ]);
  });
});

describe('what the server refuses', () => {
  it('P-5 production without a key says how to make one', async () => {
    const folder = await newFolder();
    const env = { ...production, MOTP_DATABASE: 'sqlite:data/motp.db' };
    await runMotp(['migrate'], folder, env);
    expect(await problemsOf('serve', folder, env)).toEqual([
      'MOTP_KEY_FILE cannot be read: make one with `motp key new --out FILE`',
    ]);
  });

  it('P-5 a demo listens on loopback only', async () => {
    const folder = await newFolder();
    const env = { MOTP_MODE: 'demo', MOTP_HOST: '0.0.0.0', MOTP_PORT: String(await freePort()) };
    await runMotp(['migrate'], folder, env);
    expect(await problemsOf('serve', folder, env)).toEqual([
      'MOTP_HOST must be a loopback address in demo mode: the demo is for this machine only',
    ]);
  });

  it('P-5 a port that is taken is said, not thrown', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    cleanups.push(async () => taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const folder = await newFolder();
    const env = { MOTP_MODE: 'demo', MOTP_PORT: String(port) };
    await runMotp(['migrate'], folder, env);
    expect(await problemsOf('serve', folder, env)).toEqual([
      `cannot listen on 127.0.0.1:${port} (EADDRINUSE)`,
    ]);
  });

  it('P-2 a master key is never overwritten', async () => {
    const folder = await newFolder();
    expect((await runMotp(['key', 'new', '--out', 'k'], folder)).code).toBe(0);
    const again = await runMotp(['key', 'new', '--out', 'k'], folder);
    expect([again.code, again.stderr]).toEqual([
      1,
      'motp cannot go on:\n  - k exists already; a master key is never overwritten\n',
    ]);
  });

  it('O-3 an institution’s id is taken once, and every fault is said', async () => {
    const fleet = await startFleet('sqlite');
    cleanups.push(() => fleet.close());
    const add = (...args: string[]) => runMotp(['institution', 'add', ...args], fleet.folder, fleet.env);
    const taken = await add('--id', 'inst', '--name', 'x', '--origin', 'https://lms.example');
    expect([taken.code, taken.stdout, taken.stderr]).toEqual([
      1,
      '',
      'motp cannot go on:\n  - there is an institution "inst" already\n',
    ]);
    const wrong = await add('--id', 'a b', '--name', ' ', '--origin', 'http://lms.example');
    expect(wrong.stderr.split('\n').filter((line) => line.startsWith('  - '))).toHaveLength(3);
  });

  it('C-7 a database file that was put back accepts no code again', async () => {
    const fleet = await startFleet('sqlite');
    cleanups.push(() => fleet.close());
    let server = await fleet.start();
    let client = new Client(server, fleet);
    const learner = newLearner();
    await stepWithTimeLeft(10_000);
    const phone = await client.registered(learner);
    const check = await client.open(learner, 1);
    await server.stop();
    const [data, kept] = [join(fleet.folder, 'data/motp.db'), join(fleet.folder, 'kept.db')];
    await cp(data, kept);

    server = await fleet.start(server.port);
    client = new Client(server, fleet);
    const code = phone.code();
    expect(outcomeOf(await client.answer(check.token, code))).toBe('passed');
    // The mark is kept once a second.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await server.kill();
    for (const ending of ['-wal', '-shm']) await rm(data + ending, { force: true });
    await cp(kept, data);

    server = await fleet.start(server.port);
    client = new Client(server, fleet);
    expect(await client.state(check.token)).toEqual({ status: 'expired' });
    const again = await client.open(learner, 2);
    expect(outcomeOf(await client.answer(again.token, code))).toBe('code-used');
  });
});
