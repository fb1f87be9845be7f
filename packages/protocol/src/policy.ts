import { type Static, Type } from 'typebox';
import { Closed, LmsId, Reason, Time } from './fields.ts';

const wholeOrNull = (minimum: number, maximum: number, description: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum, maximum, description });

const DAY_MINUTES = 24 * 60;
const YEAR_MINUTES = 365 * DAY_MINUTES;

export const EvaluationKind = Type.Enum(['progress-test', 'exam', 'assignment']);
export type EvaluationKind = Static<typeof EvaluationKind>;

/** When a check is due (S-2 to S-4). Every member is said: what is left out would be somebody’s guess. */
export const Policy = Closed({
  entry: Type.Enum(['once', 'never'], { description: 'Once per course and round, before anything else' }),
  firstOfDay: Type.Boolean({ description: 'Before the first lesson of each calendar day' }),
  everyLessons: wholeOrNull(
    1,
    999,
    '8: lessons 1, 9, 17, … when first played; null: no lesson by its number',
  ),
  before: Type.Array(EvaluationKind, { maxItems: 3, description: 'Each at most once' }),
  dailyLessonLimit: wholeOrNull(1, 999, 'New lessons a calendar day; null: no limit'),
  timeZone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA name; its midnight begins a day' }),
  holdsForMinutes: Closed({
    lesson: wholeOrNull(0, YEAR_MINUTES, 'null: that calendar day'),
    evaluation: Type.Integer({ minimum: 0, maximum: YEAR_MINUTES, description: '0: never' }),
  }),
});
export type Policy = Static<typeof Policy>;

/** The policy that applies, and where it stands. `default` was never set: version 0, changed never. */
export const PolicyReply = Closed({
  ...Policy.properties,
  version: Type.Integer({ minimum: 0 }),
  changedAt: Type.Union([Time, Type.Null()]),
  from: Type.Enum(['course', 'institution', 'default']),
});
export type PolicyReply = Static<typeof PolicyReply>;

const Lessons = Type.Integer({ minimum: 1, maximum: 999 });

/** `policy` is tried as it stands here; else the one that applies to `courseId`, else the institution’s. */
export const PreviewRequest = Closed({
  policy: Type.Optional(Policy),
  courseId: Type.Optional(LmsId),
  lessons: Lessons,
  lessonsPerDay: Type.Optional(Lessons),
});
export type PreviewRequest = Static<typeof PreviewRequest>;

const PreviewStep = Closed({
  kind: Type.Literal('lesson'),
  number: Lessons,
  reasons: Type.Array(Reason, { description: 'Empty: no check' }),
});

export const PreviewReply = Closed({
  days: Type.Array(Closed({ day: Type.Integer({ minimum: 1 }), steps: Type.Array(PreviewStep) })),
});
export type PreviewReply = Static<typeof PreviewReply>;
