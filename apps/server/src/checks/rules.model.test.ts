import { stepAt } from '@motp/otp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer, codeOfStep, DAY_MS, fresh, MIDDLE, openCheck, STEP_MS, wrongCode } from './rules.fixture.ts';
import { type CheckState, type Judgement, judge, type RegistrationState } from './rules.ts';

const CHECKS = 4;

type Move =
  | { do: 'answer'; check: number; aside: number }
  | { do: 'guess'; check: number; nth: number }
  | { do: 'spend'; ahead: number }
  | { do: 'wait'; ms: number }
  | { do: 'reopen'; check: number };

const check = fc.nat({ max: CHECKS - 1 });
const aside = fc.oneof(fc.constant(0), fc.integer({ min: -1, max: 1 }), fc.integer({ min: -7, max: 3 }));
const moves: [number, fc.Arbitrary<Move>][] = [
  [6, fc.record({ do: fc.constant('answer'), check, aside })],
  [3, fc.record({ do: fc.constant('guess'), check, nth: fc.nat({ max: 4 }) })],
  [1, fc.record({ do: fc.constant('spend'), ahead: fc.integer({ min: 1, max: 4 }) })],
  [4, fc.record({ do: fc.constant('wait'), ms: fc.nat({ max: 100_000 }) })],
  [1, fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(DAY_MS, 3 * DAY_MS) })],
  [5, fc.record({ do: fc.constant('reopen'), check })],
];
const move = fc.oneof(...moves.map(([weight, arbitrary]) => ({ weight, arbitrary })));

/** What the rules promise, counted from outside: it knows the moves and the answers, never the state. */
class Witness {
  readonly accepted: number[] = [];
  readonly spent = new Set<number>();
  sincePass = 0;
  counted: number[] = [];
  isLocked = false;

  passed(step: number): void {
    expect(this.isLocked).toBe(false);
    expect(step).toBeGreaterThan(this.accepted.at(-1) ?? -1);
    expect(this.spent.has(step)).toBe(false);
    this.accepted.push(step);
    this.sincePass = 0;
  }

  failed(now: number, left: number): void {
    expect(this.isLocked).toBe(false);
    this.sincePass++;
    this.counted = [...this.counted.filter((at) => now - at < DAY_MS), now];
    const expected = Math.max(0, Math.min(5 - this.sincePass, 21 - this.counted.length));
    expect(left).toBe(expected);
    expect(this.sincePass).toBeLessThanOrEqual(5);
    this.isLocked = left === 0;
  }
}

class Story {
  readonly witness = new Witness();
  readonly #checks: CheckState[];
  #registration: RegistrationState = fresh;
  #now = MIDDLE;

  constructor() {
    this.#checks = Array.from({ length: CHECKS }, () => this.#opened());
  }

  #opened(): CheckState {
    return { ...openCheck, expiresAt: this.#now + 10 * STEP_MS };
  }

  run(step: Move): void {
    if (step.do === 'wait') this.#now += step.ms;
    else if (step.do === 'reopen') this.#checks[step.check] = this.#opened();
    else if (step.do === 'spend') this.#spend(stepAt(this.#now) + step.ahead);
    else if (step.do === 'guess') this.#answer(step.check, undefined, step.nth);
    else this.#answer(step.check, stepAt(this.#now) + step.aside, 0);
  }

  /** As the clock search does after a wrong code (C-4a). */
  #spend(step: number): void {
    this.witness.spent.add(step);
    this.#registration = { ...this.#registration, spent: [...this.#registration.spent, step] };
  }

  #answer(index: number, step: number | undefined, nth: number): void {
    const before = this.#checks[index] ?? openCheck;
    const typed = step === undefined ? wrongCode(nth) : codeOfStep(step);
    const judgement = judge(before, this.#registration, answer(typed, this.#now));
    this.#observe(judgement, before, step);
    if (judgement.kind !== 'wrong' && judgement.kind !== 'passed') return;
    this.#checks[index] = judgement.check;
    this.#registration = judgement.registration;
  }

  #observe(judgement: Judgement, before: CheckState, step: number | undefined): void {
    const isOpen = before.status === 'open' && this.#now < before.expiresAt;
    expect(judgement.kind === 'over').toBe(!isOpen);
    if (!isOpen) return;
    const isLocked = judgement.kind === 'refused' && judgement.reason === 'locked';
    expect(isLocked).toBe(this.witness.isLocked);
    if (judgement.kind === 'wrong') this.witness.failed(this.#now, judgement.triesLeft);
    if (judgement.kind !== 'passed') return;
    if (step === undefined) throw new Error('a wrong code passed');
    this.witness.passed(step);
    expect(Math.abs(step - stepAt(this.#now))).toBeLessThanOrEqual(1);
  }
}

describe('whatever the interleaving', () => {
  it('C-7 and C-5 no step is accepted twice, never more than five failures are counted, locked stays', () => {
    const seen = { passed: 0, locked: 0 };
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 120, size: 'max' }), (moves) => {
        const story = new Story();
        for (const each of moves) story.run(each);
        const { accepted, isLocked } = story.witness;
        expect(new Set(accepted).size).toBe(accepted.length);
        seen.passed += accepted.length;
        seen.locked += isLocked ? 1 : 0;
      }),
      { numRuns: 400 },
    );
    expect(seen.passed).toBeGreaterThan(500);
    expect(seen.locked).toBeGreaterThan(40);
  });

  it('C-5 whoever fails four times between passes is locked by the 21st failure of a day', () => {
    const pauses = fc.array(fc.nat({ max: 60_000 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(pauses, (waits) => {
        const story = new Story();
        for (const [round, ms] of waits.entries()) {
          for (let nth = 0; nth < 4; nth++) story.run({ do: 'guess', check: 0, nth });
          story.run({ do: 'answer', check: 0, aside: 0 });
          story.run({ do: 'wait', ms: STEP_MS + ms });
          story.run({ do: 'reopen', check: 0 });
          expect(story.witness.accepted).toHaveLength(round + 1);
        }
        expect(story.witness.isLocked).toBe(false);
        story.run({ do: 'guess', check: 0, nth: 0 });
        expect(story.witness.counted).toHaveLength(21);
        expect(story.witness.isLocked).toBe(true);
      }),
    );
  });
});
