import type { KyselyPlugin } from 'kysely';
import type { Database, Tx } from '../../src/db/open.ts';

/** The same database; every statement passes the plugin, within transactions and without. */
export function withPlugin(database: Database, plugin: KyselyPlugin): Database {
  const within = (tx: Tx): Tx => ({ ...tx, sql: tx.sql.withPlugin(plugin) });
  return {
    ...database,
    sql: database.sql.withPlugin(plugin),
    transaction: (work) => database.transaction((tx) => work(within(tx))),
    snapshot: (work) => database.snapshot((tx) => work(within(tx))),
  };
}
