import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
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
/** What is answered to `POST /v1/checks`, by the occasion; the daily limit, or that none can be read. */
let opened: (occasion: { kind: string; number: number }) => unknown;
let limit: number | undefined;
let checkStatus: string;
let asked: string[];
let now: number;

async function listen(listener: RequestListener): Promise<[Server, string]> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
}

async function answerAsMotp(path: string, body: string): Promise<unknown> {
  if (path === '/v1/checks') {
    const { course, occasion } = JSON.parse(body);
    asked.push(`${course.id} ${occasion.kind} ${occasion.number}`);
    return opened(occasion);
  }
  if (path === '/v1/checks/chk_1') {
    return withReceipt({ ...claimed, id: 'chk_1', status: checkStatus, learner: { id: 'trainee-17' } });
  }
  if (path.endsWith('/policy')) return limit === undefined ? {} : { ...policy, dailyLessonLimit: limit };
  return { keys: [jwk] };
}

beforeEach(async () => {
  checkStatus = 'open';
  limit = undefined;
  asked = [];
  now = Date.now();
  [motp, motpUrl] = await listen(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    response.end(JSON.stringify(await answerAsMotp(request.url ?? '', body)));
  });
  opened = () => open(['exam']);
  const settings = {
    ...{
      motpUrl,
      apiKey: 'k',
      institution: 'hanbit',
      agtid: 'hanbit01',
      webhookSecret: 'whsec_',
      host: '127.0.0.1',
      port: 0,
    },
    origin: '',
  };
  const world = makeWorld(settings, () => now);
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
const policy = {
  entry: 'once',
  firstOfDay: true,
  everyLessons: 8,
  before: ['exam'],
  timeZone: 'Asia/Seoul',
  holdsForMinutes: { lesson: null, evaluation: 180 },
  version: 1,
  changedAt: '2026-11-23T12:00:00.000Z',
};
const open = (reasons: string[]) => ({
  id: 'chk_1',
  status: 'open',
  url: `${motpUrl}/check/t`,
  expiresAt: new Date(now + 600_000).toISOString(),
  reasons,
});
const notRequired = (number: number | null) => ({
  status: 'not-required',
  because: 'not-due',
  nextDue: number === null ? null : { kind: 'lesson', number },
});
const blocked = { status: 'blocked', because: 'daily-lesson-limit', until: '2026-11-23T15:00:00.000Z' };
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

function withReceipt(check: { status: string } & Record<string, unknown>): object {
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

const EXAM = 'safety-101/exam/1';
const lesson = (number: number) => `safety-101/lesson/${number}`;
const textOf = async (replying: Promise<Response>) => (await replying).text();

describe('the sample training site', () => {
  it('C-1 the exam leads to the check, which says why, and the server decides', async () => {
    const learner = await logIn();
    expect(place(await learner.get(`/study/${EXAM}`))).toBe(`303 /gate/${EXAM}`);
    opened = () => open(['entry', 'first-of-day', 'exam', 'new-reason']);
    const gate = await textOf(learner.get(`/gate/${EXAM}`));
    expect(gate).toContain(`data-url="${motpUrl}/check/t"`);
    expect([...gate.matchAll(/<li>(.*?)<\/li>/g)].map(([, words]) => words)).toEqual([
      '입과 (이 과정의 첫 학습)',
      '오늘 첫 학습',
      '시험 응시',
      '본인 확인',
    ]);
    expect(place(await learner.get(`/study/${EXAM}`))).toBe(`303 /gate/${EXAM}`);
    const taken = await learner.post(`/receipts/${EXAM}`, JSON.stringify({ receipt: receipt() }));
    expect([taken.status, await taken.json()]).toEqual([200, { next: `/study/${EXAM}` }]);
    expect(await textOf(learner.get(`/study/${EXAM}`))).toContain('위험성 평가에서 가장 먼저 할 일');
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
    await learner.get(`/gate/${EXAM}`);
    for (const [text, code] of table) {
      const reply = await learner.post(`/receipts/${EXAM}`, JSON.stringify({ receipt: text }));
      expect([reply.status, await reply.json()]).toEqual([403, { code }]);
      expect(place(await learner.get(`/study/${EXAM}`))).toBe(`303 /gate/${EXAM}`);
    }
  });

  it('C-8 a receipt opens one step, once', async () => {
    const learner = await logIn();
    const good = JSON.stringify({ receipt: receipt() });
    const code = async (path: string) => (await learner.post(`/receipts/${path}`, good)).json();
    expect(await code(EXAM)).toEqual({ code: 'no-check' });
    await learner.get(`/gate/${EXAM}`);
    expect(await code('safety-101/assignment/1')).toEqual({ code: 'no-check' });
    expect(await code('excel-201/exam/1')).toEqual({ code: 'no-check' });
    expect(await code(EXAM)).toEqual({ next: `/study/${EXAM}` });
    expect(await textOf(learner.post(`/study/${EXAM}`, 'q1=0'))).toContain('제출하였습니다');
    expect(place(await learner.get(`/study/${EXAM}`))).toBe(`303 /gate/${EXAM}`);
    expect(await code(EXAM)).toEqual({ code: 'no-check' });
  });

  it('C-10 after a full-page return the server asks', async () => {
    const learner = await logIn();
    await learner.get(`/gate/${EXAM}`);
    expect((await learner.get('/return?motp_check=chk_1')).status).toBe(403);
    expect(place(await learner.get('/return?motp_check=chk_2'))).toBe('303 /');
    checkStatus = 'passed';
    const other = await logIn();
    expect(place(await other.get('/return?motp_check=chk_1'))).toBe('303 /');
    expect(place(await learner.get('/return?motp_check=chk_1'))).toBe(`303 /study/${EXAM}`);
    expect((await learner.get(`/study/${EXAM}`)).status).toBe(200);
  });

  it('C-10 two tabs of one session that bring the same check both come in, whichever is faster', async () => {
    const brought = JSON.stringify({ receipt: receipt() });
    checkStatus = 'passed';
    const returning = await logIn();
    await returning.get(`/gate/${EXAM}`);
    expect(place(await returning.get('/return?motp_check=chk_1'))).toBe(`303 /study/${EXAM}`);
    const second = await returning.post(`/receipts/${EXAM}`, brought);
    expect([second.status, await second.json()]).toEqual([200, { next: `/study/${EXAM}` }]);

    const inDialog = await logIn();
    await inDialog.get(`/gate/${EXAM}`);
    expect((await inDialog.post(`/receipts/${EXAM}`, brought)).status).toBe(200);
    expect(place(await inDialog.get('/return?motp_check=chk_1'))).toBe(`303 /study/${EXAM}`);
    expect(place(await inDialog.get('/return?motp_check=chk_2'))).toBe('303 /');
  });

  it('S-1 an exam that needs no check opens at once, and opens again after it was handed in', async () => {
    const learner = await logIn();
    opened = () => notRequired(null);
    for (let time = 0; time < 2; time++) {
      expect(place(await learner.get(`/gate/${EXAM}`))).toBe(`303 /study/${EXAM}`);
      expect(await textOf(learner.get(`/study/${EXAM}`))).toContain('본인인증이 지금은 필요하지 않습니다.');
      await learner.post(`/study/${EXAM}`, 'q1=0');
    }
    expect(asked).toEqual(['safety-101 exam 1', 'safety-101 exam 1']);
  });

  it('S-5 an exemption opens by its receipt, and only by its own', async () => {
    const learner = await logIn();
    const exempted = (check: string) => ({
      ...{ id: check, status: 'passed', method: 'exemption', receipt: receipt({ method: 'exemption' }) },
    });
    opened = () => exempted('chk_2');
    expect((await learner.get(`/gate/${EXAM}`)).status).toBe(403);
    opened = () => exempted('chk_1');
    expect(place(await learner.get(`/gate/${EXAM}`))).toBe(`303 /study/${EXAM}`);
  });

  it('C-9 without the mOTP server nothing opens, and it is said kindly', async () => {
    const learner = await logIn();
    motp.close();
    motp.closeAllConnections();
    const reply = await learner.get(`/gate/${EXAM}`);
    expect([reply.status, (await reply.text()).includes('본인인증 서비스와 연결되지 않았습니다')]).toEqual([
      503,
      true,
    ]);
    expect(place(await learner.get(`/study/${EXAM}`))).toBe(`303 /gate/${EXAM}`);
    expect((await learner.get('/courses/safety-101')).status).toBe(200);
  });

  it('C-1 another site cannot act for the learner, and nobody signed out sees a course', async () => {
    const reply = await send('/login', {
      method: 'POST',
      body: 'learner=trainee-17',
      headers: { origin: motpUrl },
    });
    expect([reply.status, reply.headers.get('set-cookie')]).toEqual([403, null]);
    for (const path of [`/study/${EXAM}`, '/courses/safety-101', '/return?motp_check=chk_1']) {
      expect(place(await send(path, {}))).toBe('303 /');
    }
  });
});

describe('the course player', () => {
  const left = async (learner: Awaited<ReturnType<typeof logIn>>) => {
    const text = await textOf(learner.get('/courses/safety-101'));
    const [, today = ''] = /<ul class="today">(.*?)<\/ul>/s.exec(text) ?? [];
    return today.replace(/<[^>]*>/g, '').trim();
  };

  it('S-1 and S-2 lesson 1 asks, 2 to 8 do not, the ninth new one of a day is refused until when', async () => {
    limit = 8;
    opened = ({ number }) =>
      number === 1
        ? open(['entry', 'first-of-day', 'lesson-interval'])
        : number === 9
          ? blocked
          : notRequired(9);
    const learner = await logIn();
    expect(await left(learner)).toBe('오늘 더 들을 수 있는 새 차시 8개 (하루 8개)');
    const gate = await textOf(learner.get(`/gate/${lesson(1)}`));
    expect(gate).toContain('<h1>1차시 학습 전 본인인증</h1>');
    expect(gate).toContain('<li>1차시</li>');
    await learner.post(`/receipts/${lesson(1)}`, JSON.stringify({ receipt: receipt() }));
    for (let number = 1; number < 8; number++) {
      expect(place(await learner.post(`/study/${lesson(number)}`, ''))).toBe(
        `303 /gate/${lesson(number + 1)}`,
      );
      expect(place(await learner.get(`/gate/${lesson(number + 1)}`))).toBe(
        `303 /study/${lesson(number + 1)}`,
      );
    }
    expect(await textOf(learner.get(`/study/${lesson(8)}`))).toContain('다음 인증: <b>9차시</b>');
    await learner.post(`/study/${lesson(8)}`, '');
    const ninth = await learner.get(`/gate/${lesson(9)}`);
    expect([ninth.status, (await ninth.text()).includes('11월 24일 (화) 00:00(한국 시간)부터')]).toEqual([
      403,
      true,
    ]);
    expect(place(await learner.get(`/study/${lesson(9)}`))).toBe(`303 /gate/${lesson(9)}`);
    expect(await left(learner)).toBe('오늘 더 들을 수 있는 새 차시 0개 (하루 8개)다음 인증: 9차시');
    // Resumed on the same day, nobody is asked.
    const before = asked.length;
    expect((await learner.get(`/study/${lesson(3)}`)).status).toBe(200);
    expect(asked).toHaveLength(before);
  });

  it('S-2 the next day asks again, also for a lesson that was open yesterday', async () => {
    now = Date.parse('2026-11-23T14:59:00.000Z');
    opened = () => notRequired(9);
    const learner = await logIn();
    await learner.get(`/gate/${lesson(1)}`);
    expect(await left(learner)).toBe('오늘 새로 들은 차시 1개다음 인증: 9차시');
    now += 60_000;
    expect(await left(learner)).toBe('오늘 새로 들은 차시 0개다음 인증: 9차시');
    expect(place(await learner.get(`/study/${lesson(1)}`))).toBe(`303 /gate/${lesson(1)}`);
    await learner.get(`/gate/${lesson(1)}`);
    expect(asked).toEqual(['safety-101 lesson 1', 'safety-101 lesson 1']);
  });

  it('S-1 what the browser asks for out of turn, or makes up, opens nothing', async () => {
    opened = () => notRequired(9);
    const learner = await logIn();
    expect(place(await learner.get(`/gate/${lesson(2)}`))).toBe('303 /courses/safety-101');
    expect(place(await learner.post(`/study/${lesson(1)}`, ''))).toBe(`303 /gate/${lesson(1)}`);
    for (const path of [
      lesson(0),
      lesson(25),
      'safety-101/lesson/1e0',
      'safety-101/exam/2',
      'other/exam/1',
    ]) {
      expect(place(await learner.get(`/gate/${path}`))).toBe('303 /');
    }
    expect(asked).toEqual([]);
  });

  it('S-1 everybody has a progress of his own in each of two courses', async () => {
    opened = () => notRequired(9);
    const hong = await logIn();
    await hong.get(`/gate/${lesson(1)}`);
    await hong.post(`/study/${lesson(1)}`, '');
    const courses = await textOf(hong.get('/'));
    expect(courses.match(/진도율 \d+% \(\d+\/24차시\)/g)).toEqual([
      '진도율 4% (1/24차시)',
      '진도율 0% (0/24차시)',
    ]);
    const kim = await logIn('trainee-18');
    expect((await textOf(kim.get('/'))).match(/진도율 0%/g)).toHaveLength(2);
  });

  it('S-1 the guide walks through the very code that runs', () => {
    const [guide, gate] = ['../../../docs/guides/integrate.md', './gate.ts'].map((name) =>
      readFileSync(new URL(name, import.meta.url), 'utf8'),
    );
    expect(guide).toContain(gate?.slice(gate.indexOf('/** Before every')));
  });

  it('S-1 the site shows the very code that runs', async () => {
    const shown = await textOf(send('/code', {}));
    const escaped = (name: string) =>
      readFileSync(new URL(name, import.meta.url), 'utf8')
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&#39;');
    for (const name of ['./gate.ts', './webhook.ts', '../public/gate.js'])
      expect(shown).toContain(escaped(name));
  });
});
