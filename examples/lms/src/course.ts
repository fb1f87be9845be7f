import type { CheckRequest, Course, Learner, Occasion } from '@motp/lms-sdk';

export const learners: readonly Learner[] = [
  { id: 'trainee-17', name: '홍길동', phone: '010-1234-5678', birthDate: '1990-01-31' },
  { id: 'trainee-18', name: '김영희', phone: '010-8765-4321' },
];

export const course: Course = { id: 'safety-101', title: '산업안전보건' };

export const lessons: readonly string[] = [
  '안전보건관리의 기초',
  '산업재해의 원인과 통계',
  '위험성 평가의 절차',
  '보호구의 선택과 착용',
  '기계·설비의 방호조치',
  '전기 작업의 안전',
  '화학물질과 MSDS',
  '비상대응과 응급처치',
];

export const roomNames = ['progress-test', 'exam', 'assignment'] as const;
export type RoomName = (typeof roomNames)[number];

/** What can be opened only after a check. */
export interface Room {
  title: string;
  about: string;
  occasion: Occasion;
}

export const rooms: Readonly<Record<RoomName, Room>> = {
  'progress-test': {
    title: '진행단계평가',
    about: '객관식 2문항 · 15분',
    occasion: { kind: 'progress-test', number: 1 },
  },
  exam: { title: '시험', about: '객관식 2문항 · 30분', occasion: { kind: 'exam', number: 1 } },
  assignment: { title: '과제', about: '서술형 2문항', occasion: { kind: 'assignment', number: 1 } },
};

export function isRoomName(name: string): name is RoomName {
  return (roomNames as readonly string[]).includes(name);
}

export function checkRequest(
  learner: Learner,
  room: RoomName,
  session: string,
  origin: string,
): CheckRequest {
  return {
    learner,
    course,
    occasion: rooms[room].occasion,
    session: { id: session },
    returnUrl: `${origin}/return`,
    locale: 'ko',
    // Whoever hands in and comes back begins anew, though the check of a moment ago still stands.
    force: true,
  };
}
