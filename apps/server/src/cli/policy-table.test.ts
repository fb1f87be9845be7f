import { describe, expect, it } from 'vitest';
import { appliedPolicy } from '../schedule/policy.ts';
import { preview } from '../schedule/preview.ts';
import { policyLine, previewTable } from './policy-table.ts';

describe('motp policy preview', () => {
  const applied = appliedPolicy([], '');

  it('S-4 prints day, lesson and check as a table', () => {
    expect(previewTable(preview(applied.policy, { lessons: 4, lessonsPerDay: 3 }))).toEqual([
      '일차  차시  본인인증',
      '   1     1  입과 · 그날 첫 학습 · 정해진 차시 (entry, first-of-day, lesson-interval)',
      '         2  -',
      '         3  -',
      '   2     4  그날 첫 학습 (first-of-day)',
      '',
      '본인인증 2번, 2일 (checks 2, days 2)',
    ]);
  });

  it('S-4 says whose policy it is and where its day begins', () => {
    expect(policyLine(applied)).toBe('기본 정책 (version 0) · Asia/Seoul · 하루 새 차시 8개까지');
    const open = { ...applied, policy: { ...applied.policy, dailyLessonLimit: null } };
    expect(policyLine({ ...open, from: 'course', version: 3 })).toBe(
      '과정의 정책 (version 3) · Asia/Seoul · 하루 차시 제한 없음',
    );
  });
});
