import type { Environment } from '../config.ts';
import {
  closeExemption,
  type ExemptionDependencies,
  listExemptions,
  openExemption,
} from '../exemptions/operate-exemption.ts';
import { realWorld } from '../world.ts';
import { openKeyAndDatabase } from './deployment.ts';
import { CommandError, result, say } from './output.ts';

const actor = 'command';

async function withDatabase<T>(
  env: Environment,
  work: (dependencies: ExemptionDependencies) => Promise<T>,
): Promise<T> {
  const { database } = await openKeyAndDatabase(env);
  try {
    return await work({ database, world: realWorld });
  } finally {
    await database.close();
  }
}

export interface AskedExemption {
  provider: string;
  institution: string[];
  allInstitutions?: true;
  hours: string;
  reason: string;
}

/** Prints `{"id","until"}`. */
export async function exemptionOpen(env: Environment, asked: AskedExemption): Promise<void> {
  const { provider, institution, allInstitutions, hours, reason } = asked;
  if (allInstitutions && institution.length > 0) {
    throw new CommandError(['--institution and --all-institutions exclude each other']);
  }
  const institutions = allInstitutions ? '*' : institution;
  const opened = await withDatabase(env, (dependencies) =>
    openExemption(dependencies, { provider, institutions, hours: Number(hours), reason, actor }),
  );
  if (opened.kind === 'refused') throw new CommandError(opened.problems);
  say('Open. Who has no usable registration is let in while this provider’s failures are recorded.');
  result({ id: opened.id, until: new Date(opened.until).toISOString() });
}

export async function exemptionClose(env: Environment, asked: { id: string; reason: string }): Promise<void> {
  const closed = await withDatabase(env, (dependencies) => closeExemption(dependencies, { ...asked, actor }));
  if (closed.kind === 'refused') throw new CommandError(closed.problems);
  say('Closed. Every check is an ordinary one again.');
}

/** Prints a line of JSON per window, newest first. */
export async function exemptionList(env: Environment): Promise<void> {
  for (const window of await withDatabase(env, listExemptions)) result(window);
}
