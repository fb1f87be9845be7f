import { describe, expect, it } from 'vitest';
import { clockText, dateText, offsetText, spokenTime } from './durations.ts';
import { occasionText, readablePhone } from './learner-text.ts';
import { refusalText } from './refusal-text.ts';
import { translator } from './texts.ts';
import { en } from './texts-en.ts';
import { ko } from './texts-ko.ts';

const t = translator('ko');
const holes = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort();

describe('texts of the check page', () => {
  it('C-2 both languages say the same things', () => {
    expect(Object.keys(en)).toEqual(Object.keys(ko));
    for (const key of Object.keys(ko) as (keyof typeof ko)[])
      expect([key, holes(en[key])]).toEqual([key, holes(ko[key])]);
  });

  it('C-2 the occasion is named as institutions name it', () => {
    const named = (kind: Parameters<typeof occasionText>[0]['kind'], number: number) =>
      occasionText({ kind, number }, t);
    expect(named('entry', 1)).toBe('입과');
    expect(named('lesson', 9)).toBe('9차시');
    expect(named('progress-test', 1)).toBe('진행단계평가');
    expect(named('exam', 1)).toBe('시험');
    expect(named('exam', 2)).toBe('시험 2회');
    expect(named('assignment', 1)).toBe('과제');
    expect(named('other', 1)).toBe('기타');
  });

  it('C-2 the number is shown as the LMS knows it, readable', () => {
    expect(readablePhone('01012345678')).toBe('010-1234-5678');
    expect(readablePhone('0111234567')).toBe('011-123-4567');
    expect(readablePhone('010 1234 5678')).toBe('010 1234 5678');
    expect(readablePhone('+821012345678')).toBe('+821012345678');
  });

  it('C-4 a wrong clock is said in words', () => {
    expect(offsetText(32_400, t)).toBe('9시간');
    expect(offsetText(-32_340, t)).toBe('9시간');
    expect(offsetText(19_800, t)).toBe('5시간 30분');
    expect(offsetText(420, t)).toBe('7분');
    expect(offsetText(-60, t)).toBe('1분');
    const notice = { kind: 'refused', reason: 'clock-off', triesLeft: 4 } as const;
    const fast = refusalText({ ...notice, clockOffset: 32_400 }, t);
    expect(fast).toMatch(/^휴대폰 시계가 약 9시간 빠릅니다\. .*4번 더 입력할 수 있습니다\.$/);
    expect(refusalText({ ...notice, clockOffset: -1_200 }, t)).toMatch(/^휴대폰 시계가 약 20분 느립니다\./);
    expect(refusalText({ ...notice, triesLeft: 0, clockOffset: 420 }, t)).toMatch(/인증이 잠겼습니다\.$/);
  });

  it('C-4 a wrong code tells the tries left, the fifth that it locked', () => {
    const notice = { kind: 'refused', reason: 'wrong-code' } as const;
    expect(refusalText({ ...notice, triesLeft: 2 }, t)).toContain('2번 더 입력할 수 있습니다.');
    expect(refusalText({ ...notice, triesLeft: 0 }, t)).toBe(
      '인증번호를 5번 잘못 입력하여 인증이 잠겼습니다.',
    );
  });

  it('R-5 when another phone took over is said in the words of the language', () => {
    const at = new Date(2026, 10, 23, 14, 5).toISOString();
    expect(dateText(at, t)).toBe('11월 23일 14:05');
    expect(dateText(at, translator('en'))).toBe('23 November at 14:05');
  });

  it('O-7 too many failures are said with a time to wait', () => {
    const notice = { kind: 'too-many-failures', until: 0 } as const;
    expect(refusalText(notice, t)).toBe('잘못된 시도가 많아 잠시 멈췄습니다. 조금 뒤에 다시 눌러 주세요.');
  });

  it('C-2 the time left is shown and spoken', () => {
    expect(clockText(600_000)).toBe('10:00');
    expect(clockText(61_001)).toBe('1:02');
    expect(clockText(-5)).toBe('0:00');
    expect(spokenTime(180_000, t)).toBe('3분');
    expect(spokenTime(30_000, t)).toBe('30초');
    expect(spokenTime(90_000, t)).toBe('1분 30초');
    expect(spokenTime(3_600_000, t)).toBe('1시간');
    expect(spokenTime(5_399_001, t)).toBe('1시간 30분');
  });
});
