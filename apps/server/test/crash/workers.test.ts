import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as timeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../../test/support/free-port.ts';
import { type RunningServer, runMotp } from '../../../../test/support/processes.ts';
import type { Phone } from '../support/phone.ts';
import { outcomeOf, tally, wrongCodes } from '../support/wrong-codes.ts';
import { Client, type Fleet, newLearner, startFleet } from './fleet.ts';

let fleet: Fleet;
afterEach(() => fleet?.close());

async function startWorkers(workers: number): Promise<RunningServer> {
  fleet = await startFleet('postgres');
  Object.assign(fleet.env, {
    MOTP_WORKERS: String(workers),
    MOTP_IDENTITY: 'none',
    MOTP_IDENTITY_IPIN: 'none',
  });
  return fleet.start();
}

async function registeredWithChecks(client: Client, count: number) {
  const learner = newLearner();
  const phone = await client.registered(learner);
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const checks = await Promise.all(numbers.map((number) => client.open(learner, number)));
  return { learner, phone, checks, tokens: checks.map(({ token }) => token) };
}

/** Processes whose parent is the first process of these workers: found by the port in their environment. */
async function workersOf(port: number): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = environmentOf(name);
    if (
      environment.includes(`MOTP_PORT=${port}`) &&
      environment.some((each) => /^NODE_UNIQUE_ID=/.test(each))
    )
      found.push(Number(name));
  }
  return found;
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

const every = async (client: Client, tokens: string[], codes: string[]) =>
  tally(
    (
      await Promise.all(codes.map((code, index) => client.answer(tokens[index % tokens.length] ?? '', code)))
    ).map(outcomeOf),
  );

describe.each([2, 4])('%i workers over one PostgreSQL', (workers) => {
  it('C-7 and C-5 right answers pass once, wrong ones are judged five times, an occasion is opened once', async () => {
    const server = await startWorkers(workers);
    const client = new Client(server, fleet);
    expect(await workersOf(server.port)).toHaveLength(workers);
    const one = await registeredWithChecks(client, 1);
    expect(await every(client, one.tokens, Array(200).fill(one.phone.code()))).toEqual({
      passed: 1,
      'check-over': 199,
    });
    const guessed = await registeredWithChecks(client, 30);
    expect(await every(client, guessed.tokens, wrongCodes(guessed.phone, Date.now(), 300))).toEqual({
      'wrong-code': 5,
      locked: 295,
    });
    const phones: Phone[] = await Promise.all([
      client.registered(one.learner),
      client.registered(one.learner),
    ]);
    const states = await Promise.all(phones.map((phone) => phone.request('GET', '/app-api/device')));
    expect(tally(states.map(({ json }) => json.status))).toEqual({ active: 1, replaced: 1 });
    const body = {
      learner: newLearner(),
      course: { id: 'c', title: '과정' },
      occasion: { kind: 'exam', number: 1 },
    };
    const headers = { authorization: `Bearer ${fleet.apiKey}` };
    const opened = await Promise.all(
      Array.from({ length: 40 }, () => client.send({ method: 'POST', path: '/v1/checks', headers, body })),
    );
    expect(tally(opened.map(({ status }) => String(status)))).toEqual({ '200': 39, '201': 1 });
    expect(await server.stop()).toBe(0);
    expect(await workersOf(server.port)).toEqual([]);
  });
});

describe('workers', () => {
  it('P-1 one that is killed amid answers is replaced, and no pass is lost or given twice', async () => {
    const server = await startWorkers(2);
    const client = new Client(server, fleet);
    const all = await Promise.all(Array.from({ length: 12 }, () => registeredWithChecks(client, 2)));
    const [victim = expect.fail('no worker')] = await workersOf(server.port);
    let replied = 0;
    const passed: string[] = [];
    await Promise.all(
      all.flatMap(({ phone, checks }) =>
        [0, 1, 2, 3, 4, 5].map(async (nth) => {
          const check = checks[nth % 2] ?? expect.fail('no check');
          // A connection that was being handed to the worker when it was killed gets no reply at all (C-9).
          const answer = client.answer(check.token, phone.code()).catch(() => undefined);
          const reply = await Promise.race([answer, timeout(15_000, undefined, { ref: false })]);
          if (reply && outcomeOf(reply) === 'passed') passed.push(check.id);
          if (++replied === 10) process.kill(victim, 'SIGKILL');
        }),
      ),
    );
    await expect.poll(() => workersOf(server.port), { timeout: 20_000 }).toHaveLength(2);
    expect(await workersOf(server.port)).not.toContain(victim);
    for (const id of passed) expect(await client.check(id)).toMatchObject({ status: 'passed' });
    for (const { checks } of all) {
      const states = await Promise.all(checks.map(({ id }) => client.check(id)));
      expect(states.filter(({ status }) => status === 'passed').length).toBeLessThanOrEqual(1);
    }
    expect(server.log()).toContain('a worker ended');
    expect(await server.stop()).toBe(0);
  });

  it('P-5 the command ends with the reason when none of them can start', async () => {
    fleet = await startFleet('postgres');
    const port = await freePort();
    const taken = createServer().listen(port, '127.0.0.1');
    const env = {
      MOTP_WORKERS: '2',
      MOTP_IDENTITY: 'none',
      MOTP_IDENTITY_IPIN: 'none',
      MOTP_PORT: String(port),
    };
    const ended = await runMotp(['serve'], fleet.folder, { ...fleet.env, ...env });
    taken.close();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('EADDRINUSE');
    expect(ended.stderr).toContain('no worker could start');
  });
});

describe.each([1, 2])('the end of a server of %i processes', (workers) => {
  it('P-1 what it accepted is answered or not judged, and it ends within ten seconds', async () => {
    fleet = await startFleet('postgres');
    Object.assign(fleet.env, {
      MOTP_WORKERS: String(workers),
      MOTP_IDENTITY: 'none',
      MOTP_IDENTITY_IPIN: 'none',
    });
    const server = await fleet.start();
    const other = new Client(await fleet.start(), fleet);
    const client = new Client(server, fleet);
    const all = await Promise.all(Array.from({ length: 40 }, () => registeredWithChecks(client, 1)));
    let stopped: Promise<number | null> | undefined;
    let began = 0;
    const outcomes = await Promise.all(
      all.map(async ({ phone, tokens }, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 4));
        const reply = await client.answer(tokens[0] ?? '', phone.code()).catch(() => undefined);
        began ||= performance.now();
        stopped ??= server.stop();
        return reply && reply.status === 200 ? outcomeOf(reply) : 'refused';
      }),
    );
    expect(await stopped).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    const states = await Promise.all(all.map(({ tokens }) => other.state(tokens[0] ?? '')));
    expect(outcomes.map((outcome) => outcome === 'passed')).toEqual(
      states.map(({ status }) => status === 'passed'),
    );
    expect(outcomes).toContain('passed');
  });
});
