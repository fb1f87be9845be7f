import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { CheckGate, GateDecision } from './check-gate.ts';
import { expressGate, fastifyGate, type Otherwise, type WithHeaders } from './middleware.ts';

const check = {
  id: 'chk_1',
  url: 'https://motp.example/check/t0ken',
  expiresAt: '2026-11-23T12:10:00.000Z',
  reasons: ['exam'],
};
const until = '2026-11-23T15:00:00.000Z';
const pass: GateDecision = { kind: 'pass', receipt: null, nextDue: null };
const refusals: [GateDecision, number, object][] = [
  [{ kind: 'check', check }, 403, { code: 'check-required', check }],
  [
    { kind: 'blocked', because: 'daily-lesson-limit', until },
    403,
    { code: 'blocked', because: 'daily-lesson-limit', until },
  ],
  [{ kind: 'refused', code: 'wrong-check' }, 403, { code: 'wrong-check' }],
  [{ kind: 'unavailable', code: 'timeout' }, 503, { code: 'timeout' }],
];

let decision: GateDecision | Error;
const gate: CheckGate<unknown> = async () => {
  if (decision instanceof Error) throw decision;
  return decision;
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** As Express calls its middleware. */
async function byExpress(otherwise?: Otherwise<WithHeaders, ServerResponse>): Promise<string> {
  const middleware = expressGate<IncomingMessage, ServerResponse>(gate, otherwise);
  const server: Server = createServer((request, response) => {
    void middleware(request, response, (error) => {
      response.statusCode = error === undefined ? 200 : 500;
      response.end(error === undefined ? 'the exam' : 'an error');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => void server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/exam`;
}

async function byFastify(otherwise?: Otherwise<FastifyRequest, FastifyReply>): Promise<string> {
  const app = fastify();
  app.get(
    '/exam',
    { preHandler: fastifyGate<FastifyRequest, FastifyReply>(gate, otherwise) },
    async () => 'the exam',
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  closing.push(() => app.close());
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/exam`;
}

const ask = (url: string, accept = 'application/json'): Promise<Response> =>
  fetch(url, { redirect: 'manual', headers: { accept, connection: 'close' } });

describe.each([
  ['Express', byExpress],
  ['Fastify', byFastify],
] as const)('a gate as middleware of %s', (_name, start) => {
  it('S-1 a pass reaches the handler', async () => {
    decision = pass;
    const reply = await ask(await start());
    expect([reply.status, await reply.text()]).toEqual([200, 'the exam']);
  });

  it('C-1 and C-9 nothing else reaches it: 403 with the check’s URL, or why not', async () => {
    const url = await start();
    for (const [refusal, status, body] of refusals) {
      decision = refusal;
      const reply = await ask(url);
      expect([reply.status, await reply.json()]).toEqual([status, body]);
      expect(reply.headers.get('cache-control')).toBe('no-store');
    }
    decision = new Error('broken');
    expect((await ask(url)).status).toBe(500);
  });

  it('C-2 a browser that goes to the page is led to the check’s full page', async () => {
    decision = { kind: 'check', check };
    const reply = await ask(await start(), 'text/html,application/xhtml+xml,*/*;q=0.8');
    expect([reply.status, reply.headers.get('location')]).toEqual([303, check.url]);
  });
});

it('S-1 an LMS answers a refusal in its own words', async () => {
  decision = { kind: 'blocked', because: 'daily-lesson-limit', until };
  const express = await ask(
    await byExpress((_request, response, refusal) => {
      response.statusCode = 409;
      response.end(refusal.kind);
    }),
  );
  expect([express.status, await express.text()]).toEqual([409, 'blocked']);
  const fastified = await ask(
    await byFastify((_request, reply, refusal) => reply.code(409).send(refusal.kind)),
  );
  expect([fastified.status, await fastified.text()]).toEqual([409, 'blocked']);
});
