import type { Environment } from '../config.ts';
import { addInstitution } from '../institutions/add-institution.ts';
import type { NewInstitution } from '../institutions/rules.ts';
import { realWorld } from '../world.ts';
import { openKeyAndDatabase } from './deployment.ts';
import { CommandError, result } from './output.ts';

/** Prints `{"id","apiKey"}`; the key is shown this once. */
export async function institutionAdd(env: Environment, input: NewInstitution): Promise<void> {
  const { database } = await openKeyAndDatabase(env);
  try {
    const added = await addInstitution(database, realWorld, input);
    if (added.kind === 'refused') throw new CommandError(added.problems);
    result({ id: added.id, apiKey: added.apiKey });
  } finally {
    await database.close();
  }
}
