import type { Policy, ProblemError } from '@motp/protocol';
import { record } from '../audit/record.ts';
import type { Database, Tx } from '../db/open.ts';
import type { World } from '../world.ts';
import { type AppliedPolicy, policyFaults } from './policy.ts';
import { insertPolicy, lockPolicy, newestPolicies } from './store.ts';

export interface PolicyDependencies {
  database: Database;
  world: World;
}

/** Whose policy, and whose API key changes it; `course` '' is the institution's own. */
export interface PolicyPlace {
  institution: string;
  course: string;
  key: string;
}

export type PolicyChange =
  | { kind: 'changed'; applied: AppliedPolicy }
  | { kind: 'malformed'; errors: ProblemError[] };

/** S-4: every change is a version of its own; the ones before stay. */
export async function setPolicy(
  { database, world }: PolicyDependencies,
  place: PolicyPlace,
  policy: Policy,
): Promise<PolicyChange> {
  const errors = policyFaults(policy);
  if (errors.length > 0) return { kind: 'malformed', errors };
  return database.transaction(async (tx) => {
    const now = world.now();
    const { version } = await lockNewest(tx, place);
    await keep(tx, place, version + 1, policy, now);
    const from = place.course === '' ? 'institution' : 'course';
    return { kind: 'changed', applied: { policy, version: version + 1, changedAt: now, from } };
  });
}

/** From now on the institution's policy applies to the course again. Where none stands, nothing changes. */
export async function removePolicy(
  { database, world }: PolicyDependencies,
  place: PolicyPlace,
): Promise<void> {
  await database.transaction(async (tx) => {
    const { version, stands } = await lockNewest(tx, place);
    if (stands) await keep(tx, place, version + 1, null, world.now());
  });
}

async function lockNewest(
  tx: Tx,
  { institution, course }: PolicyPlace,
): Promise<{ version: number; stands: boolean }> {
  await lockPolicy(tx, institution, course);
  const rows = await newestPolicies(tx, institution, course);
  const newest = rows.find(({ course_id }) => course_id === course);
  return { version: newest?.version ?? 0, stands: newest !== undefined && newest.policy_json !== null };
}

async function keep(
  tx: Tx,
  { institution, course, key }: PolicyPlace,
  version: number,
  policy: Policy | null,
  now: number,
): Promise<void> {
  await insertPolicy(tx, {
    institution_id: institution,
    course_id: course,
    version,
    policy_json: policy === null ? null : JSON.stringify(policy),
    changed_at: now,
    changed_by: key,
  });
  await record(tx, {
    at: now,
    kind: policy === null ? 'policy.removed' : 'policy.changed',
    actor: 'institution',
    institution,
    data: { course: course === '' ? null : course, version, key },
  });
}
