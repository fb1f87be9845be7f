import type { PreviewReply } from '@motp/protocol';
import type { Environment } from '../config.ts';
import { findOwner } from '../institutions/read-institution.ts';
import { type AppliedPolicy, appliedPolicy } from '../schedule/policy.ts';
import { preview } from '../schedule/preview.ts';
import { readPolicy } from '../schedule/read-policy.ts';
import { openKeyAndDatabase } from './deployment.ts';
import { CommandError } from './output.ts';
import { policyLine, previewTable } from './policy-table.ts';

/** As commander hands them over: texts. */
export interface AskedPreview {
  lessons: string;
  lessonsPerDay?: string;
  institution?: string;
  course?: string;
}

/** Prints what a learner will be asked, as a table for people. Without an institution nothing is opened. */
export async function policyPreview(env: Environment, asked: AskedPreview): Promise<void> {
  const problems: string[] = [];
  const lessons = whole('--lessons', asked.lessons, problems);
  const lessonsPerDay =
    asked.lessonsPerDay === undefined ? undefined : whole('--lessons-per-day', asked.lessonsPerDay, problems);
  if (asked.course !== undefined && asked.institution === undefined) {
    problems.push('--course needs --institution: a course is known by its institution');
  }
  if (problems.length > 0) throw new CommandError(problems);
  const applied = await policyOf(env, asked);
  const days: PreviewReply['days'] = preview(applied.policy, { lessons, lessonsPerDay });
  process.stdout.write(`${[policyLine(applied), '', ...previewTable(days)].join('\n')}\n`);
}

async function policyOf(
  env: Environment,
  { institution, course = '' }: AskedPreview,
): Promise<AppliedPolicy> {
  if (institution === undefined) return appliedPolicy([], '');
  const { database } = await openKeyAndDatabase(env);
  try {
    if (!(await findOwner(database, institution))) {
      throw new CommandError(['--institution: there is none with this id']);
    }
    return await readPolicy(database, institution, course);
  } finally {
    await database.close();
  }
}

function whole(option: string, text: string, problems: string[]): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) problems.push(`${option} must be a whole number from 1 to 999`);
  return Number(text);
}
