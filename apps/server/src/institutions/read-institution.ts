import type { Database } from '../db/open.ts';
import { findInstitution, type StoredInstitution } from './store.ts';

/** @throws when the institution of a stored fact is gone, which must not happen */
export async function readInstitution(database: Database, id: string): Promise<StoredInstitution> {
  const institution = await findInstitution(database, id);
  if (!institution) throw new Error('a check without an institution');
  return institution;
}

/** The institution that somebody named; undefined when there is none. */
export const findOwner = (database: Database, id: string): Promise<StoredInstitution | undefined> =>
  findInstitution(database, id);
