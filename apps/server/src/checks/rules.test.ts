import { describe, expect, it } from 'vitest';
import {
  answer,
  codeOfStep,
  expectKind,
  fresh,
  keyOf,
  locked,
  MIDDLE,
  openCheck,
  STEP,
  STEP_MS,
  uncompared,
  wrongCode,
} from './rules.fixture.ts';
import { compareLimits, isAcceptedNow, isOver, judge, type RegistrationState, triesLeft } from './rules.ts';

const START = STEP * STEP_MS;
const END = START + STEP_MS;

describe('T-4 the moments at which a code counts', () => {
  const lastedLong = { ...openCheck, expiresAt: END + 60 * STEP_MS };
  const outcome = (now: number, registration: RegistrationState = fresh) => {
    const judgement = judge(lastedLong, registration, answer(codeOfStep(STEP), now));
    return judgement.kind === 'refused' ? judgement.reason : judgement.kind;
  };

  it.each([
    ['a phone 10.001 s ahead', START - 10_001, 'wrong'],
    ['a phone 10 s ahead', START - 10_000, 'passed'],
    ['a step’s first millisecond', START, 'passed'],
    ['a step’s last millisecond', END - 1, 'passed'],
    ['29.999 s after the end', END + 29_999, 'passed'],
    ['30 s after the end', END + 30_000, 'code-too-old'],
    ['five steps later', END + 30_000 + 5 * STEP_MS - 1, 'code-too-old'],
    ['five steps and a millisecond later', END + 30_000 + 5 * STEP_MS, 'wrong'],
  ])('T-4, C-4 %s', (_when, now, expected) => {
    expect(outcome(now)).toBe(expected);
  });

  it.each([
    [START - 10_001, 'wrong'],
    [START - 10_000, 'code-used'],
    [END + 29_999, 'code-used'],
    [END + 30_000 + 5 * STEP_MS - 1, 'code-used'],
    [END + 30_000 + 5 * STEP_MS, 'wrong'],
  ])('C-4 a used step is code-used as long as it is compared at all (%i)', (now, expected) => {
    expect(outcome(now, { ...fresh, lastStep: STEP })).toBe(expected);
  });

  it('T-4 a step is accepted only when it is later than the last accepted one', () => {
    expect(outcome(MIDDLE, { ...fresh, lastStep: STEP - 1 })).toBe('passed');
    expect(outcome(MIDDLE, { ...fresh, lastStep: STEP })).toBe('code-used');
    expect(outcome(MIDDLE, { ...fresh, lastStep: STEP + 1 })).toBe('code-used');
  });

  it('C-4a a step that was found ahead of the clock is spent, its neighbours are not', () => {
    expect(outcome(MIDDLE, { ...fresh, spent: [STEP] })).toBe('code-used');
    expect(outcome(MIDDLE, { ...fresh, spent: [STEP - 1, STEP + 1] })).toBe('passed');
  });

  it('C-3a a code counts for a hint in the same moments, used or not', () => {
    const isAccepted = (now: number) => isAcceptedNow(now, (step) => step === STEP);
    expect([START - 10_001, START - 10_000, END + 29_999, END + 30_000].map(isAccepted)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('C-4 the first reason that applies answers', () => {
  const over = { ...openCheck, expiresAt: MIDDLE };
  const otherName = { ...openCheck, nameKey: 'name-2' };
  const repeatedWrong = { ...openCheck, wrong: { key: keyOf(wrongCode()), at: MIDDLE, clockOffset: null } };

  it('C-4 a check that is over says so before anything else, without comparing', () => {
    for (const check of [over, { ...openCheck, status: 'passed' as const }]) {
      for (const registration of [undefined, fresh, locked, { ...fresh, nameKey: 'name-2' }]) {
        expect(judge(check, registration, uncompared(codeOfStep(STEP)))).toEqual({ kind: 'over' });
      }
    }
  });

  it('C-1 a check is open until its last millisecond', () => {
    const { expiresAt } = openCheck;
    expect(isOver(openCheck, expiresAt - 1)).toBe(false);
    expect(isOver(openCheck, expiresAt)).toBe(true);
    expect(isOver({ status: 'passed', expiresAt }, expiresAt - 1)).toBe(true);
    expect(isOver({ status: 'expired', expiresAt }, expiresAt - 1)).toBe(true);
  });

  it('C-3 no registration with that number is not-registered, without comparing', () => {
    const judgement = judge(openCheck, undefined, uncompared(codeOfStep(STEP)));
    expect(judgement).toEqual({ kind: 'mismatch', reason: 'not-registered' });
  });

  it('C-3 another name comes before lock and code, without comparing', () => {
    for (const registration of [fresh, locked, { ...fresh, lastStep: STEP }]) {
      const judgement = judge(otherName, registration, uncompared(codeOfStep(STEP)));
      expect(judgement).toEqual({ kind: 'mismatch', reason: 'name-differs' });
    }
  });

  it('C-4a while locked, no code is compared at all', () => {
    const lockedAnswer = { kind: 'refused', reason: 'locked', triesLeft: 0 };
    expect(judge(openCheck, locked, uncompared(codeOfStep(STEP)))).toEqual(lockedAnswer);
    expect(judge(repeatedWrong, locked, uncompared(wrongCode()))).toEqual(lockedAnswer);
    expect(judge(openCheck, { ...locked, lastStep: STEP }, uncompared(codeOfStep(STEP)))).toEqual(
      lockedAnswer,
    );
  });

  it('C-4 code-used comes before passing: a code of a used and of an unused step is used', () => {
    const sameCodes = { ...answer(codeOfStep(STEP), START + 5_000), codeOf: () => codeOfStep(STEP) };
    const used = { kind: 'refused', reason: 'code-used', triesLeft: 5 };
    expect(judge(openCheck, { ...fresh, lastStep: STEP - 1 }, sameCodes)).toEqual(used);
    expect(judge(openCheck, { ...fresh, lastStep: STEP - 6 }, sameCodes)).toEqual(used);
    expect(judge(openCheck, { ...fresh, lastStep: STEP - 7 }, sameCodes)).toMatchObject({ kind: 'passed' });
  });

  it('C-4 passing comes before code-too-old', () => {
    const twice = (step: number) => codeOfStep(step === STEP - 3 ? STEP : step);
    const judgement = judge(openCheck, fresh, { ...answer(codeOfStep(STEP)), codeOf: twice });
    expect(expectKind(judgement, 'passed').registration.lastStep).toBe(STEP);
  });

  it('C-4 of two accepted steps with one code the later is used up', () => {
    const sameCodes = { ...answer(codeOfStep(STEP), START + 5_000), codeOf: () => codeOfStep(STEP) };
    expect(expectKind(judge(openCheck, fresh, sameCodes), 'passed').registration.lastStep).toBe(STEP);
  });
});

describe('C-4 what an answer changes', () => {
  it('C-7 a pass notes the step, clears the count and leaves the day’s failures', () => {
    const before: RegistrationState = {
      ...fresh,
      lastStep: STEP - 20,
      spent: [STEP - 9, STEP + 3],
      failures: 4,
      failedAt: [MIDDLE - 4_000, MIDDLE - 3_000, MIDDLE - 2_000, MIDDLE - 1_000],
    };
    expect(judge(openCheck, before, answer(codeOfStep(STEP)))).toEqual({
      kind: 'passed',
      check: { ...openCheck, status: 'passed', passedAt: MIDDLE },
      registration: { ...before, lastStep: STEP, spent: [STEP + 3], failures: 0, usedAt: MIDDLE },
    });
  });

  it('C-5 a wrong code costs one try, is remembered as a keyed hash and searches the clock once', () => {
    const first = expectKind(judge(openCheck, fresh, answer(wrongCode())), 'wrong');
    expect(first).toEqual({
      kind: 'wrong',
      triesLeft: 4,
      searchClock: true,
      check: {
        ...openCheck,
        wrong: { key: keyOf(wrongCode()), at: MIDDLE, clockOffset: null },
        clockSearched: true,
      },
      registration: { ...fresh, failures: 1, failedAt: [MIDDLE] },
    });
    const second = expectKind(judge(first.check, first.registration, answer(wrongCode(1))), 'wrong');
    expect(second.searchClock).toBe(false);
    expect(second.triesLeft).toBe(3);
  });

  it('C-5 every other reason costs none: it carries no new state', () => {
    const refusals = [
      judge({ ...openCheck, nameKey: 'name-2' }, fresh, answer(wrongCode())),
      judge(openCheck, undefined, answer(wrongCode())),
      judge(openCheck, { ...fresh, lastStep: STEP }, answer(codeOfStep(STEP))),
      judge(openCheck, fresh, answer(codeOfStep(STEP - 1))),
      judge(openCheck, locked, answer(wrongCode())),
    ];
    expect(refusals).toEqual([
      { kind: 'mismatch', reason: 'name-differs' },
      { kind: 'mismatch', reason: 'not-registered' },
      { kind: 'refused', reason: 'code-used', triesLeft: 5 },
      { kind: 'refused', reason: 'code-too-old', triesLeft: 5 },
      { kind: 'refused', reason: 'locked', triesLeft: 0 },
    ]);
  });

  it('C-3a five codes of a check and ten a day of a registration are compared', () => {
    const before = Date.UTC(2026, 10, 22, 14, 59, 59, 999);
    expect(compareLimits(before)).toEqual({ perCheck: 5, perDay: 10, day: '2026-11-22' });
    expect(compareLimits(before + 1)).toEqual({ perCheck: 5, perDay: 10, day: '2026-11-23' });
  });

  it('C-5 tries left are those of the row and of the day, whichever is less', () => {
    const failedAt = (count: number) => Array.from({ length: count }, () => MIDDLE);
    expect(triesLeft(fresh, MIDDLE)).toBe(5);
    expect(triesLeft({ ...fresh, failures: 4, failedAt: failedAt(4) }, MIDDLE)).toBe(1);
    expect(triesLeft({ ...fresh, failedAt: failedAt(16) }, MIDDLE)).toBe(5);
    expect(triesLeft({ ...fresh, failedAt: failedAt(20) }, MIDDLE)).toBe(1);
    expect(triesLeft({ ...fresh, failures: 2, failedAt: failedAt(19) }, MIDDLE)).toBe(2);
    expect(triesLeft(locked, MIDDLE)).toBe(0);
  });
});
