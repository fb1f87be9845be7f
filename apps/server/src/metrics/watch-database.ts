import type { Database, Fact, Tx } from '../db/open.ts';

export interface Watch {
  /** A monotonic clock, ms with fractions. */
  clock(): number;
  committed(milliseconds: number): void;
  /** Facts that hold: their transaction was committed, or nobody knows whether it was. */
  noted(facts: readonly Fact[]): void;
}

/** The same database; commits are timed, and what they put into the trail is told. */
export function watchDatabase(database: Database, { clock, committed, noted }: Watch): Database {
  const watched = (tx: Tx): Tx => ({ ...tx, noted: (facts) => tx.afterCommit(() => noted(facts)) });
  return {
    ...database,
    noted,
    async transaction(work) {
      let worked = 0;
      const result = await database.transaction(async (tx) => {
        const done = await work(watched(tx));
        worked = clock();
        return done;
      });
      committed(clock() - worked);
      return result;
    },
  };
}
