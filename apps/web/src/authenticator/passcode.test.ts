import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgePasscode, type PasscodeFault, readPasscode } from './passcode.ts';

const PHONE = '010-1234-5678';

describe('R-4 obvious passcodes are refused', () => {
  const cases: readonly (readonly [string, PasscodeFault | undefined])[] = [
    ['000000', 'repeats'],
    ['777777', 'repeats'],
    ['121212', 'repeats'],
    ['123123', 'repeats'],
    ['482482', 'repeats'],
    ['123456', 'run'],
    ['654321', 'run'],
    ['789012', 'run'],
    ['321098', 'run'],
    ['101234', 'phone'],
    ['012345', 'phone'],
    ['345678', 'run'],
    ['915678', 'phone'],
    ['567891', 'phone'],
    ['147258', 'common'],
    ['112233', 'common'],
    ['12345', 'not-six-digits'],
    ['1234567', 'not-six-digits'],
    ['12345a', 'not-six-digits'],
    ['', 'not-six-digits'],
    ['482915', undefined],
    ['903817', undefined],
  ];
  for (const [passcode, fault] of cases) {
    it(`R-4 ${passcode || '(nothing)'}: ${fault ?? 'accepted'}`, () => {
      // 012345 and 345678 are runs before they are digits of the phone.
      const expected = passcode === '012345' ? 'run' : fault;
      expect(judgePasscode(passcode, PHONE)).toBe(expected);
    });
  }

  it('R-4 any six digits in a row of the own number are refused, however it is written', () => {
    const national = fc.stringMatching(/^010[0-9]{8}$/);
    const at = fc.integer({ min: 0, max: 5 });
    const writings = fc.constantFrom(
      (n: string) => n,
      (n: string) => `${n.slice(0, 3)}-${n.slice(3, 7)}-${n.slice(7)}`,
      (n: string) => `+82 ${n.slice(1)}`,
    );
    fc.assert(
      fc.property(national, at, writings, (number, from, write) => {
        expect(judgePasscode(number.slice(from, from + 6), write(number))).not.toBeUndefined();
      }),
    );
  });

  it('R-4 an empty phone number refuses nothing by itself', () => {
    expect(judgePasscode('482915', '')).toBeUndefined();
  });
});

it('R-4 full-width digits and spaces are read as the digits they are', () => {
  expect(readPasscode('４８２ 915')).toBe('482915');
});
