import { describe, expect, it } from 'vitest';
import {
  answer,
  codeOfStep,
  DAY_MS,
  expectKind,
  fresh,
  keyOf,
  MIDDLE,
  openCheck,
  STEP,
  STEP_MS,
  wrongCode,
} from './rules.fixture.ts';
import { type CheckState, judge, type RegistrationState } from './rules.ts';

/** Wrong codes in a row, each on a check of its own. */
function fail(registration: RegistrationState, times: number, now = MIDDLE): RegistrationState {
  let state = registration;
  for (let nth = 0; nth < times; nth++) {
    const check = { ...openCheck, expiresAt: now + STEP_MS };
    state = expectKind(judge(check, state, answer(wrongCode(nth), now)), 'wrong').registration;
  }
  return state;
}

describe('C-5 five wrong codes lock', () => {
  it('C-5 the fifth answers with no tries left, everything after it is locked', () => {
    let registration: RegistrationState = fresh;
    const said = [0, 1, 2, 3, 4].map((nth) => {
      const wrong = expectKind(judge(openCheck, registration, answer(wrongCode(nth))), 'wrong');
      registration = wrong.registration;
      return [wrong.triesLeft, registration.failures, registration.lockedAt];
    });
    expect(said).toEqual([
      [4, 1, null],
      [3, 2, null],
      [2, 3, null],
      [1, 4, null],
      [0, 5, MIDDLE],
    ]);
    const after = [codeOfStep(STEP), wrongCode(9), wrongCode(4)].map((code) =>
      judge(openCheck, registration, answer(code)),
    );
    const isLocked = { kind: 'refused', reason: 'locked', triesLeft: 0 };
    expect(after).toEqual([isLocked, isLocked, isLocked]);
  });

  it('C-5 a right code clears the count: four and four and four do not lock', () => {
    let registration: RegistrationState = fresh;
    for (let round = 0; round < 3; round++) {
      const now = MIDDLE + round * STEP_MS;
      registration = fail(registration, 4, now);
      const passed = judge(openCheck, registration, answer(codeOfStep(STEP + round), now));
      registration = expectKind(passed, 'passed').registration;
      expect(registration).toMatchObject({ failures: 0, lockedAt: null });
    }
    expect(registration.failedAt).toHaveLength(12);
  });

  it('C-5 more than 20 failures in 24 h lock all the same', () => {
    let registration: RegistrationState = fresh;
    for (let round = 0; round < 5; round++) {
      const now = MIDDLE + round * STEP_MS;
      registration = fail(registration, 4, now);
      const passed = judge(openCheck, registration, answer(codeOfStep(STEP + round), now));
      registration = expectKind(passed, 'passed').registration;
    }
    expect(registration.failedAt).toHaveLength(20);
    const now = MIDDLE + 5 * STEP_MS;
    const wrong = expectKind(judge(openCheck, registration, answer(wrongCode(), now)), 'wrong');
    expect(wrong.triesLeft).toBe(0);
    expect(wrong.registration).toMatchObject({ failures: 1, lockedAt: now });
    expect(wrong.registration.failedAt).toHaveLength(21);
  });

  it('C-5 a failure counts for 24 h to the millisecond', () => {
    const failedAt = Array.from({ length: 20 }, () => MIDDLE);
    const at = (now: number) => {
      const check = { ...openCheck, expiresAt: now + 1 };
      const wrong = expectKind(judge(check, { ...fresh, failedAt }, answer(wrongCode(), now)), 'wrong');
      return [wrong.triesLeft, wrong.registration.failedAt.length, wrong.registration.lockedAt];
    };
    expect(at(MIDDLE + DAY_MS - 1)).toEqual([0, 21, MIDDLE + DAY_MS - 1]);
    expect(at(MIDDLE + DAY_MS)).toEqual([4, 1, null]);
  });

  it('C-5 the count of a row does not end with the day', () => {
    const failures = fail(fresh, 4);
    const now = MIDDLE + 30 * DAY_MS;
    const check = { ...openCheck, expiresAt: now + 1 };
    const wrong = expectKind(judge(check, failures, answer(wrongCode(5), now)), 'wrong');
    expect(wrong).toMatchObject({ triesLeft: 0, registration: { failures: 5, lockedAt: now } });
  });
});

describe('C-5 the same wrong code again', () => {
  const { check, registration } = expectKind(judge(openCheck, fresh, answer(wrongCode())), 'wrong');
  const again = (now: number, on: CheckState = check) => judge(on, registration, answer(wrongCode(), now));

  it('C-5 is neither counted nor compared within 60 s, with the same tries left', () => {
    const answered = { ...answer(wrongCode(), MIDDLE + 59_999), codeOf: () => expect.fail('compared') };
    expect(judge(check, registration, answered)).toEqual({
      kind: 'repeated',
      triesLeft: 4,
      clockOffset: null,
    });
  });

  it('C-5 counts again after 60 s', () => {
    expect(again(MIDDLE + 60_000)).toMatchObject({ kind: 'wrong', triesLeft: 3, searchClock: false });
  });

  it('C-5 counts on another check', () => {
    expect(again(MIDDLE + 1, openCheck)).toMatchObject({ kind: 'wrong', triesLeft: 3, searchClock: true });
  });

  it('C-5 counts when another wrong code came between', () => {
    const between = expectKind(judge(check, registration, answer(wrongCode(1), MIDDLE + 1)), 'wrong');
    const third = judge(between.check, between.registration, answer(wrongCode(), MIDDLE + 2));
    expect(third).toMatchObject({ kind: 'wrong', triesLeft: 2 });
  });

  it('C-5 does not lengthen its 60 s by being repeated', () => {
    expect(again(MIDDLE + 59_999)).toMatchObject({ kind: 'repeated' });
    expect(again(MIDDLE + 60_001)).toMatchObject({ kind: 'wrong' });
  });

  it('C-4a repeats the explanation that was found for it', () => {
    const explained = { ...check, wrong: { key: keyOf(wrongCode()), at: MIDDLE, clockOffset: 32_400 } };
    expect(again(MIDDLE + 1, explained)).toEqual({ kind: 'repeated', triesLeft: 4, clockOffset: 32_400 });
  });
});
