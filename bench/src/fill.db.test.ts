import { afterEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem } from '../../apps/server/test/support/system.ts';
import { openChecks } from './answering.ts';
import { indexesOf, sizeOf } from './bulk-insert.ts';
import { FILLED_TABLES, fill, sealHere } from './fill.ts';
import { type Answer, answersOf } from './shots.ts';

const PEOPLE = 40;
let system: System;
afterEach(() => system.close());

for (const dialect of dialects) {
  describe(`a filled database (${dialect})`, () => {
    it('P-2 what was filled in bulk is sealed as the product does it: right codes pass and wrong ones are counted', async () => {
      system = await startSystem(dialect);
      const { database, keyring, world } = system;
      const population = await fill(database, sealHere(keyring), PEOPLE);
      const { people, putBack } = await openChecks(database, keyring, population, 60);
      await putBack('right');
      world.time = Date.now();
      const outcomesOf = (answers: readonly Answer[]) =>
        Promise.all(
          answers.map(async ({ token, code }) => {
            const { json } = await system.answer(token, code);
            return `${json.outcome} ${json.reason ?? ''} ${json.triesLeft ?? ''}`;
          }),
        );
      // One kind after the other: batches that are under way at once have no order.
      const wrong = await outcomesOf(answersOf('wrong', people, world.now()).slice(0, PEOPLE));
      expect(wrong).toEqual(Array(PEOPLE).fill('refused wrong-code 4'));
      const right = await outcomesOf(answersOf('right', people, world.now()));
      expect(right).toEqual(Array(PEOPLE).fill('passed  '));
      expect(await namesOf()).toEqual(Array(PEOPLE).fill('홍길동'));
    });

    it('P-4 a filled database has every index that it had before', async () => {
      system = await startSystem(dialect);
      const before = await indexesOf(system.database, FILLED_TABLES);
      await fill(system.database, sealHere(system.keyring), PEOPLE);
      expect(before.length).toBeGreaterThan(10);
      expect(await indexesOf(system.database, FILLED_TABLES)).toEqual(before);
      expect(await sizeOf(system.database)).toBeGreaterThan(100_000);
    });
  });
}

/** Every name opens with the place of its own row. */
async function namesOf(): Promise<string[]> {
  const { database, keyring } = system;
  const learners = await database.sql.selectFrom('learner').select(['id', 'name_sealed']).execute();
  return learners.map(({ id, name_sealed: sealed }) =>
    sealed === null ? '' : keyring.open({ table: 'learner', column: 'name', row: id }, sealed).toString(),
  );
}
