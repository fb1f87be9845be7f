import type { Code } from '@motp/otp';
import { describe, expect, it } from 'vitest';
import { type Answer, judge, type RegistrationState } from './rules.ts';
import type { Channel, UnopenedAnswer } from './unopened.ts';
import {
  CLOSED_MS,
  type Counter,
  counterAfterPass,
  counterAfterWrong,
  counterNow,
  judgedBy,
  noCounter,
  reasonOf,
  registrationAfterPass,
  unopenedCheck,
} from './unopened-rules.ts';

const NOW = Date.UTC(2026, 10, 23, 3, 0, 5);
const STEP = Math.floor(NOW / 60_000);
const closed: Counter = { ...noCounter, failures: 5, failedAt: [NOW], closedAt: NOW, passedThen: 2 };

const registration: RegistrationState = {
  ...{ nameKey: 'name', lastStep: -1, spent: [], failures: 0, failedAt: [], lockedAt: null, usedAt: 0 },
};

const unopened: UnopenedAnswer = {
  ...{ institution: 'inst', learner: 'trainee-17', nameKey: 'name', phoneKey: 'phone' },
  ...{ course: 'safety-101', round: '', occasion: { kind: 'exam', number: 1 } },
  ...{ channel: 'anonymous', code: '000001' as Code, now: NOW },
};

/** Codes are their step's last six digits; anything else is wrong. */
function answered(code: string, now: number): Answer {
  return {
    code: code as Code,
    now,
    codeOf: (step) => String(step % 1_000_000),
    keyOf: (typed) => `key ${typed}`,
  };
}

/** One code after another through the very rule of every answer. */
function play(channel: Channel, typed: readonly string[]) {
  let counter = noCounter;
  let state = registration;
  const kinds = typed.map((code) => {
    const check = unopenedCheck({ ...unopened, channel }, counter);
    const judgement = judge(check, judgedBy(channel, state, counter), answered(code, NOW));
    if (judgement.kind === 'wrong') {
      counter = counterAfterWrong(channel, counter, judgement, 0);
      if (channel === 'vouched') state = judgement.registration;
    }
    if (judgement.kind === 'passed') {
      counter = counterAfterPass(channel, counter, judgement.registration);
      state = registrationAfterPass(channel, state, judgement.registration);
    }
    return judgement.kind === 'refused' ? judgement.reason : judgement.kind;
  });
  return { kinds, counter, state };
}

const wrong = (count: number) => Array.from({ length: count }, (_, index) => `00000${index}`);

describe('a code for a check that nobody opened', () => {
  it('C-5 five wrong ones of a browser close its counter and leave the registration', () => {
    const { kinds, counter, state } = play('anonymous', wrong(6));
    expect(kinds).toEqual([...Array(5).fill('wrong'), 'locked']);
    expect(counter).toMatchObject({ failures: 5, closedAt: NOW });
    expect(state).toEqual(registration);
  });

  it('C-5 five wrong ones with the key lock the registration and leave the counter', () => {
    const { kinds, counter, state } = play('vouched', wrong(6));
    expect(kinds).toEqual([...Array(5).fill('wrong'), 'locked']);
    expect(counter).toMatchObject({ failures: 0, closedAt: null });
    expect(state).toMatchObject({ failures: 5, lockedAt: NOW });
  });

  it('C-5 a right one of a browser spends its step and clears no failure of the registration', () => {
    const right = String(STEP % 1_000_000);
    const failed = { ...registration, failures: 4, failedAt: [NOW, NOW, NOW, NOW] };
    expect(
      registrationAfterPass('anonymous', failed, { ...registration, lastStep: STEP, usedAt: NOW }),
    ).toEqual({
      ...failed,
      ...{ lastStep: STEP, usedAt: NOW },
    });
    const { kinds, counter } = play('anonymous', [
      ...wrong(4),
      right,
      ...wrong(4).map((code) => `1${code.slice(1)}`),
    ]);
    expect(kinds).toEqual([...Array(4).fill('wrong'), 'passed', ...Array(4).fill('wrong')]);
    expect(counter).toMatchObject({ failures: 4, closedAt: null });
    expect(counter.failedAt).toHaveLength(8);
  });

  it('C-5 C-7 a lock of the registration closes both ways', () => {
    const locked = { ...registration, lockedAt: NOW - 1 };
    for (const channel of ['anonymous', 'vouched'] as const) {
      expect(judgedBy(channel, locked, noCounter).lockedAt).toBe(NOW - 1);
    }
    expect(judgedBy('vouched', registration, closed).lockedAt).toBeNull();
    expect(judgedBy('anonymous', registration, closed).lockedAt).toBe(NOW);
  });

  it.each([
    ['a millisecond before 24 hours', CLOSED_MS - 1, 2, true],
    ['24 hours later', CLOSED_MS, 2, false],
    ['one more check passed', 0, 3, false],
    ['fewer, because history was erased', 0, 1, true],
  ])('C-5 the closed counter, %s', (_when, later, passed, isClosed) => {
    const now = counterNow(closed, passed, NOW + later);
    expect(now.closedAt !== null).toBe(isClosed);
    expect(now.failures).toBe(isClosed ? 5 : 0);
  });

  it('S-3 a reason is what the occasion says of itself', () => {
    const of = (kind: UnopenedAnswer['occasion']['kind']) => reasonOf({ occasion: { kind, number: 1 } });
    expect((['entry', 'exam', 'lesson', 'other'] as const).map(of)).toEqual([
      'entry',
      'exam',
      'forced',
      'forced',
    ]);
  });
});
