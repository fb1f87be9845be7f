import { excel } from './course-excel.ts';
import { safety } from './course-safety.ts';
import type { TrainingCourse } from './training-course.ts';

export const courses: readonly TrainingCourse[] = [safety, excel];
