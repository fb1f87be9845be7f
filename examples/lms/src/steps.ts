import type { Occasion } from '@motp/lms-sdk';
import { courses } from './courses.ts';
import type { TrainingCourse } from './training-course.ts';

export const evaluationKinds = ['progress-test', 'exam', 'assignment'] as const;
export type EvaluationKind = (typeof evaluationKinds)[number];

export const evaluations: Readonly<Record<EvaluationKind, { title: string; about: string }>> = {
  'progress-test': { title: '진행단계평가', about: '객관식 2문항 · 15분' },
  exam: { title: '시험', about: '객관식 2문항 · 30분' },
  assignment: { title: '과제', about: '서술형 2문항' },
};

/** One thing that a learner opens: a lesson or an evaluation. */
export interface Step {
  course: TrainingCourse;
  occasion: Occasion;
  /** `safety-101/lesson/9`: its place in every address of this site. */
  path: string;
}

export function lessonStep(course: TrainingCourse, number: number): Step {
  return { course, occasion: { kind: 'lesson', number }, path: `${course.id}/lesson/${number}` };
}

export function evaluationStep(course: TrainingCourse, kind: EvaluationKind): Step {
  return { course, occasion: { kind, number: 1 }, path: `${course.id}/${kind}/1` };
}

export function isEvaluation(kind: string): kind is EvaluationKind {
  return (evaluationKinds as readonly string[]).includes(kind);
}

export const findCourse = (id: string): TrainingCourse | undefined => courses.find((each) => each.id === id);

/** The step that a path names; undefined when this site has none there. */
export function findStep(path: string): Step | undefined {
  const [id = '', kind = '', number = ''] = path.split('/');
  const course = findCourse(id);
  if (course === undefined) return undefined;
  const step = isEvaluation(kind) ? evaluationStep(course, kind) : lessonStep(course, Number(number));
  const lesson = step.occasion.kind === 'lesson' ? course.lessons[step.occasion.number - 1] : '';
  return step.path === path && lesson !== undefined ? step : undefined;
}
