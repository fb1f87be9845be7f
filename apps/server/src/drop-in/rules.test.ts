import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { field, isAnswered, readForm, readName, readSubject } from './form-rules.ts';
import { answerOf, messages, occasionOf, roundOf } from './rules.ts';

describe('what a page says of an occasion', () => {
  it('C-1 every EVAL_CD is a kind, and nothing else is', () => {
    const kinds = ['00', '01', '02', '03', '04', '99'].map((code) =>
      occasionOf(code, code === '00' ? '00' : '7'),
    );
    expect(kinds).toEqual([
      { kind: 'entry', number: 1 },
      ...['lesson', 'exam', 'assignment', 'progress-test', 'other'].map((kind) => ({ kind, number: 7 })),
    ]);
    for (const code of ['', '0', '1', '05', '98', ' 01', 'constructor', '__proto__']) {
      expect(occasionOf(code, '01')).toBe('EVAL_CD');
    }
  });

  it('C-1 CLASS_TME is 1 to 999, of 입과 nothing or noughts', () => {
    expect(['1', '01', '001', '999'].map((text) => occasionOf('01', text))).toEqual(
      [1, 1, 1, 999].map((number) => ({ kind: 'lesson', number })),
    );
    for (const text of ['', '0', '00', '000', '1000', '-1', '1.0', '１', 'a']) {
      expect(occasionOf('02', text)).toBe('CLASS_TME');
    }
    expect(['', '0', '00', '000'].map((text) => occasionOf('00', text))).toEqual(
      Array(4).fill({ kind: 'entry', number: 1 }),
    );
    expect(occasionOf('00', '01')).toBe('CLASS_TME');
  });

  it.each([
    ['safety-101,3', '3'],
    ['a,b, 2024-1 ', '2024-1'],
    ['safety-101', ''],
    ['safety-101,', ''],
    ['', ''],
  ])('C-1 CLASS_AGENT_PK %j has the round %j', (text, round) => {
    expect(roundOf(text)).toBe(round);
  });
});

describe('what a judged code is to a page', () => {
  it('C-4 every outcome has one of the observed codes', () => {
    const wrong = (triesLeft: number) => answerOf({ kind: 'wrong', triesLeft });
    expect([wrong(1), wrong(0)]).toEqual([
      { code: 'AP001', msg: messages.AP001 },
      { code: 'AP001', msg: messages.AP009 },
    ]);
    const codes = [
      answerOf({ kind: 'mismatch' }),
      answerOf({ kind: 'locked' }),
      answerOf({ kind: 'refused', reason: 'code-used' }),
      answerOf({ kind: 'refused', reason: 'code-too-old' }),
      answerOf({ kind: 'unavailable' }),
    ].map(({ code }) => code);
    expect(codes).toEqual(['AP005', 'AP009', 'AP001', 'AP001', 'IE001']);
  });
});

describe('a form body', () => {
  it('P-3 is read as a browser writes it', () => {
    const fields = { USER_NM: '홍 길동', OTPNO: '123+456', empty: '', 'a&b': 'c=d%' };
    const form = readForm(new URLSearchParams(fields).toString());
    expect(form && Object.fromEntries(form)).toEqual(fields);
    expect(form && [field(form, 'USER_NM'), field(form, 'nothing')]).toEqual(['홍 길동', '']);
  });

  it('P-3 any fields that a browser writes are read as they were', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((value) => !value.includes('\0'));
    fc.assert(
      fc.property(fc.dictionary(text, text), (fields) => {
        const form = readForm(new URLSearchParams(fields).toString());
        expect([...(form ?? [])].sort()).toEqual(Object.entries(fields).sort());
      }),
    );
  });

  it.each(['a=1&a=2', 'a=%zz', 'a=%', 'a=%ed%a0%80', 'a=%00', `a=${'x'.repeat(301)}`, '%ff=1'])(
    'P-3 %j is refused whole',
    (body) => {
      expect(readForm(body)).toBeUndefined();
    },
  );

  it('P-3 arbitrary bodies are a form, or none, and never a throw', () => {
    fc.assert(
      fc.property(
        fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
        (body) => {
          const form = readForm(body);
          if (!form) return;
          const subject = readSubject(form);
          const named = readName(form);
          expect([isAnswered(subject), isAnswered(named)]).toEqual([true, true]);
        },
      ),
    );
  });
});
