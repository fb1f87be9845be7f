import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { createServer } from '../http/server.ts';
import { testWorld } from './providers/attempt.fixture.ts';
import { returnRoutes } from './return-routes.ts';

const server = createServer({ world: testWorld(), logger: pino({ level: 'silent' }), trustedProxies: [] });
returnRoutes(server);
afterAll(() => server.close());

const attempt = `idt_${'A'.repeat(43)}`;
const get = (url: string) => server.inject({ method: 'GET', url });

describe('C-6 the one return address of OpenID Connect', () => {
  it('C-6 leads to the attempt that state names, with all that the provider appended', async () => {
    const reply = await get(`/identity/return?code=c%2Fd&state=${attempt}.xyz&iss=https%3A%2F%2Fid.example`);
    expect([reply.statusCode, reply.headers.location, reply.headers['cache-control']]).toEqual([
      303,
      `/identity/return/${attempt}?code=c%2Fd&state=${attempt}.xyz&iss=https%3A%2F%2Fid.example`,
      'no-store',
    ]);
  });

  it.each([
    ['no state', ''],
    ['an empty state', '?state='],
    ['a state without an attempt', '?state=xyz'],
    ['another address for an attempt', '?state=%2F%2Fevil.example%2F.xyz'],
    ['an attempt and more of a path', `?state=${attempt}%2F..%2F..%2Fcheck.xyz`],
    ['two states', `?state=${attempt}.x&state=${attempt}.y`],
  ])('P-3 %s leads nowhere', async (_what, query) => {
    const reply = await get(`/identity/return${query}`);
    expect([reply.statusCode, reply.headers.location]).toEqual([400, undefined]);
  });
});
