import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Certified, compare, type Expected, isComparable, methodsOf } from './rules.ts';

const expected: Expected = { nameKey: 'n', phoneKey: 'p', birthDate: '1990-01-31', diKey: 'd' };

describe('C-6 whom a certified person matches', () => {
  it.each<[string, Expected, Certified, ReturnType<typeof compare>]>([
    ['all', expected, expected, { kind: 'match', by: ['phone', 'birthDate', 'di'] }],
    ['the number', expected, { nameKey: 'n', phoneKey: 'p' }, { kind: 'match', by: ['phone'] }],
    [
      'the birth date, of another number',
      expected,
      { nameKey: 'n', phoneKey: 'x', birthDate: '1990-01-31' },
      { kind: 'match', by: ['birthDate'] },
    ],
    ['the kept DI', expected, { nameKey: 'n', diKey: 'd' }, { kind: 'match', by: ['di'] }],
    [
      'another name, whatever else matches',
      expected,
      { ...expected, nameKey: 'x' },
      { kind: 'differs', field: 'name' },
    ],
    ['another number', expected, { nameKey: 'n', phoneKey: 'x' }, { kind: 'differs', field: 'phone' }],
    [
      'another birth date',
      expected,
      { nameKey: 'n', birthDate: '1991-01-31' },
      { kind: 'differs', field: 'birthDate' },
    ],
    ['another DI', expected, { nameKey: 'n', diKey: 'x' }, { kind: 'differs', field: 'phone' }],
    ['the name alone', expected, { nameKey: 'n' }, { kind: 'nothing-to-compare' }],
    ['a name that we know alone', { nameKey: 'n' }, expected, { kind: 'nothing-to-compare' }],
  ])('C-6 %s', (_, ours, theirs, comparison) => {
    expect(compare(ours, theirs)).toEqual(comparison);
  });

  it('C-6 name alone never passes, whatever is known and whatever is certified', () => {
    const key = fc.option(fc.constantFrom('a', 'b'), { nil: undefined });
    const person = fc.record({
      nameKey: fc.constantFrom('n', 'm'),
      phoneKey: key,
      birthDate: key,
      diKey: key,
    });
    fc.assert(
      fc.property(person, person, (ours, theirs) => {
        const shared = (['phoneKey', 'birthDate', 'diKey'] as const).filter(
          (field) => ours[field] !== undefined && ours[field] === theirs[field],
        );
        const isMatch = ours.nameKey === theirs.nameKey && shared.length > 0;
        expect(compare(ours, theirs).kind === 'match').toBe(isMatch);
      }),
    );
  });
});

describe('C-6 what is offered', () => {
  const nothing = { phone: false, birthDate: false, di: false };

  it('C-6 where nothing can be compared the method is not offered', () => {
    for (const what of ['phone', 'birthDate', 'di'] as const) {
      const gives = { ...nothing, [what]: true };
      expect(isComparable(gives, { ...nothing, [what]: true })).toBe(true);
      expect(isComparable(gives, { phone: true, birthDate: true, di: true, [what]: false })).toBe(false);
      expect(isComparable(nothing, { phone: true, birthDate: true, di: true })).toBe(false);
    }
  });

  it('C-6 the phone comes before i-PIN, and a method without a provider does not come', () => {
    expect(methodsOf({ ipin: 1, phone: 1 })).toEqual(['phone', 'ipin']);
    expect(methodsOf({ ipin: 1 })).toEqual(['ipin']);
    expect(methodsOf({})).toEqual([]);
  });
});
