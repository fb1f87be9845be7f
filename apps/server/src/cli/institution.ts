import type { Environment } from '../config.ts';
import { setDropIn } from '../drop-in/set-drop-in.ts';
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

/** As commander hands it over. */
export interface AskedFacade {
  id: string;
  agtid?: string;
  origin: string[];
  off?: true;
}

/** Prints `{"id","agtid","on","origins"}`; `origins` null: those of the institution. */
export async function institutionDropIn(env: Environment, asked: AskedFacade): Promise<void> {
  const { database } = await openKeyAndDatabase(env);
  try {
    const { id, agtid, origin: origins, off = false } = asked;
    const set = await setDropIn({ database, world: realWorld }, { institution: id, agtid, origins, off });
    if (set.kind === 'refused') throw new CommandError(set.problems);
    result({ id, agtid: set.agtid, on: set.on, origins: set.origins });
  } finally {
    await database.close();
  }
}
