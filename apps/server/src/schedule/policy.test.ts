import { describe, expect, it } from 'vitest';
import { appliedPolicy, DEFAULT_POLICY, type PolicyVersion, policyFaults, policyReply } from './policy.ts';
import { policyWith } from './rules.fixture.ts';

const own = policyWith({ everyLessons: 4 });
const courses = policyWith({ everyLessons: 1 });
const version = (courseId: string, policy: PolicyVersion['policy'], nth = 3): PolicyVersion => ({
  ...{ courseId, policy, version: nth },
  changedAt: Date.UTC(2026, 10, 23),
});

describe('a policy', () => {
  it('S-4 that is not valid is refused with the place of every fault', () => {
    expect(policyFaults(DEFAULT_POLICY)).toEqual([]);
    const wrong = policyWith({ timeZone: 'Asia/Soul', before: ['exam', 'assignment', 'exam'] });
    expect(policyFaults(wrong, '/policy')).toEqual([
      { path: '/policy/timeZone', message: 'is not a time zone of the IANA list' },
      { path: '/policy/before/2', message: 'is named twice' },
    ]);
  });

  it.each<[string, PolicyVersion[], string, object]>([
    ['nobody’s', [], 'c-1', { from: 'default', policy: DEFAULT_POLICY, version: 0, changedAt: null }],
    ['the institution’s', [version('', own)], 'c-1', { from: 'institution', policy: own, version: 3 }],
    ['the institution’s own', [version('', own)], '', { from: 'institution', policy: own, version: 3 }],
    ['the course’s', [version('', own), version('c-1', courses, 7)], 'c-1', { from: 'course', version: 7 }],
    [
      'of a course that lost its own',
      [version('', own), version('c-1', null, 8)],
      'c-1',
      { from: 'institution' },
    ],
    [
      'of a course that lost its own, of nobody',
      [version('c-1', null)],
      'c-1',
      { from: 'default', version: 0 },
    ],
  ])('S-4 %s policy applies', (_what, newest, course, expected) => {
    expect(appliedPolicy(newest, course)).toMatchObject(expected);
  });

  it('S-4 tells its version and when it was changed; the default never was', () => {
    expect(policyReply(appliedPolicy([version('', own)], ''))).toEqual({
      ...own,
      version: 3,
      changedAt: '2026-11-23T00:00:00.000Z',
      from: 'institution',
    });
    expect(policyReply(appliedPolicy([], ''))).toMatchObject({
      version: 0,
      changedAt: null,
      from: 'default',
    });
  });
});
