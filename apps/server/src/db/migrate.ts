import { type Migration, Migrator } from 'kysely';
import { mainJob } from './migrations/0001-main-job.ts';
import { troubles } from './migrations/0002-troubles.ts';
import { schedule } from './migrations/0003-schedule.ts';
import { webhooks } from './migrations/0004-webhooks.ts';
import { exemptions } from './migrations/0005-exemptions.ts';
import { dropIn } from './migrations/0009-drop-in.ts';
import { reports } from './migrations/0010-reports.ts';
import type { Database } from './open.ts';

const migrations: Record<string, Migration> = {
  '0001-main-job': mainJob,
  '0002-troubles': troubles,
  '0003-schedule': schedule,
  '0004-webhooks': webhooks,
  '0005-exemptions': exemptions,
  '0009-drop-in': dropIn,
  '0010-reports': reports,
};

const migrator = (database: Database) =>
  new Migrator({ db: database.sql, provider: { getMigrations: async () => migrations } });

/** Brings the database up to date. @returns the names of the migrations that were run */
export async function migrate(database: Database): Promise<string[]> {
  const { error, results = [] } = await migrator(database).migrateToLatest();
  if (error) throw error;
  return results.map(({ migrationName }) => migrationName);
}

/** Names of migrations that this version has and the database has not. */
export async function pendingMigrations(database: Database): Promise<string[]> {
  const all = await migrator(database).getMigrations();
  return all.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name);
}
