import type { MotpErrorCode } from './error.ts';

/** A check page that is being shown: whom to greet, and how to end it. */
export interface Shown {
  page(): Window | null;
  fit(height: number): void;
  close(): void;
}

/** Shows the page; `left` is called when the learner closes it. */
export type Show = (url: string, left: (code: MotpErrorCode) => void) => Shown;
