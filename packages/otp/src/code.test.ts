import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../vectors/codes.json' with { type: 'json' };
import { formatCode, parseCode } from './code.ts';

const DASHES = ['-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2015', '\u2212', '\uff0d'];
const SPACES = [
  ...[
    '\t',
    '\n',
    '\v',
    '\f',
    '\r',
    ' ',
    '\u0085',
    '\u00a0',
    '\u1680',
    '\u2000',
    '\u2001',
    '\u2002',
    '\u2003',
  ],
  ...['\u2004', '\u2005', '\u2006', '\u2007', '\u2008', '\u2009', '\u200a', '\u2028', '\u2029', '\u202f'],
  ...['\u205f', '\u3000'],
];
const fillers = fc.string({ unit: fc.constantFrom(...DASHES, ...SPACES), maxLength: 4 });
const digit = fc.integer({ min: 0, max: 9 });

describe('parseCode', () => {
  it.each(vectors.accepted)('T-4 $text is read as $code', ({ text, code }) => {
    expect(parseCode(text)).toBe(code);
  });

  it.each(vectors.refused)('T-4 %j is no code', (text) => {
    expect(parseCode(text)).toBeUndefined();
  });

  it('T-4 six digits, ASCII or full-width, are read through any spaces and dashes between them', () => {
    const typed = fc.array(fc.tuple(fillers, digit, fc.boolean()), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(typed, fillers, (parts, tail) => {
        const text = parts
          .map(([filler, value, wide]) => filler + (wide ? fullWidth(value) : value))
          .join('');
        expect(parseCode(text + tail)).toBe(parts.map(([, value]) => value).join(''));
      }),
    );
  });

  it('T-4 one character that is neither digit, space nor dash spoils the code wherever it stands', () => {
    const forgiven = new Set([...DASHES, ...SPACES]);
    const stranger = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 1 })
      .filter((char) => !forgiven.has(char) && !/[0-9\uff10-\uff19]/.test(char));
    fc.assert(
      fc.property(stranger, fc.nat({ max: 6 }), (char, at) => {
        expect(parseCode(`${'123456'.slice(0, at)}${char}${'123456'.slice(at)}`)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('T-4 any other number of digits is no code', () => {
    const digits = fc.array(digit, { maxLength: 20 }).filter((values) => values.length !== 6);
    fc.assert(fc.property(digits, (values) => parseCode(values.join('')) === undefined));
  });
});

describe('formatCode', () => {
  it('T-2 a code is shown in two groups of three and can be typed back as shown', () => {
    expect(formatCode('007042')).toBe('007 042');
    fc.assert(
      fc.property(fc.nat({ max: 999_999 }), (value) => {
        const code = String(value).padStart(6, '0');
        expect(parseCode(formatCode(code))).toBe(code);
      }),
    );
  });
});

function fullWidth(value: number): string {
  return String.fromCharCode(0xff10 + value);
}
