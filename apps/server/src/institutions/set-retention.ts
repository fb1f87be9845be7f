import { record } from '../audit/record.ts';
import type { Database } from '../db/open.ts';
import type { World } from '../world.ts';
import { findInstitution, setInstitution } from './store.ts';

export type SetRetention = { kind: 'set'; before: number } | { kind: 'institution-unknown' };

/** How many calendar years the evidence of an institution's checks is kept; the change is in the trail. */
export async function setRetention(
  { database, world }: { database: Database; world: World },
  { id, years, actor }: { id: string; years: number; actor: string },
): Promise<SetRetention> {
  return database.transaction(async (tx): Promise<SetRetention> => {
    const institution = await findInstitution(tx, id);
    if (!institution) return { kind: 'institution-unknown' };
    const before = institution.retention_years;
    if (before === years) return { kind: 'set', before };
    await setInstitution(tx, id, { retention_years: years });
    await record(tx, {
      ...{ at: world.now(), kind: 'institution.retention-changed', actor, institution: id },
      data: { before, after: years },
    });
    return { kind: 'set', before };
  });
}
