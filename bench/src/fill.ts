import type { Database } from '../../apps/server/src/db/open.ts';
import { addInstitution } from '../../apps/server/src/institutions/add-institution.ts';
import type { Keyring } from '../../apps/server/src/keys/keyring.ts';
import { realWorld } from '../../apps/server/src/world.ts';
import {
  asFastAsPossible,
  insertBatch,
  type TableBatch,
  tableBatch,
  tidy,
  withoutIndexes,
} from './bulk-insert.ts';
import { INSTITUTION, newPopulation, type Population, personRows } from './people.ts';

/** What is filled. */
export const FILLED_TABLES = ['learner', 'device', 'check', 'audit_event'] as const;

const PEOPLE_AT_ONCE = 2_000;

/** Makes the rows of the people from `from` up to but not including `to`. */
export type Sealer = (population: Population, from: number, to: number) => Promise<TableBatch[]>;

/** In this thread; sealing-threads.ts has one for many. */
export const sealHere =
  (keyring: Keyring): Sealer =>
  async (population, from, to) =>
    sealPeople(keyring, population, from, to);

export function sealPeople(keyring: Keyring, population: Population, from: number, to: number): TableBatch[] {
  const rows = Array.from({ length: to - from }, (_, index) => personRows(keyring, population, from + index));
  return [
    tableBatch(
      'learner',
      rows.map(({ learner }) => learner),
    ),
    tableBatch(
      'device',
      rows.map(({ device }) => device),
    ),
    tableBatch(
      'check',
      rows.map(({ check }) => check),
    ),
    tableBatch(
      'audit_event',
      rows.flatMap(({ events }) => events),
    ),
  ];
}

/**
 * Registers people straight in the database, not through the API, each with one passed check and its trail. The next
 * batch is sealed while one is written; memory does not grow with their number.
 */
export async function fill(
  database: Database,
  seal: Sealer,
  count: number,
  done: (filled: number) => void = () => undefined,
): Promise<Population> {
  const origins = ['https://lms.example'];
  await addInstitution(database, realWorld, { id: INSTITUTION, name: '한빛', origins });
  const population = newPopulation(count);
  await asFastAsPossible(database, () =>
    withoutIndexes(database, FILLED_TABLES, () => insertAll(database, seal, population, done)),
  );
  await tidy(database, FILLED_TABLES);
  return population;
}

async function insertAll(
  database: Database,
  seal: Sealer,
  population: Population,
  done: (filled: number) => void,
): Promise<void> {
  const { count } = population;
  const sealed = (from: number) => seal(population, from, Math.min(count, from + PEOPLE_AT_ONCE));
  let next = sealed(0);
  for (let from = 0; from < count; from += PEOPLE_AT_ONCE) {
    const batch = await next;
    if (from + PEOPLE_AT_ONCE < count) next = sealed(from + PEOPLE_AT_ONCE);
    await database.transaction(async (tx) => {
      for (const each of batch) await insertBatch(tx, each);
    });
    done(Math.min(count, from + PEOPLE_AT_ONCE));
  }
}
