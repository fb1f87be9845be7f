import type { Environment } from '../config.ts';
import { type Migrated, migrate } from '../db/migrate.ts';
import { openDatabase } from '../db/open.ts';
import { serverProblems } from '../db/postgres-server.ts';
import { CommandError, say } from './output.ts';

/** Brings the database up to date; needs the address of the database and nothing else. */
export async function migrateCommand(env: Environment): Promise<void> {
  const database = openDatabase(env.MOTP_DATABASE ?? 'sqlite:data/motp.db', { pace: 'migrating' });
  try {
    const problems = await serverProblems(database);
    if (problems.length > 0) throw new CommandError(problems);
    say(outcomeOf(await migrate(database)));
  } catch (error) {
    throw isHeldByAnother(error) ? new CommandError([BUSY]) : error;
  } finally {
    await database.close();
  }
}

/** An older version that starts again during an upgrade goes on beside the newer one, if it may (ADR 0018). */
function outcomeOf(migrated: Migrated): string {
  if (migrated.kind === 'migrated') {
    const { done } = migrated;
    return done.length > 0 ? `Migrated: ${done.join(', ')}` : 'The database is up to date.';
  }
  const { unknown, lowest, mayRun } = migrated;
  const ahead = `a newer version has migrated the database (${unknown.join(', ')})`;
  if (!mayRun)
    throw new CommandError([`${ahead}, and a server here must know ${lowest}: nothing was changed`]);
  return `Nothing was changed: ${ahead}; this version may still run beside it.`;
}

const BUSY =
  'somebody holds the database for seconds (a backup, a long query, another migration): nothing was changed; run it again';

/** PostgreSQL did not give a lock in time, or SQLite the file. */
const isHeldByAnother = (error: unknown): boolean =>
  error instanceof Error && /^(55P03|SQLITE_BUSY)/.test(String((error as { code?: unknown }).code));
