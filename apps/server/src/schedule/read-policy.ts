import type { Policy } from '@motp/protocol';
import type { Tx } from '../db/open.ts';
import { type AppliedPolicy, appliedPolicy } from './policy.ts';
import { newestPolicies } from './store.ts';

/** The policy that applies to a course; '' asks for the institution's own. */
export async function readPolicy(tx: Tx, institution: string, course: string): Promise<AppliedPolicy> {
  const rows = await newestPolicies(tx, institution, course);
  const newest = rows.map(({ course_id, version, policy_json, changed_at }) => ({
    courseId: course_id,
    version,
    policy: policy_json === null ? null : (JSON.parse(policy_json) as Policy),
    changedAt: changed_at,
  }));
  return appliedPolicy(newest, course);
}
