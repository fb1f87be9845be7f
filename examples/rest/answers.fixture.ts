import { afterEach, beforeEach, expect, it } from 'vitest';
import { exam } from '../../apps/server/test/support/system.ts';
import { type LocalServer, startLocalServer } from '../../packages/lms-sdk/src/local-server.fixture.ts';
import type { Example } from './sample.fixture.ts';

let server: LocalServer;

export function answers(example: Example): void {
  beforeEach(async () => {
    server = await startLocalServer();
  });
  afterEach(() => server.close());
  const ask = (settings: unknown, more = {}) =>
    example.call('requireCheck', { settings, request: exam, ...more });
  const open = {
    ...{ id: 'chk_1', status: 'open', url: 'https://motp.example/check/t0ken' },
    ...{ expiresAt: '2026-11-23T12:10:00.000Z', reasons: ['exam'] },
  };

  it('S-1 the server answers: not required, check, excused or blocked', async () => {
    const settings = example.settings(server.url);
    for (const body of [
      open,
      { id: 'chk_2', status: 'passed', method: 'exemption', receipt: 'a.b.c' },
      { status: 'not-required', because: 'already-checked', nextDue: { kind: 'lesson', number: 9 } },
      { status: 'not-required', because: 'not-due', nextDue: null },
      { status: 'blocked', because: 'daily-lesson-limit', until: '2026-11-23T15:00:00.000Z' },
    ]) {
      server.reply = () => ({ status: 200, body });
      expect((await ask(settings, { idempotencyKey: 'k 1' })).returned).toEqual(body);
    }
    const [seen] = server.seen;
    expect(`${seen?.method} ${seen?.path}`).toBe('POST /v1/checks');
    expect(seen?.headers.authorization).toBe('Bearer secret-key');
    expect(seen?.headers['content-type']).toBe('application/json');
    expect(seen?.headers['idempotency-key']).toBe('k 1');
    expect(JSON.parse(seen?.body ?? '')).toEqual(exam);
  });

  it('P-3 a problem comes with code, status and the seconds to wait', async () => {
    const body = { status: 429, detail: 'Slow down.', code: 'institution-limit' };
    server.reply = () => ({ status: 429, headers: { 'retry-after': '7' }, body });
    const refused = await ask(example.settings(server.url));
    expect(refused).toMatchObject({ problem: 'institution-limit', status: 429, retryAfter: 7 });
    expect(refused.message).toContain('institution-limit: Slow down.');
  });

  it('C-9 anything that is not in the shape of the protocol opens nothing', async () => {
    const settings = example.settings(server.url);
    for (const reply of [
      { status: 200, body: 'OK' },
      { status: 200, body: [] },
      { status: 200, body: {} },
      { status: 200, body: { status: 'fine' } },
      { status: 200, body: { ...open, url: undefined } },
      { status: 200, body: { status: 'passed', id: 'chk_1', method: 'motp' } },
      { status: 200, body: { status: 'blocked', because: 'daily-lesson-limit' } },
      { status: 307, body: '', headers: { location: `${server.url}/elsewhere` } },
      { status: 502, body: '<html>Bad gateway</html>' },
      { status: 500, body: { error: 'no code' } },
    ]) {
      server.reply = () => reply;
      expect(await ask(settings)).toMatchObject({ problem: 'unexpected-reply', status: reply.status });
    }
    server.reply = () => ({ status: 200, body: { ...open, id: 'chk_2', status: 'passed' } });
    expect((await example.call('getCheck', { settings, check: 'chk_1' })).problem).toBe('unexpected-reply');
    expect(server.seen.map(({ path }) => path)).not.toContain('/elsewhere');
  });

  it('C-9 and O-6: a server that hangs or is gone opens nothing, and no error repeats a secret', async () => {
    const settings = example.settings(server.url, { timeout: 1 });
    server.reply = () => new Promise(() => undefined);
    const late = await ask(settings);
    await server.close();
    const gone = await ask(settings);
    expect([late.problem, late.status, gone.problem, gone.status]).toEqual(['timeout', 0, 'unreachable', 0]);
    for (const secret of ['secret-key', '홍길동', '1234']) {
      expect(`${late.message}${gone.message}`).not.toContain(secret);
    }
  });
}
