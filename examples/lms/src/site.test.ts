import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handle } from './site.ts';
import { makeWorld } from './world.ts';

// A real HTTP server in the place of the mOTP server, which signs real receipts.
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256', use: 'sig' };

let motp: Server;
let site: Server;
let motpUrl: string;
let origin: string;
let opened: unknown;
let checkStatus: string;

async function listen(listener: RequestListener): Promise<[Server, string]> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
}

beforeEach(async () => {
  checkStatus = 'open';
  [motp, motpUrl] = await listen((request, response) => {
    const path = request.url ?? '';
    const check = { ...claimed, id: 'chk_1', status: checkStatus, learner: { id: 'trainee-17' } };
    const body =
      path === '/v1/checks' ? opened : path === '/v1/checks/chk_1' ? withReceipt(check) : { keys: [jwk] };
    response.end(JSON.stringify(body));
  });
  opened = {
    id: 'chk_1',
    status: 'open',
    url: `${motpUrl}/check/t`,
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    reasons: ['exam'],
  };
  const settings = { motpUrl, apiKey: 'k', institution: 'hanbit', host: '127.0.0.1', port: 0, origin: '' };
  const world = makeWorld(settings);
  [site, origin] = await listen((request, response) => void handle(world, request, response));
  settings.origin = origin;
});
afterEach(() => {
  for (const server of [motp, site]) {
    server.close();
    server.closeAllConnections();
  }
});

