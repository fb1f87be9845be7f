import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handle } from './site.ts';
import { makeWorld } from './world.ts';

const KEY = Buffer.alloc(32, 7);
const NOW = Date.UTC(2026, 10, 23, 3);

let site: Server;
let origin: string;

beforeEach(async () => {
  const settings = {
    ...{
      motpUrl: 'http://127.0.0.1:1',
      apiKey: 'k',
      institution: 'hanbit',
      agtid: 'hanbit01',
      host: '127.0.0.1',
      port: 0,
    },
    ...{ webhookSecret: `whsec_${KEY.toString('base64')}`, origin: 'http://127.0.0.1:2' },
  };
  const world = makeWorld(settings, () => NOW);
  site = createServer((request, response) => void handle(world, request, response));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
afterEach(() => {
  site.close();
  site.closeAllConnections();
});

const check = {
  check: 'chk_1',
  learner: { id: 'trainee-17' },
  course: { id: 'safety-101', title: '산업안전보건 <1>' },
  occasion: { kind: 'exam', number: 1 },
};
const learners = { learners: [{ id: 'trainee-17' }, { id: 'trainee-18' }], at: new Date(NOW).toISOString() };

/** @param seconds after the first event of the test */
const event = (type: string, data: object = check, seconds = 0): string =>
  JSON.stringify({ type, timestamp: new Date(NOW + seconds * 1000).toISOString(), data });

/** As a server does: without an origin. */
async function tell(id: string, body: string, key = KEY): Promise<number> {
  const at = String(NOW / 1000);
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  const signed = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` };
  const reply = await fetch(`${origin}/motp-webhook`, { method: 'POST', body, headers: signed });
  return reply.status;
}

async function shown(): Promise<{ count: string | undefined; entries: string[] }> {
  const page = await (await fetch(`${origin}/events`)).text();
  const entries = [...page.matchAll(/<strong>(.*?)<\/strong><span>(.*?)<\/span>.*?<time.*?>(.*?)<\/time>/gs)];
  return {
    count: /모두 (\d+)건/.exec(page)?.[1],
    entries: entries.map(([, ...words]) => words.join(' | ')),
  };
}

describe('the webhooks of the sample training site', () => {
  it('says every kind of event in words, newest first, whatever order they come in', async () => {
    expect(await shown()).toEqual({ count: '0', entries: [] });
    expect(await tell('evt_1', event('check.passed'))).toBe(204);
    expect(await tell('evt_3', event('check.expired', check, 120))).toBe(204);
    expect(await tell('evt_2', event('check.locked', check, 60))).toBe(204);
    expect(await tell('evt_4', event('registration.replaced', learners, 180))).toBe(204);
    expect(await tell('evt_5', event('learner.disputed', learners, 240))).toBe(204);
    const exam = '훈련생 trainee-17 · 산업안전보건 &lt;1&gt; · 시험';
    expect(await shown()).toEqual({
      count: '5',
      entries: [
        '본인이 아니라고 신고했습니다 | 훈련생 trainee-17, trainee-18 | 11월 23일 (월) 12:04',
        '다른 휴대폰에서 앱을 등록했습니다 | 훈련생 trainee-17, trainee-18 | 11월 23일 (월) 12:03',
        `10분 안에 인증하지 않아 인증 창이 끝났습니다 | ${exam} | 11월 23일 (월) 12:02`,
        `인증번호를 5번 잘못 입력해 앱이 잠겼습니다 | ${exam} | 11월 23일 (월) 12:01`,
        `본인인증을 통과했습니다 | ${exam} | 11월 23일 (월) 12:00`,
      ],
    });
  });

  it('counts an event once, however often it comes, and shows the newest 50', async () => {
    for (const nth of Array(51).keys()) await tell(`evt_${nth}`, event('check.passed', check, nth * 60));
    expect(await tell('evt_0', event('check.passed'))).toBe(204);
    expect(await tell('evt_50', event('check.passed', check, 50 * 60))).toBe(204);
    const { count, entries } = await shown();
    expect([count, entries.length, new Set(entries).size]).toEqual(['51', 50, 50]);
    expect(entries.at(-1)).toContain('12:01');
  });

  it('refuses what the mOTP server did not sign, and takes what it does not know without a word', async () => {
    expect(await tell('evt_1', event('check.passed'), Buffer.alloc(32, 8))).toBe(400);
    const bare = await fetch(`${origin}/motp-webhook`, { method: 'POST', body: event('check.passed') });
    expect(bare.status).toBe(400);
    expect(await tell('evt_2', event('check.reviewed'))).toBe(204);
    expect(await shown()).toEqual({ count: '0', entries: [] });
  });

  it('reads no more than 20 kB of anybody', async () => {
    expect(await tell('evt_1', event('check.passed', { ...check, more: 'x'.repeat(20_000) }))).toBe(500);
    expect((await shown()).count).toBe('0');
  });

  it('still wants this site’s origin of every other form', async () => {
    const reply = await fetch(`${origin}/login`, { method: 'POST', body: 'learner=trainee-17' });
    expect(reply.status).toBe(403);
  });
});
