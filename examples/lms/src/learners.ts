import type { Learner } from '@motp/lms-sdk';

/** Invented people. A real LMS takes them from its members. */
export const learners: readonly Learner[] = [
  { id: 'trainee-17', name: '홍길동', phone: '010-1234-5678', birthDate: '1990-01-31' },
  { id: 'trainee-18', name: '김영희', phone: '010-8765-4321', birthDate: '1988-05-02' },
  { id: 'trainee-19', name: '성춘향', phone: '010-2345-6789', birthDate: '1995-05-05' },
  { id: 'trainee-20', name: '이몽룡', phone: '010-3456-7890', birthDate: '1993-07-07' },
];
