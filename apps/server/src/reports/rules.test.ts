import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agentPkProblem,
  hourName,
  hourOf,
  hoursBetween,
  keyProblem,
  kinds,
  masked,
  nextTry,
  parseHour,
  parseSeq,
  type ReportedCheck,
  rangeProblem,
  reportRow,
  settledUntil,
  verdictOf,
} from './rules.ts';

const HOUR = 60 * 60_000;
const at = Date.parse('2026-11-23T15:59:59.999Z');
const check: ReportedCheck = {
  learner: 'trainee-17',
  course: 'safety-101',
  round: '3',
  occasion: { kind: 'lesson', number: 25 },
  method: 'motp',
  passedAt: at,
  ip: '203.0.113.7',
};

describe('rows of reports', () => {
  it('O-5 a row says what is known, under the observed names, in Korean time', () => {
    expect(reportRow('user_login_hist', 'hanbit', 7, check)).toEqual({
      agentPk: 'hanbit',
      seq: 7,
      userAgentPk: 'trainee-17',
      loginDate: '2026-11-24 00:59:59',
      loginIp: '203.0.113.7',
    });
    expect(reportRow('score_hist', 'hanbit', 8, check)).toEqual({
      agentPk: 'hanbit',
      seq: 8,
      userAgentPk: 'trainee-17',
      courseAgentPk: 'safety-101',
      classAgentPk: 'safety-101,3',
      evalType: '진도_25',
      evalCd: '01',
      chasi: '25',
      accessIp: '203.0.113.7',
      submitDate: '2026-11-24 00:59:59',
      startEndFlag: 'S',
      changeState: 'C',
    });
    expect(reportRow('check_hist', 'hanbit', 9, check)).toEqual({
      agentPk: 'hanbit',
      seq: 9,
      userAgentPk: 'trainee-17',
      courseAgentPk: 'safety-101',
      classAgentPk: 'safety-101,3',
      evalType: '진도_25',
      evalCd: '01',
      chasi: '25',
      submitDate: '2026-11-24 00:59:59',
      method: 'motp',
    });
  });

  it('O-5 what the LMS did not say is absent, not empty, and no kind invents a score', () => {
    const bare = { ...check, round: '', ip: undefined };
    for (const kind of kinds) {
      const row = reportRow(kind, 'hanbit', 1, bare);
      for (const absent of [
        'classAgentPk',
        'accessIp',
        'loginIp',
        'score',
        'isCopiedAnswer',
        'submitDueDt',
      ]) {
        expect(row).not.toHaveProperty(absent);
      }
      expect(Object.values(row)).not.toContain(undefined);
    }
  });

  it.each([
    ['entry', 1, '00', '입과', '00'],
    ['lesson', 1, '01', '진도_1', '01'],
    ['lesson', 999, '01', '진도_999', '999'],
    ['exam', 2, '02', '시험_2', '02'],
    ['assignment', 1, '03', '과제_1', '01'],
    ['progress-test', 1, '04', '진행평가_1', '01'],
    ['other', 10, '99', '기타_10', '10'],
  ] as const)('%s %i is evalCd %s, %s, chasi %s', (kind, number, evalCd, evalType, chasi) => {
    const row = reportRow('score_hist', 'hanbit', 1, { ...check, occasion: { kind, number } });
    expect(row).toMatchObject({ evalCd, evalType, chasi });
  });

  it('O-6 a sample shows neither whose row it is nor from which address', () => {
    expect(masked(reportRow('score_hist', 'hanbit', 8, check))).toMatchObject({
      userAgentPk: 't***',
      accessIp: '203.0.***',
      courseAgentPk: 'safety-101',
    });
    const six = { ...check, ip: '2001:db8::1' };
    expect(masked(reportRow('user_login_hist', 'hanbit', 1, six))).toMatchObject({ loginIp: '***' });
  });
});

