import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CheckGate, checkGate, type GateMemory } from './check-gate.ts';
import { type LocalServer, type Reply, startLocalServer } from './local-server.fixture.ts';
import { receiptKeys } from './receipt-keys.ts';
import { claims, makeSigner, passedAt, type Signer } from './receipt-signer.fixture.ts';
import type { Occasion } from './types.ts';

interface Visit {
  learner: string | null;
  occasion: Occasion | null;
  memory: GateMemory;
}

const exam: Occasion = { kind: 'exam', number: 1 };
const course = { id: 'safety-101', title: '산업안전보건' };
const MINUTE = 60_000;

let server: LocalServer;
let signer: Signer;
let gate: CheckGate<Visit>;
let now: number;
/** What the server answers to POST /v1/checks, and how it says the check stands. */
let answer: Reply;
let standing: Reply;

const open = (id = 'chk_1'): Reply => ({
  status: 201,
  body: { id, status: 'open', url: `https://motp.example/check/${id}`, expiresAt: 'soon', reasons: ['exam'] },
});
const notRequired: Reply = {
  status: 200,
  body: { status: 'not-required', because: 'already-checked', nextDue: { kind: 'lesson', number: 9 } },
};
const signed = (changes: object = {}) => signer.sign({ ...claims, iss: server.url, ...changes });
const passed = async (changes: object = {}): Promise<Reply> => ({
  status: 200,
  body: {
    ...claims,
    id: 'chk_1',
    status: 'passed',
    learner: { id: 'trainee-17' },
    receipt: await signed(changes),
  },
});
const visit = (memory: GateMemory = {}, changes: Partial<Visit> = {}): Visit => ({
  learner: 'trainee-17',
  occasion: exam,
  memory,
  ...changes,
});
const asked = (): string[] => server.seen.map(({ method, path }) => `${method} ${path}`);

beforeEach(async () => {
  server = await startLocalServer();
  signer = await makeSigner();
  now = passedAt + 1_000;
  answer = open();
  standing = { status: 200, body: { ...claims, id: 'chk_1', status: 'open', learner: { id: 'trainee-17' } } };
  server.reply = ({ path }) => {
    if (path === '/.well-known/jwks.json') return { status: 200, body: signer.jwks };
    return path === '/v1/checks' ? answer : standing;
  };
  gate = checkGate<Visit>({
    client: { url: server.url, apiKey: 'secret-key' },
    keys: receiptKeys(server.url),
    institution: 'hanbit',
    learnerOf: ({ learner }) => (learner ? { id: learner, name: '홍길동', phone: '010-1234-5678' } : null),
    courseOf: () => course,
    occasionOf: ({ occasion }) => occasion,
    memoryOf: ({ memory }) => memory,
    moreOf: () => ({ locale: 'ko', returnUrl: 'https://lms.example/exam' }),
    now: () => now,
  });
});
afterEach(() => server.close());

describe('checkGate', () => {
  it('S-1 what needs no check passes unasked, what is not required passes and says what comes next', async () => {
    expect(await gate(visit({}, { occasion: null }))).toEqual({ kind: 'pass', receipt: null, nextDue: null });
    expect(asked()).toEqual([]);
    answer = notRequired;
    const nextDue = { kind: 'lesson', number: 9 };
    expect(await gate(visit())).toEqual({ kind: 'pass', receipt: null, nextDue });
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({
      learner: { id: 'trainee-17', name: '홍길동', phone: '010-1234-5678' },
      course,
      occasion: exam,
      locale: 'ko',
      returnUrl: 'https://lms.example/exam',
    });
  });

  it('C-1 a check that is due stands before the handler until its receipt is there', async () => {
    const memory: GateMemory = {};
    const { status: _, ...check } = open().body as { status: string };
    expect(await gate(visit(memory))).toEqual({ kind: 'check', check });
    expect((await gate(visit(memory))).kind).toBe('check');
    standing = await passed();
    expect(await gate(visit(memory))).toMatchObject({ kind: 'pass', receipt: { jti: 'chk_1' } });
    // From a session store that keeps JSON, and without asking anybody.
    const before = server.seen.length;
    expect((await gate(visit(JSON.parse(JSON.stringify(memory))))).kind).toBe('pass');
    expect(server.seen).toHaveLength(before);
  });

  it('S-3 a receipt stands for its own step and learner, ten minutes; then the server is asked again', async () => {
    const memory: GateMemory = {};
    await gate(visit(memory));
    standing = await passed();
    await gate(visit(memory));
    expect((await gate(visit(memory, { occasion: { kind: 'exam', number: 2 } }))).kind).toBe('check');
    expect((await gate(visit(memory, { learner: 'trainee-18' }))).kind).toBe('check');
    now = passedAt + 10 * MINUTE + 1;
    answer = notRequired;
    const before = server.seen.length;
    expect(await gate(visit(memory))).toMatchObject({ kind: 'pass', receipt: null });
    expect(asked().slice(before)).toEqual(['POST /v1/checks']);
  });

  it('C-8 a receipt for another check, learner, institution or step opens nothing and is forgotten', async () => {
    const table: [object, string][] = [
      [{ jti: 'chk_2' }, 'wrong-check'],
      [{ sub: 'trainee-18' }, 'wrong-learner'],
      [{ aud: 'daehan' }, 'wrong-audience'],
      [{ iss: 'https://other.example' }, 'wrong-issuer'],
      [{ occasion: { kind: 'exam', number: 2 } }, 'wrong-check'],
      [{ course: { ...course, id: 'excel-201' } }, 'wrong-check'],
      [{ demo: true }, 'demo-refused'],
    ];
    for (const [changes, code] of table) {
      const memory: GateMemory = {};
      await gate(visit(memory));
      standing = await passed(changes);
      expect(await gate(visit(memory))).toEqual({ kind: 'refused', code });
      expect(memory).toEqual({});
    }
  });

  it('S-5 an exemption is a receipt like any other', async () => {
    answer = {
      status: 201,
      body: { id: 'chk_9', status: 'passed', method: 'exemption', receipt: await signed({ jti: 'chk_9' }) },
    };
    expect(await gate(visit())).toMatchObject({ kind: 'pass', receipt: { jti: 'chk_9' } });
    answer = {
      status: 201,
      body: { id: 'chk_9', status: 'passed', method: 'exemption', receipt: await signed({ jti: 'chk_8' }) },
    };
    expect(await gate(visit())).toEqual({ kind: 'refused', code: 'wrong-check' });
  });

  it('C-9 blocked, signed out, an unknown check and a silent server let nobody in', async () => {
    answer = {
      status: 200,
      body: { status: 'blocked', because: 'daily-lesson-limit', until: '2026-11-23T15:00:00.000Z' },
    };
    expect(await gate(visit())).toEqual({
      kind: 'blocked',
      because: 'daily-lesson-limit',
      until: '2026-11-23T15:00:00.000Z',
    });
    expect(await gate(visit({}, { learner: null }))).toEqual({ kind: 'refused', code: 'not-signed-in' });
    answer = open();
    const memory: GateMemory = {};
    await gate(visit(memory));
    standing = { status: 404, body: { code: 'check-unknown', detail: 'There is no such check.' } };
    expect((await gate(visit(memory))).kind).toBe('check');
    await server.close();
    expect(await gate(visit())).toEqual({ kind: 'unavailable', code: 'unreachable' });
    expect(await gate(visit(memory))).toEqual({ kind: 'unavailable', code: 'unreachable' });
  });
});
