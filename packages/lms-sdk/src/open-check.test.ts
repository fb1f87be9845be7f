import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MotpClient, MotpError } from './client.ts';
import { getCheck } from './get-check.ts';
import { type LocalServer, startLocalServer } from './local-server.fixture.ts';
import { openCheck } from './open-check.ts';
import type { CheckRequest } from './types.ts';

let server: LocalServer;
let client: MotpClient;

const request: CheckRequest = {
  learner: { id: 'trainee-17', name: '홍길동', phone: '010-1234-5678' },
  course: { id: 'safety-101', title: '산업안전보건' },
  occasion: { kind: 'exam', number: 1 },
};
const open = {
  id: 'chk_1',
  status: 'open',
  url: 'https://motp.example/check/t0ken',
  expiresAt: '2026-11-23T12:10:00.000Z',
  reasons: ['exam'],
};

beforeEach(async () => {
  server = await startLocalServer();
  client = { url: server.url, apiKey: 'secret-key' };
});
afterEach(() => server.close());

async function errorOf(calling: Promise<unknown>): Promise<MotpError> {
  const error = await calling.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MotpError)) throw new Error(`expected a MotpError, got ${String(error)}`);
  return error;
}

describe('openCheck', () => {
  it('C-1 the server opens a check with its API key', async () => {
    server.reply = () => ({ status: 201, body: open });
    const { status: _, ...rest } = open;
    expect(await openCheck(client, request)).toEqual({ kind: 'open', ...rest });
    const [seen] = server.seen;
    expect(`${seen?.method} ${seen?.path}`).toBe('POST /v1/checks');
    expect(seen?.headers.authorization).toBe('Bearer secret-key');
    expect(seen?.headers['content-type']).toBe('application/json');
    expect(seen?.headers['idempotency-key']).toBeUndefined();
    expect(JSON.parse(seen?.body ?? '')).toEqual(request);
  });

  it('C-9 a repeated request carries its idempotency key', async () => {
    server.reply = () => ({ status: 201, body: open });
    await openCheck({ ...client, url: `${server.url}/` }, request, { idempotencyKey: 'login-42' });
    expect(server.seen.map((seen) => seen.headers['idempotency-key'])).toEqual(['login-42']);
    expect(server.seen[0]?.path).toBe('/v1/checks');
  });

  it('S-1 the server answers: check, passed, not required or blocked', async () => {
    const table = [
      [
        { id: 'chk_2', status: 'passed', method: 'exemption', receipt: 'a.b.c' },
        { kind: 'passed', id: 'chk_2', method: 'exemption', receipt: 'a.b.c' },
      ],
      [
        { status: 'not-required', because: 'already-checked', nextDue: { kind: 'lesson', number: 9 } },
        { kind: 'not-required', because: 'already-checked', nextDue: { kind: 'lesson', number: 9 } },
      ],
      [
        { status: 'not-required', because: 'not-due', nextDue: null },
        { kind: 'not-required', because: 'not-due', nextDue: null },
      ],
      [
        { status: 'blocked', because: 'daily-lesson-limit', until: '2026-11-23T15:00:00.000Z' },
        { kind: 'blocked', because: 'daily-lesson-limit', until: '2026-11-23T15:00:00.000Z' },
      ],
    ];
    for (const [body, opened] of table) {
      server.reply = () => ({ status: 200, body });
      expect(await openCheck(client, request)).toEqual(opened);
    }
  });

  it('P-3 a problem comes with code, status and the seconds to wait', async () => {
    server.reply = () => ({
      status: 429,
      headers: { 'retry-after': '7' },
      body: { type: 'about:blank', title: 'Too many', status: 429, detail: 'Slow down.', code: 'rate-limit' },
    });
    const error = await errorOf(openCheck(client, request));
    expect({ ...error }).toMatchObject({
      code: 'rate-limit',
      status: 429,
      detail: 'Slow down.',
      retryAfter: 7,
    });
    expect(error.message).toBe('rate-limit: Slow down.');
  });

  it('C-9 anything that is not in the shape of the protocol opens nothing', async () => {
    const replies = [
      { status: 200, body: 'OK' },
      { status: 200, body: [] },
      { status: 200, body: {} },
      { status: 200, body: { status: 'fine' } },
      { status: 200, body: { status: 'constructor' } },
      { status: 200, body: { ...open, url: undefined } },
      { status: 200, body: { ...open, reasons: 'exam' } },
      { status: 200, body: { status: 'passed', id: 'chk_1', method: 'motp' } },
      { status: 502, body: '<html>Bad gateway</html>' },
      { status: 500, body: { error: 'no code' } },
    ];
    for (const reply of replies) {
      server.reply = () => reply;
      const error = await errorOf(openCheck(client, request));
      expect([error.code, error.status]).toEqual(['unexpected-reply', reply.status]);
    }
  });

  it('C-9 a server that hangs, is gone or sends elsewhere opens nothing', async () => {
    server.reply = () => ({ status: 307, body: '', headers: { location: `${server.url}/elsewhere` } });
    expect((await errorOf(openCheck(client, request))).code).toBe('unreachable');
    expect(server.seen).toHaveLength(1);
    server.reply = () => new Promise(() => undefined);
    const late = await errorOf(openCheck({ ...client, timeout: 50 }, request));
    expect([late.code, late.status, late.retryAfter]).toEqual(['timeout', 0, null]);
    await server.close();
    const gone = await errorOf(openCheck(client, request));
    expect([gone.code, gone.status]).toEqual(['unreachable', 0]);
  });

  it('O-6 no error repeats the key, the name or the number', async () => {
    await server.close();
    const error = await errorOf(openCheck(client, request));
    const said = `${error.message} ${error.stack} ${JSON.stringify(error)}`;
    for (const secret of ['secret-key', '홍길동', '1234']) expect(said).not.toContain(secret);
  });
});

describe('getCheck', () => {
  const check = {
    id: 'chk_1',
    learner: { id: 'trainee-17' },
    course: { id: 'safety-101', title: '산업안전보건' },
    occasion: { kind: 'exam', number: 1 },
    reasons: ['exam'],
  };

  it('C-10 after a full-page return the server of the LMS asks', async () => {
    const passed = {
      ...check,
      status: 'passed',
      method: 'motp',
      passedAt: '2026-11-23T12:00:00.000Z',
      receipt: 'a.b.c',
    };
    server.reply = () => ({ status: 200, body: passed });
    expect(await getCheck(client, 'chk_1')).toEqual(passed);
    server.reply = () => ({ status: 200, body: { ...check, status: 'open' } });
    expect(await getCheck(client, 'chk/../1')).toEqual({ ...check, status: 'open' });
    expect(server.seen.map((seen) => seen.path)).toEqual(['/v1/checks/chk_1', '/v1/checks/chk%2F..%2F1']);
    expect(server.seen[0]?.headers.authorization).toBe('Bearer secret-key');
  });

  it('C-9 an unknown check and an odd reply open nothing', async () => {
    server.reply = () => ({
      status: 404,
      body: { code: 'check-unknown', detail: 'There is no such check.' },
    });
    const unknown = await errorOf(getCheck(client, 'chk_9'));
    expect([unknown.code, unknown.status]).toEqual(['check-unknown', 404]);
    server.reply = () => ({ status: 200, body: { ...check, status: 'done' } });
    expect((await errorOf(getCheck(client, 'chk_1'))).code).toBe('unexpected-reply');
  });
});
