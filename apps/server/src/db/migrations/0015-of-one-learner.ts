import type { Kysely } from 'kysely';
import { index } from './table.ts';

/**
 * A learner's registrations that are over, too: who changed the phone, withdrew or is told of is looked for by them,
 * and over a million registrations that read them all, in a transaction that answers wait for.
 */
export const ofOneLearner = {
  beside: '0014-idle-since',
  async up(db: Kysely<unknown>): Promise<void> {
    await index(db, 'device', ['learner_id']);
  },
};
