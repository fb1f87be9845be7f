import type { Learner, Occasion } from '@motp/lms-sdk';
import type { Step } from './steps.ts';
import type { TrainingCourse } from './training-course.ts';
import { dayOf } from './words.ts';

export interface CourseProgress {
  /** The day on which a lesson was first played, by its number. */
  begun: Map<number, string>;
  finished: Set<number>;
  handedIn: Set<string>;
  /** When the mOTP server will ask next, as it last said. */
  nextDue: Occasion | null;
}

/** How far everybody is. In memory, because this is an example: a real LMS has a database. */
export class Progress {
  readonly #courses = new Map<string, CourseProgress>();

  of({ id }: Learner, course: TrainingCourse): CourseProgress {
    const key = `${id} ${course.id}`;
    const known = this.#courses.get(key);
    if (known !== undefined) return known;
    const fresh = {
      begun: new Map(),
      finished: new Set<number>(),
      handedIn: new Set<string>(),
      nextDue: null,
    };
    this.#courses.set(key, fresh);
    return fresh;
  }

  begin(learner: Learner, { course, occasion }: Step, now: number): void {
    const { begun } = this.of(learner, course);
    if (!begun.has(occasion.number)) begun.set(occasion.number, dayOf(now));
  }

  foresee(learner: Learner, course: TrainingCourse, nextDue: Occasion | null): void {
    this.of(learner, course).nextDue = nextDue;
  }
}

/** Lessons are taken in order: the site's own rule, which has nothing to do with checks. */
export function mayPlay({ begun, finished }: CourseProgress, number: number): boolean {
  return number === 1 || begun.has(number) || finished.has(number - 1);
}

/** How many lessons were new on this day, `2026-11-23`. */
export function newOn({ begun }: CourseProgress, day: string): number {
  return [...begun.values()].filter((each) => each === day).length;
}

/** The lesson to go on with. */
export function nextLesson({ finished }: CourseProgress, { lessons }: TrainingCourse): number {
  const open = lessons.findIndex((_, index) => !finished.has(index + 1));
  return open === -1 ? lessons.length : open + 1;
}
