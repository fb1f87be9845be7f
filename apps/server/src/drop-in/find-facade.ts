import type { Database } from '../db/open.ts';
import { allOrigins, findByAgtid } from './store.ts';

/** An institution whose façade is on, and the origins of the pages that may call it. */
export interface Facade {
  readonly institution: string;
  readonly origins: readonly string[];
}

/** By the name that today's pages have for the institution; undefined when there is none, or it is off. */
export async function findFacade(database: Database, agtid: string): Promise<Facade | undefined> {
  const row = await findByAgtid(database, agtid);
  return row && { institution: row.institution_id, origins: JSON.parse(row.origins_json) as string[] };
}

/** Whether any façade has this origin: a preflight carries no AGTID. */
export async function isOriginOfSome(database: Database, origin: string): Promise<boolean> {
  const lists = await allOrigins(database);
  return lists.some((json) => (JSON.parse(json) as string[]).includes(origin));
}
