import type { Policy, PolicyReply, ProblemError } from '@motp/protocol';
import { isTimeZone } from './calendar.ts';

/** S-2: as institutions publish it. */
export const DEFAULT_POLICY: Policy = {
  entry: 'once',
  firstOfDay: true,
  everyLessons: 8,
  before: ['progress-test', 'exam', 'assignment'],
  dailyLessonLimit: 8,
  timeZone: 'Asia/Seoul',
  holdsForMinutes: { lesson: null, evaluation: 180 },
};

/** What its schema cannot say; `path` is a JSON Pointer below `base`. */
export function policyFaults(policy: Policy, base = ''): ProblemError[] {
  const errors: ProblemError[] = [];
  if (!isTimeZone(policy.timeZone)) {
    errors.push({ path: `${base}/timeZone`, message: 'is not a time zone of the IANA list' });
  }
  policy.before.forEach((kind, index) => {
    if (policy.before.indexOf(kind) === index) return;
    errors.push({ path: `${base}/before/${index}`, message: 'is named twice' });
  });
  return errors;
}

/** One state of a policy; `courseId` '' is the institution's own, `policy` null the end of it. */
export interface PolicyVersion {
  courseId: string;
  version: number;
  policy: Policy | null;
  changedAt: number;
}

export interface AppliedPolicy {
  policy: Policy;
  version: number;
  changedAt: number | null;
  from: PolicyReply['from'];
}

/** S-4: the course's own, else the institution's, else the default. @param newest at most one of each */
export function appliedPolicy(newest: readonly PolicyVersion[], courseId: string): AppliedPolicy {
  const standing = (id: string, from: PolicyReply['from']): AppliedPolicy | undefined => {
    const found = newest.find((version) => version.courseId === id);
    return found?.policy ? { ...found, policy: found.policy, from } : undefined;
  };
  const ofCourse = courseId === '' ? undefined : standing(courseId, 'course');
  const nobodys: AppliedPolicy = { policy: DEFAULT_POLICY, version: 0, changedAt: null, from: 'default' };
  return ofCourse ?? standing('', 'institution') ?? nobodys;
}

export const policyReply = ({ policy, version, changedAt, from }: AppliedPolicy): PolicyReply => ({
  ...policy,
  version,
  changedAt: changedAt === null ? null : new Date(changedAt).toISOString(),
  from,
});
