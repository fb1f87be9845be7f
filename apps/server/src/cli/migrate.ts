import type { Environment } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase } from '../db/open.ts';
import { say } from './output.ts';

/** Brings the database up to date; needs the address of the database and nothing else. */
export async function migrateCommand(env: Environment): Promise<void> {
  const database = openDatabase(env.MOTP_DATABASE ?? 'sqlite:data/motp.db');
  try {
    const done = await migrate(database);
    say(done.length > 0 ? `Migrated: ${done.join(', ')}` : 'The database is up to date.');
  } finally {
    await database.close();
  }
}
