import type { Kysely } from 'kysely';

/**
 * A check that passes is written into every index that names it, each a page somewhere else. `check_history` begins
 * with the same columns and finds a learner's passed checks as well: nobody has so many that their order needs one.
 * No older server may run beside this step: it locked learners where answers lock registrations now (ADR 0008).
 */
export const lighterPasses = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropIndex('check_institution_id_learner_ref_passed_at_where').execute();
  },
};
