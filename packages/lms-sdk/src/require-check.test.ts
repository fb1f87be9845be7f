import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MotpClient, MotpError } from './client.ts';
import { getPolicy } from './get-policy.ts';
import { type LocalServer, startLocalServer } from './local-server.fixture.ts';
import { requireCheck } from './require-check.ts';
import type { CheckRequest } from './types.ts';

let server: LocalServer;
let client: MotpClient;

const request: CheckRequest = {
  learner: { id: 'trainee-17', name: '홍길동', phone: '010-1234-5678' },
  course: { id: 'safety-101', title: '산업안전보건' },
  occasion: { kind: 'lesson', number: 9 },
};

beforeEach(async () => {
  server = await startLocalServer();
  client = { url: server.url, apiKey: 'secret-key' };
});
afterEach(() => server.close());

const codeOf = (calling: Promise<unknown>): Promise<string> =>
  calling.then(
    () => 'answered',
    (error: unknown) => (error instanceof MotpError ? `${error.status} ${error.code}` : String(error)),
  );

describe('requireCheck', () => {
  it('S-1 the LMS asks before a lesson and hears: a check, exempted, not required or blocked', async () => {
    const check = {
      id: 'chk_1',
      url: 'https://motp.example/check/t0ken',
      expiresAt: '2026-11-23T12:10:00.000Z',
      reasons: ['first-of-day', 'lesson-interval'],
    };
    const table: [number, object, object][] = [
      [201, { status: 'open', ...check }, { kind: 'check', check }],
      [200, { status: 'open', ...check }, { kind: 'check', check }],
      [
        201,
        { id: 'chk_2', status: 'passed', method: 'exemption', receipt: 'a.b.c' },
        { kind: 'exempted', id: 'chk_2', receipt: 'a.b.c' },
      ],
      [
        200,
        { status: 'not-required', because: 'not-due', nextDue: { kind: 'lesson', number: 17 } },
        { kind: 'not-required', because: 'not-due', nextDue: { kind: 'lesson', number: 17 } },
      ],
      [
        200,
        { status: 'not-required', because: 'already-checked', nextDue: null },
        { kind: 'not-required', because: 'already-checked', nextDue: null },
      ],
      [
        200,
        { status: 'blocked', because: 'daily-lesson-limit', until: '2026-11-23T15:00:00.000Z' },
        { kind: 'blocked', because: 'daily-lesson-limit', until: '2026-11-23T15:00:00.000Z' },
      ],
    ];
    for (const [status, body, answer] of table) {
      server.reply = () => ({ status, body });
      expect(await requireCheck(client, request)).toEqual(answer);
    }
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(
      table.map(() => 'POST /v1/checks'),
    );
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual(request);
  });

  it('C-9 a repeated request carries its idempotency key, and anything unknown opens nothing', async () => {
    server.reply = () => ({ status: 200, body: { status: 'fine' } });
    const options = { idempotencyKey: 'lesson-9' };
    expect(await codeOf(requireCheck(client, request, options))).toBe('200 unexpected-reply');
    expect(server.seen[0]?.headers['idempotency-key']).toBe('lesson-9');
    server.reply = () => ({ status: 200, body: { status: 'not-required', because: 'not-due', nextDue: {} } });
    expect(await codeOf(requireCheck(client, request))).toBe('200 unexpected-reply');
  });
});

describe('getPolicy', () => {
  const policy = {
    entry: 'once',
    firstOfDay: true,
    everyLessons: 8,
    before: ['progress-test', 'exam', 'assignment'],
    dailyLessonLimit: 8,
    timeZone: 'Asia/Seoul',
    holdsForMinutes: { lesson: null, evaluation: 180 },
    version: 0,
    changedAt: null,
  };

  it('S-4 the LMS reads the policy of a course or of its institution', async () => {
    server.reply = () => ({ status: 200, body: { ...policy, from: 'default' } });
    expect(await getPolicy(client)).toEqual(policy);
    const changed = {
      ...policy,
      everyLessons: null,
      dailyLessonLimit: null,
      holdsForMinutes: { lesson: 60, evaluation: 0 },
      version: 2,
      changedAt: '2026-11-23T12:00:00.000Z',
    };
    server.reply = () => ({ status: 200, body: changed });
    expect(await getPolicy(client, 'safety/101')).toEqual(changed);
    expect(server.seen.map((seen) => seen.path)).toEqual(['/v1/policy', '/v1/courses/safety%2F101/policy']);
  });

  it('C-9 half a policy is none', async () => {
    const halves = [
      { ...policy, entry: 'twice' },
      { ...policy, firstOfDay: null },
      { ...policy, holdsForMinutes: null },
      { ...policy, dailyLessonLimit: '8' },
    ];
    for (const body of halves) {
      server.reply = () => ({ status: 200, body });
      expect(await codeOf(getPolicy(client))).toBe('200 unexpected-reply');
    }
  });
});
