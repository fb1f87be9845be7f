import { describe, expect, it } from 'vitest';
import type { Answer } from '../common/problem.ts';
import { screenAfter, screenAfterLostReply, screenOf } from './next-screen.ts';
import type { AnswerReply, CheckState, OpenScreen, Screen } from './state.ts';

const now = Date.UTC(2026, 10, 23, 12, 0, 0);
const state: CheckState = {
  id: 'chk_1',
  status: 'open',
  institution: { name: '한빛원격평생교육원' },
  learner: { name: '홍길동', phone: '010-1234-5678' },
  course: { title: '산업안전보건' },
  occasion: { kind: 'exam', number: 1 },
  registered: true,
  locked: false,
  triesLeft: 5,
  methods: ['motp'],
  install: { url: 'https://motp.example/app/' },
  help: { phone: null, url: null },
  serverTime: '2026-11-23T12:00:00.000Z',
  expiresAt: '2026-11-23T12:10:00.000Z',
};
const open: OpenScreen = {
  kind: 'open',
  state,
  deadline: now + 600_000,
  clockOffset: 0,
  asked: now,
  notice: null,
};

const ok = <Body>(body: Body): Answer<Body> => ({ kind: 'ok', status: 200, body });
const problem = (status: number, code: string, retryAfter?: number): Answer<never> => ({
  kind: 'problem',
  problem: { status, code },
  ...(retryAfter === undefined ? {} : { retryAfter }),
});
const lost: Answer<never> = { kind: 'unreachable' };

describe('the state of the check', () => {
  it('C-2 an open check is shown until it expires, by the clock of this device', () => {
    const late = now + 3_600_000;
    expect(screenOf(ok(state), late, null)).toEqual({
      kind: 'open',
      state,
      deadline: late + 600_000,
      clockOffset: -3_600_000,
      asked: late,
      notice: null,
    });
  });

  it('C-10 a check that was passed returns with its receipt', () => {
    const passed: CheckState = {
      ...state,
      status: 'passed',
      receipt: 'a.b.c',
      returnUrl: 'https://lms.example/back',
    };
    expect(screenOf(ok(passed), now, null)).toEqual({
      kind: 'passed',
      state: passed,
      receipt: 'a.b.c',
      returnUrl: 'https://lms.example/back',
    });
  });

  it('C-9 what is over, unknown or unanswered is no pass', () => {
    const table: [Answer<CheckState | { status: 'expired' | 'passed' | 'open' }>, Screen][] = [
      [
        ok({ ...state, status: 'expired' }),
        { kind: 'over', status: 'expired', state: { ...state, status: 'expired' } },
      ],
      [ok({ status: 'expired' }), { kind: 'over', status: 'expired', state }],
      [ok({ status: 'passed' }), { kind: 'over', status: 'passed', state }],
      [problem(404, 'check-unknown'), { kind: 'unknown' }],
      [problem(410, 'check-over'), { kind: 'over', status: 'expired', state }],
      [problem(429, 'too-many', 7), { kind: 'unreachable', until: now + 7_000 }],
      [problem(503, 'unavailable'), { kind: 'unreachable', until: now + 5_000 }],
      [lost, { kind: 'unreachable', until: now }],
    ];
    for (const [answer, screen] of table) expect(screenOf(answer, now, state)).toEqual(screen);
  });
});

describe('the answer to a code', () => {
  it('C-10 a pass is shown with its receipt and the address to return to', () => {
    const reply: AnswerReply = { outcome: 'passed', receipt: 'a.b.c', returnUrl: 'https://lms.example/back' };
    expect(screenAfter(open, ok(reply), now)).toEqual({
      kind: 'passed',
      state,
      receipt: 'a.b.c',
      returnUrl: 'https://lms.example/back',
    });
  });

  it('C-4 a refusal stands beside the field and tells the tries left', () => {
    const reply: AnswerReply = { outcome: 'refused', reason: 'clock-off', triesLeft: 3, clockOffset: 32_400 };
    expect(screenAfter(open, ok(reply), now)).toEqual({
      ...open,
      state: { ...state, triesLeft: 3 },
      notice: { kind: 'refused', reason: 'clock-off', triesLeft: 3, clockOffset: 32_400 },
    });
  });

  it('C-5 the fifth wrong code locks', () => {
    const fifth = screenAfter(open, ok({ outcome: 'refused', reason: 'wrong-code', triesLeft: 0 }), now);
    expect(fifth).toMatchObject({ kind: 'open', state: { locked: true, triesLeft: 0 } });
    const sixth = screenAfter(open, ok({ outcome: 'refused', reason: 'locked', triesLeft: 0 }), now);
    expect(sixth).toMatchObject({ kind: 'open', state: { locked: true }, notice: { reason: 'locked' } });
  });

  it('C-3 after a mismatch nothing is said of a registration', () => {
    for (const reason of ['not-registered', 'name-differs', 'phone-differs'] as const) {
      const locked: OpenScreen = { ...open, state: { ...state, locked: true, triesLeft: 0 } };
      const next = screenAfter(locked, ok({ outcome: 'refused', reason, triesLeft: 5 }), now);
      expect(next).toMatchObject({ state: { registered: false, locked: false, triesLeft: 5 } });
    }
  });

  it('C-4 no six digits cost nothing', () => {
    expect(screenAfter(open, problem(400, 'not-a-code'), now)).toEqual({
      ...open,
      notice: { kind: 'not-a-code' },
    });
  });

  it('O-7 a limit says how long to wait', () => {
    const next = screenAfter(open, problem(429, 'too-many', 12), now);
    expect(next).toEqual({ ...open, notice: { kind: 'busy', until: now + 12_000 } });
  });

  it('C-9 anything unknown asks the state first', () => {
    const odd = [undefined, null, 'passed', {}, { outcome: 'fine' }].map((body) => ok(body as never));
    const answers = [
      lost,
      problem(503, 'unavailable', 3),
      problem(410, 'check-over'),
      problem(500, 'internal'),
      ...odd,
    ];
    for (const answer of answers) expect(screenAfter(open, answer, now)).toBeNull();
  });
});

describe('a lost reply', () => {
  it('C-9 is found again in the state', () => {
    const passed = screenOf(ok({ ...state, status: 'passed' as const, receipt: 'a.b.c' }), now, state);
    expect(screenAfterLostReply(open, passed, now)).toMatchObject({ kind: 'passed', receipt: 'a.b.c' });
    const over = screenOf(ok({ status: 'expired' as const }), now, state);
    expect(screenAfterLostReply(open, over, now)).toEqual({ kind: 'over', status: 'expired', state });
  });

  it('C-9 says that the check is not passed while it is open, with the tries that are left now', () => {
    const asked = screenOf(ok({ ...state, triesLeft: 2 }), now, state);
    const next = screenAfterLostReply(open, asked, now, 3);
    expect(next).toMatchObject({
      state: { triesLeft: 2 },
      notice: { kind: 'not-judged', until: now + 3_000 },
    });
  });

  it('C-9 says that the outcome is unknown while the state is', () => {
    const next = screenAfterLostReply(open, screenOf(lost, now, state), now);
    expect(next).toEqual({ ...open, notice: { kind: 'outcome-unknown' } });
  });
});
