import { type Static, type TProperties, Type } from 'typebox';

/** A closed object: an unknown field is refused with `unknown-field`. */
export const Closed = <T extends TProperties>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });

export const Name = Type.String({ minLength: 1, maxLength: 100, description: 'A person’s name' });
export const PhoneText = Type.String({
  minLength: 1,
  maxLength: 32,
  description: 'A phone number, national (010-1234-5678) or international (+82 10 1234 5678)',
});
export const LmsId = Type.String({ minLength: 1, maxLength: 64, description: 'An id given by the LMS' });
export const Title = Type.String({ minLength: 1, maxLength: 200 });
export const Time = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' });
export const Locale = Type.String({
  pattern: '^[a-z]{2}(-[A-Za-z0-9]{2,8})*$',
  maxLength: 35,
  description: 'BCP 47; languages that do not exist yet fall back to Korean',
});

export const OccasionKind = Type.Enum(['entry', 'lesson', 'progress-test', 'exam', 'assignment', 'other']);
export type OccasionKind = Static<typeof OccasionKind>;
export const Reason = Type.Enum([
  'entry',
  'first-of-day',
  'lesson-interval',
  'progress-test',
  'exam',
  'assignment',
  'forced',
]);
export type Reason = Static<typeof Reason>;
export const Method = Type.Enum(['motp', 'phone', 'ipin', 'exemption']);
/** 휴대폰 본인인증 and 아이핀: certified providers say who the person is (C-6). */
export const IdentityMethod = Type.Enum(['phone', 'ipin']);
export type IdentityMethod = Static<typeof IdentityMethod>;

export const Course = Closed({ id: LmsId, title: Title, round: Type.Optional(LmsId) });
export const Occasion = Closed({
  kind: OccasionKind,
  number: Type.Integer({ minimum: 1, maximum: 999, description: 'Lesson or attempt' }),
});
export type Occasion = Static<typeof Occasion>;
