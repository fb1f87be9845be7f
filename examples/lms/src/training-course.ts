export interface Question {
  text: string;
  answers: readonly string[];
}

export interface TrainingCourse {
  id: string;
  title: string;
  about: string;
  /** Titles; lesson 1 is the first. */
  lessons: readonly string[];
  questions: readonly Question[];
  /** Of the assignment. */
  essays: readonly string[];
}