const claimed = {
  course: { id: 'safety-101', title: '산업안전보건' },
  occasion: { kind: 'exam', number: 1 },
  reasons: ['exam'],
  method: 'motp',
};
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function receipt(changes: object = {}, key: KeyObject = privateKey): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    iss: motpUrl,
    aud: 'hanbit',
    sub: 'trainee-17',
    jti: 'chk_1',
    iat,
    demo: true,
    ...claimed,
    ...changes,
  };
  const signed = `${part({ alg: 'ES256', typ: 'motp-receipt+jwt', kid: 'key-1' })}.${part(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function withReceipt(check: { status: string }): object {
  return check.status === 'passed' ? { ...check, receipt: receipt() } : check;
}

async function logIn(learner = 'trainee-17') {
  const reply = await send('/login', { method: 'POST', body: `learner=${learner}` });
  const cookie = (reply.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return {
    get: (path: string) => send(path, { headers: { cookie } }),
    post: (path: string, body: string) => send(path, { method: 'POST', body, headers: { cookie } }),
  };
}

function send(path: string, init: { method?: string; body?: string; headers?: Record<string, string> }) {
  return fetch(`${origin}${path}`, { ...init, redirect: 'manual', headers: { origin, ...init.headers } });
}

const place = (reply: Response) => `${reply.status} ${reply.headers.get('location')}`;

describe('the sample training site', () => {
  it('C-1 the exam leads to the check, and the server decides', async () => {
    const learner = await logIn();
    expect(place(await learner.get('/rooms/exam'))).toBe('303 /gate/exam');
    expect(await (await learner.get('/gate/exam')).text()).toContain(`data-url="${motpUrl}/check/t"`);
    expect(place(await learner.get('/rooms/exam'))).toBe('303 /gate/exam');
    const taken = await learner.post('/receipts/exam', JSON.stringify({ receipt: receipt() }));
    expect([taken.status, await taken.json()]).toEqual([200, { next: '/rooms/exam' }]);
    expect(await (await learner.get('/rooms/exam')).text()).toContain('위험성 평가에서 가장 먼저 할 일');
  });

  it('C-8 a receipt that is not for this check, learner and institution opens nothing', async () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const table: [string, string][] = [
      [receipt({ jti: 'chk_2' }), 'wrong-check'],
      [receipt({ sub: 'trainee-18' }), 'wrong-learner'],
      [receipt({ aud: 'daehan' }), 'wrong-audience'],
      [receipt({ iss: 'https://other.example' }), 'wrong-issuer'],
      [receipt({ iat: Math.floor(Date.now() / 1000) - 601 }), 'too-old'],
      [receipt({}, stranger), 'tampered'],
      ['', 'malformed'],
    ];
    const learner = await logIn();
    await learner.get('/gate/exam');
    for (const [text, code] of table) {
      const reply = await learner.post('/receipts/exam', JSON.stringify({ receipt: text }));
      expect([reply.status, await reply.json()]).toEqual([403, { code }]);
      expect(place(await learner.get('/rooms/exam'))).toBe('303 /gate/exam');
    }
  });

  it('C-8 a receipt opens one room, once', async () => {
    const learner = await logIn();
    const good = JSON.stringify({ receipt: receipt() });
    expect(await (await learner.post('/receipts/exam', good)).json()).toEqual({ code: 'no-check' });
    await learner.get('/gate/exam');
    expect(await (await learner.post('/receipts/assignment', good)).json()).toEqual({ code: 'no-check' });
    expect((await learner.post('/receipts/exam', good)).status).toBe(200);
    expect((await learner.post('/rooms/exam', 'q1=0')).status).toBe(200);
    expect(place(await learner.get('/rooms/exam'))).toBe('303 /gate/exam');
    expect(await (await learner.post('/receipts/exam', good)).json()).toEqual({ code: 'no-check' });
  });

  it('C-10 after a full-page return the server asks', async () => {
    const learner = await logIn();
    await learner.get('/gate/exam');
    expect((await learner.get('/return?motp_check=chk_1')).status).toBe(403);
    expect(place(await learner.get('/return?motp_check=chk_2'))).toBe('303 /');
    checkStatus = 'passed';
    const other = await logIn();
    expect(place(await other.get('/return?motp_check=chk_1'))).toBe('303 /');
    expect(place(await learner.get('/return?motp_check=chk_1'))).toBe('303 /rooms/exam');
    expect((await learner.get('/rooms/exam')).status).toBe(200);
  });

  it('C-10 two tabs of one session that bring the same check both come in, whichever is faster', async () => {
    const brought = JSON.stringify({ receipt: receipt() });
    checkStatus = 'passed';
    const returning = await logIn();
    await returning.get('/gate/exam');
    expect(place(await returning.get('/return?motp_check=chk_1'))).toBe('303 /rooms/exam');
    const second = await returning.post('/receipts/exam', brought);
    expect([second.status, await second.json()]).toEqual([200, { next: '/rooms/exam' }]);

    const inDialog = await logIn();
    await inDialog.get('/gate/exam');
    expect((await inDialog.post('/receipts/exam', brought)).status).toBe(200);
    expect(place(await inDialog.get('/return?motp_check=chk_1'))).toBe('303 /rooms/exam');
    expect(place(await inDialog.get('/return?motp_check=chk_2'))).toBe('303 /');
  });

  it('S-1 blocked stays outside, not required goes in', async () => {
    const learner = await logIn();
    opened = { status: 'blocked', because: 'daily-lesson-limit', until: '2026-11-23T15:00:00.000Z' };
    const blocked = await learner.get('/gate/exam');
    expect([blocked.status, (await blocked.text()).includes('2026. 11. 24.')]).toEqual([403, true]);
    opened = { status: 'not-required', because: 'already-checked', nextDue: null };
    expect(place(await learner.get('/gate/exam'))).toBe('303 /rooms/exam');
  });

  it('C-9 without the mOTP server nothing opens, and it is said kindly', async () => {
    const learner = await logIn();
    motp.close();
    motp.closeAllConnections();
    const reply = await learner.get('/gate/exam');
    expect([reply.status, (await reply.text()).includes('본인인증 서비스와 연결되지 않았습니다')]).toEqual([
      503,
      true,
    ]);
    expect(place(await learner.get('/rooms/exam'))).toBe('303 /gate/exam');
  });

  it('C-1 another site cannot act for the learner', async () => {
    const reply = await send('/login', {
      method: 'POST',
      body: 'learner=trainee-17',
      headers: { origin: motpUrl },
    });
    expect([reply.status, reply.headers.get('set-cookie')]).toEqual([403, null]);
    expect(place(await send('/rooms/exam', {}))).toBe('303 /');
  });
});
