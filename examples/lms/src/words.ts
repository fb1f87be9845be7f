import type { Occasion } from '@motp/lms-sdk';
import type { Refusal } from './decision.ts';
import { evaluations, isEvaluation, type Step } from './steps.ts';

const zone = { timeZone: 'Asia/Seoul' } as const;

/** The calendar day of a training site in Korea, `2026-11-23`, wherever its server stands. */
export function dayOf(now: number): string {
  return new Intl.DateTimeFormat('sv-SE', { ...zone, dateStyle: 'short' }).format(now);
}

/** `11월 24일 (화) 00:00`, Korean time. @param time ISO 8601 */
export function koreanTime(time: string): string {
  const day = { month: 'long', day: 'numeric', weekday: 'short' } as const;
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat('ko-KR', { ...zone, ...day, ...clock }).format(new Date(time));
}

/** `9차시`, `진행단계평가`, `시험`, … */
export function occasionWords({ kind, number }: Occasion): string {
  if (isEvaluation(kind)) return evaluations[kind].title;
  if (kind === 'lesson') return `${number}차시`;
  return kind === 'entry' ? '입과' : '기타';
}

const reasons: Readonly<Record<string, string>> = {
  entry: '입과 (이 과정의 첫 학습)',
  'first-of-day': '오늘 첫 학습',
  'progress-test': '진행단계평가 응시',
  exam: '시험 응시',
  assignment: '과제 제출',
  forced: '훈련기관의 요청',
};

/** Why a check is due. A reason of tomorrow's server is still a reason. */
export function reasonWords(reason: string, { occasion }: Step): string {
  if (reason === 'lesson-interval') return occasionWords(occasion);
  return Object.hasOwn(reasons, reason) ? (reasons[reason] ?? '') : '본인 확인';
}

/** Why not, and what to do next. */
export function refusalWords(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'unavailable':
      return '본인인증 서비스와 연결되지 않았습니다. 잠시 뒤에 다시 시도해 주세요. 답안과 진도는 그대로 있습니다.';
    case 'refused':
      return '본인인증을 확인하지 못했습니다. 처음부터 다시 인증해 주세요.';
    case 'blocked': {
      const from = `${koreanTime(refusal.until)}(한국 시간)부터 이어서 하세요.`;
      return refusal.because === 'daily-lesson-limit'
        ? `오늘 새로 들을 수 있는 차시를 모두 들었습니다. 이미 들은 차시는 다시 볼 수 있습니다. 새 차시는 ${from}`
        : `지금은 들어갈 수 없습니다. ${from}`;
    }
  }
}
