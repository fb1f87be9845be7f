import type { PreviewReply, Reason } from '@motp/protocol';
import type { AppliedPolicy } from '../schedule/policy.ts';

const sources: Record<AppliedPolicy['from'], string> = {
  course: '과정의 정책',
  institution: '기관의 정책',
  default: '기본 정책',
};

/** `기관의 정책 (version 3) · Asia/Seoul · 하루 새 차시 8개까지` */
export function policyLine({ policy, from, version }: AppliedPolicy): string {
  const { dailyLessonLimit: limit, timeZone } = policy;
  const daily = limit === null ? '하루 차시 제한 없음' : `하루 새 차시 ${limit}개까지`;
  return `${sources[from]} (version ${version}) · ${timeZone} · ${daily}`;
}

const texts: Record<Reason, string> = {
  entry: '입과',
  'first-of-day': '그날 첫 학습',
  'lesson-interval': '정해진 차시',
  'progress-test': '진행단계평가',
  exam: '시험',
  assignment: '과제',
  forced: '요청',
};

const NONE = '-';
const HEADING = ['일차', '차시', '본인인증'] as const;
/** Hangul takes two columns of a terminal: `일차` is as wide as four digits. */
const WIDTH = 4;

/** One line a lesson, the day on its first; a check says why in both languages. */
export function previewTable(days: PreviewReply['days']): string[] {
  const rows = days.flatMap(({ day, steps }) =>
    steps.map(({ number, reasons }, nth) => {
      const cells = [nth === 0 ? String(day) : '', String(number)].map((cell) => cell.padStart(WIDTH));
      return [...cells, checkText(reasons)].join('  ');
    }),
  );
  const asked = days.flatMap(({ steps }) => steps).filter(({ reasons }) => reasons.length > 0).length;
  return [
    HEADING.join('  '),
    ...rows,
    '',
    `본인인증 ${asked}번, ${days.length}일 (checks ${asked}, days ${days.length})`,
  ];
}

const checkText = (reasons: readonly Reason[]): string =>
  reasons.length === 0
    ? NONE
    : `${reasons.map((reason) => texts[reason]).join(' · ')} (${reasons.join(', ')})`;