describe('hours of reports', () => {
  it('an hour is read back as it is written, in Korea', () => {
    expect(hourName(at)).toBe('2026-11-24T00');
    expect(parseHour('2026-11-24T00')).toBe(Date.parse('2026-11-23T15:00:00Z'));
    const whole = fc.integer({ min: 0, max: 1_000_000 }).map((hours) => hours * HOUR);
    fc.assert(fc.property(whole, (hour) => parseHour(hourName(hour)) === hour));
  });

  it.each([
    '',
    '2026-11-24',
    '2026-11-24T24',
    '2026-02-30T00',
    '2026-11-24T00:00',
    '2026-11-24T0',
    ' 2026-11-24T00',
  ])('"%s" is no hour', (text) => expect(parseHour(text)).toBeUndefined());

  it('P-4 an hour is taken up five minutes after its end, wherever the clock of a request stood', () => {
    const end = parseHour('2026-11-24T01') ?? 0;
    expect(hourName(settledUntil(end + 5 * 60_000 - 1))).toBe('2026-11-24T00');
    expect(hourName(settledUntil(end + 5 * 60_000))).toBe('2026-11-24T01');
    expect(hourOf(end + 1)).toBe(end);
    expect(hoursBetween(end, end + 3 * HOUR)).toEqual([end, end + HOUR, end + 2 * HOUR]);
    expect(hoursBetween(end, end)).toEqual([]);
  });

  it('hours that are not over, turned round, or too many are refused in words', () => {
    const now = (parseHour('2026-11-24T12') ?? 0) + 10 * 60_000;
    const until = settledUntil(now);
    expect(rangeProblem({ from: until - HOUR, until }, now)).toBeUndefined();
    expect(rangeProblem({ from: until - 744 * HOUR, until }, now)).toBeUndefined();
    expect(rangeProblem({ from: until - 745 * HOUR, until }, now)).toContain('31 days');
    expect(rangeProblem({ from: until, until }, now)).toContain('before');
    expect(rangeProblem({ from: until, until: until + HOUR }, now)).toContain('2026-11-24T12');
  });
});

describe('what a receiver answers', () => {
  it.each([
    [200, '{"code":200,"msg":"ok","data_cnt":3}', { kind: 'taken', count: 3 }],
    [200, '{"code":"200","data_cnt":"3"}', { kind: 'taken', count: 3 }],
    [201, '{"code":200,"data_cnt":0}', { kind: 'taken', count: 0 }],
    [200, '{"code":200}', { kind: 'taken', count: null }],
    [200, '{"code":200,"data_cnt":-1}', { kind: 'taken', count: null }],
    [500, '{"code":200}', { kind: 'not-taken', error: 'http-500' }],
    [307, '', { kind: 'not-taken', error: 'http-307' }],
    [200, '{"code":"IE001","msg":"홍길동"}', { kind: 'not-taken', error: 'code-IE001' }],
    [200, '{"code":"홍길동"}', { kind: 'not-taken', error: 'malformed' }],
    [200, '{"code":{"a":1}}', { kind: 'not-taken', error: 'malformed' }],
    [200, '{"code":[200]}', { kind: 'not-taken', error: 'malformed' }],
    [200, '<html>', { kind: 'not-taken', error: 'malformed' }],
    [200, 'null', { kind: 'not-taken', error: 'malformed' }],
    [200, '', { kind: 'not-taken', error: 'malformed' }],
  ] as const)('C-9 %i %s', (status, text, verdict) => expect(verdictOf(status, text)).toEqual(verdict));

  it('what was not taken waits longer each time, in the end an hour', () => {
    expect([1, 2, 3, 4, 5, 99].map((attempts) => nextTry(attempts, 0) / 60_000)).toEqual([
      1, 5, 15, 60, 60, 60,
    ]);
  });
});

describe('settings of reports', () => {
  it.each(['', ' ', 'a b', 'a\r\nx-evil: 1', '한빛', 'x'.repeat(65)])('P-3 "%s" is no agent pk', (text) => {
    expect(agentPkProblem(text)).toContain('--agent-pk');
  });

  it.each(['', 'two\nlines', 'x'.repeat(513)])('P-3 a key is one line of visible characters', (text) => {
    expect(keyProblem(text)).toContain('--key-file');
  });

  it.each(['0', '-1', '1.5', '01', '1e3', '1000000000001', ''])('P-3 %s is no sequence number', (text) => {
    expect(parseSeq(text)).toBeUndefined();
  });

  it('what is in order is taken as it is', () => {
    expect([agentPkProblem('hanbit'), keyProblem('k'.repeat(512)), parseSeq('1000000000000')]).toEqual([
      undefined,
      undefined,
      1_000_000_000_000,
    ]);
  });
});
