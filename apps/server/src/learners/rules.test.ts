import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparableName,
  formatPhone,
  isKoreanMobile,
  lastFour,
  maskName,
  nationalDigits,
  type PhoneNumber,
  parsePhone,
} from './rules.ts';

const isSame = (one: string, other: string) => comparableName(one) === comparableName(other);

describe('C-3 names', () => {
  it.each([
    ['decomposed Hangul (NFD)', '홍길동'.normalize('NFD')],
    ['spaces between the syllables', '홍 길 동'],
    ['an ideographic space', '홍\u3000길동'],
    ['spaces and line ends around it', ' \t홍길동\r\n'],
    ['a no-break space', '홍\u00a0길동'],
    ['a zero-width space', '홍\u200b길동'],
    ['a zero-width joiner', '홍길\u200d동'],
    ['a byte order mark', '\ufeff홍길동'],
    ['a word joiner', '홍길동\u2060'],
    ['decomposed and spaced', '홍 길동'.normalize('NFD')],
  ])('C-3 are the same with %s', (_how, typed) => {
    expect(comparableName(typed)).toBe('홍길동');
  });

  it.each([
    ['full-width Latin', 'Ｈｏｎｇ', 'Hong'],
    ['full-width Latin with a full-width space', 'Ｈｏｎｇ　Ｇｉｌ', 'HongGil'],
    ['half-width Hangul', 'ﾾￂ', '하'],
    ['half-width Hangul of two syllables', 'ﾡￌﾾￂ', '고하'],
    ['half-width katakana with its sound mark', 'ｶﾞ', 'ガ'],
    ['a composed letter', 'é', 'e\u0301'],
    ['a full-width digit', '김철수２', '김철수2'],
  ])('C-3 are the same with %s', (_how, one, other) => {
    expect(isSame(one, other)).toBe(true);
  });

  it.each([
    ['another case', 'hong', 'Hong'],
    ['another syllable', '홍길동', '홍길돈'],
    ['a hyphen', '남궁-민수', '남궁민수'],
    ['a ligature, which is no width form', 'ﬁ', 'fi'],
    ['a circled letter', 'Ⓐ', 'A'],
    ['a superscript', 'x²', 'x2'],
    ['another number of syllables', '홍길', '홍길동'],
  ])('C-3 differ with %s', (_how, one, other) => {
    expect(isSame(one, other)).toBe(false);
  });

  it('C-3 white space and zero-width characters alone are no name', () => {
    expect(comparableName(' \u3000\u200b\ufeff\u2060\t')).toBe('');
  });

  it('C-3 comparing is stable: it neither depends on the form nor changes what it made', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const compared = comparableName(name);
        expect(comparableName(compared)).toBe(compared);
        expect(comparableName(name.normalize('NFD'))).toBe(compared);
        expect(comparableName(name.normalize('NFC'))).toBe(compared);
        expect(comparableName([...name].join('\u200b').normalize('NFC').replaceAll('\u200b', ''))).toBe(
          compared,
        );
      }),
    );
  });

  it.each([
    ['홍길동', '홍*동'],
    ['홍길동'.normalize('NFD'), '홍*동'],
    ['홍 길 동', '홍*동'],
    ['남궁민수', '남**수'],
    ['이준', '이*'],
    ['김', '*'],
    ['', '*'],
    ['김e\u0301', '김*'],
  ])('C-3a %s is masked as %s', (name, masked) => {
    expect(maskName(name)).toBe(masked);
  });
});

describe('C-3 numbers', () => {
  it.each([
    '010-1234-5678',
    '01012345678',
    '010 1234 5678',
    '010.1234.5678',
    '(010) 1234-5678',
    '+82 10-1234-5678',
    '+821012345678',
    '+82 010-1234-5678',
    '０１０－１２３４－５６７８',
    '010–1234–5678',
    '010−1234−5678',
  ])('C-3 %s is compared as E.164', (typed) => {
    expect(parsePhone(typed)).toBe('+821012345678');
  });

  it.each([
    '',
    '1234',
    '010-1234',
    '010-1234-56789',
    'abc',
    '010-1234-5678 ext 5',
    '+',
    '010-1234-567a',
    '홍길동',
  ])('C-3 %j is no number', (typed) => {
    expect(parsePhone(typed)).toBeUndefined();
  });

  it('R-2 only Korean mobile numbers can be registered', () => {
    const isMobile = (typed: string) => {
      const phone = parsePhone(typed);
      return phone && isKoreanMobile(phone);
    };
    expect(
      ['010-1234-5678', '011-234-5678', '02-312-3456', '070-1234-5678', '+1 415 555 2671'].map(isMobile),
    ).toEqual([true, true, false, false, false]);
  });

  it('C-2 a number is shown as people write it', () => {
    const shown = (typed: string) => formatPhone(parsePhone(typed) as PhoneNumber);
    expect(shown('+821012345678')).toBe('010-1234-5678');
    expect(shown('+14155552671')).toBe('+1 415 555 2671');
  });

  it('C-3a only the last four digits are shown of a registered number', () => {
    expect(lastFour('+821012345678' as PhoneNumber)).toBe('5678');
  });

  it('R-2 gateways take national digits', () => {
    expect(nationalDigits('+821012345678' as PhoneNumber)).toBe('01012345678');
    expect(nationalDigits('+14155552671' as PhoneNumber)).toBe('+14155552671');
  });
});
