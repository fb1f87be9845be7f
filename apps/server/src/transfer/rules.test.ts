import { describe, expect, it } from 'vitest';
import { checkRow, differences, hasOtherColumns, headProblems, levelProblem, parseLine } from './rules.ts';

const head = {
  motp: 'transfer',
  format: 1,
  program: '0.1.0',
  exportedAt: 1,
  final: true,
  level: ['0001', '0002'],
  createdAt: 1,
  demoAt: null,
  keyMark: 'mark',
  rows: 0,
} as const;
const here = { level: ['0001', '0002'], keyMark: 'mark', isDemo: false };

describe('what an export is held against', () => {
  it('P-4 a file comes in at its own level alone, and the other place is named', () => {
    expect(levelProblem(['a', 'b'], ['a', 'b'])).toBeUndefined();
    expect(levelProblem(['a', 'b', 'c'], ['a', 'b'])).toMatch(/newer motp \(c\)/);
    expect(levelProblem(['a'], ['a', 'b'])).toMatch(/older motp \(without b\).+`motp migrate`/);
    // Two lines of development: what is unknown here comes first.
    expect(levelProblem(['a', 'c'], ['a', 'b'])).toMatch(/newer motp \(c\)/);
  });

  it('P-5 everything that is wrong with it is said at once', () => {
    expect(headProblems(head, here)).toEqual([]);
    expect(headProblems({ ...head, level: ['0001'], keyMark: 'other', demoAt: 5 }, here)).toEqual([
      expect.stringMatching(/older motp/),
      expect.stringMatching(/another lookup key/),
      expect.stringMatching(/made by a demo/),
    ]);
    expect(headProblems({ ...head, demoAt: 5 }, { ...here, isDemo: true })).toEqual([]);
    expect(headProblems({ ...head, format: 2, level: ['0001'] }, here)).toEqual([
      expect.stringMatching(/newer motp/),
    ]);
  });

  it('P-4 a value is what both databases can keep exactly', () => {
    const columns = [
      ['id', 'text'],
      ['at', 'bigint'],
    ] as [string, 'text' | 'bigint'][];
    for (const row of [
      ['a', 1],
      ['', Number.MAX_SAFE_INTEGER],
      [null, null],
      ['홍길동', -1],
    ]) {
      expect(() => checkRow('t', columns, row)).not.toThrow();
    }
    for (const row of [
      ['a\0', 1],
      [1, 1],
      ['a', '1'],
      ['a', 2 ** 53],
      ['a', 0.5],
      ['a'],
      ['a', 1, 1],
      [true, 1],
    ]) {
      expect(() => checkRow('t', columns, row as never)).toThrow();
    }
    expect(() => checkRow('t', columns, ['secret\0', 1])).toThrow(
      't.id has a value that is no text which both databases can keep',
    );
  });

  it('P-4 a table of other columns or other rows is named', () => {
    const total = { rows: 1, digest: 'x' };
    expect(differences({ a: total, b: total }, { a: total, b: total })).toEqual([]);
    expect(differences({ a: total, b: total }, { a: { ...total, rows: 2 }, c: total })).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(differences({ a: total }, { a: { ...total, digest: 'y' } })).toEqual(['a']);
    expect(hasOtherColumns({ a: 'text' }, { a: 'text' })).toBe(false);
    for (const other of [{}, { a: 'bigint' }, { b: 'text' }, { a: 'text', b: 'text' }] as const) {
      expect(hasOtherColumns({ a: 'text' }, other as never)).toBe(true);
    }
  });

  it('P-3 a line is one of four kinds or refused', () => {
    expect(parseLine('[1,"a"]')).toEqual({ kind: 'row', row: [1, 'a'] });
    expect(parseLine(JSON.stringify(head))).toEqual({ kind: 'head', head });
    expect(parseLine('{"end":{}}')).toEqual({ kind: 'end', totals: {} });
    for (const text of ['', '{', 'null', '1', '"a"', '{}', '{"end":1}', '{"table":1}']) {
      expect(() => parseLine(text)).toThrow('not what `motp export` writes');
    }
  });
});
