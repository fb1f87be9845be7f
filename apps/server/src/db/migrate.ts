import { type Kysely, type Migration, type MigrationResultSet, Migrator, sql } from 'kysely';
import { mainJob } from './migrations/0001-main-job.ts';
import { troubles } from './migrations/0002-troubles.ts';
import { schedule } from './migrations/0003-schedule.ts';
import { webhooks } from './migrations/0004-webhooks.ts';
import { exemptions } from './migrations/0005-exemptions.ts';
import { sideBySide } from './migrations/0006-side-by-side.ts';
import { answers } from './migrations/0007-answers.ts';
import { retention } from './migrations/0008-retention.ts';
import { dropIn } from './migrations/0009-drop-in.ts';
import { reports } from './migrations/0010-reports.ts';
import { transfer } from './migrations/0011-transfer.ts';
import { retentionOfFacades } from './migrations/0012-retention-of-facades.ts';
import { lighterPasses } from './migrations/0013-lighter-passes.ts';
import { idleSince } from './migrations/0014-idle-since.ts';
import { ofOneLearner } from './migrations/0015-of-one-learner.ts';
import type { Database } from './open.ts';

/** One step of the schema. */
export interface Step extends Migration {
  /**
   * The oldest step whose servers may run while this one is in the database, because it only adds what they need not
   * know. Without it: none that is older than this step (ADR 0018).
   */
  readonly beside?: string;
}

/** Of whatever tables. */
type AnyKysely = ConstructorParameters<typeof Migrator>[0]['db'];

/** By name; names sort in the order of their running. */
export type Steps = Readonly<Record<string, Step>>;

export const migrations: Steps = {
  '0001-main-job': mainJob,
  '0002-troubles': troubles,
  '0003-schedule': schedule,
  '0004-webhooks': webhooks,
  '0005-exemptions': exemptions,
  '0006-side-by-side': sideBySide,
  '0007-answers': answers,
  '0008-retention': retention,
  '0009-drop-in': dropIn,
  '0010-reports': reports,
  '0011-transfer': transfer,
  '0012-retention-of-facades': retentionOfFacades,
  '0013-lighter-passes': lighterPasses,
  '0014-idle-since': idleSince,
  '0015-of-one-learner': ofOneLearner,
};

/** Names of all migrations that this version has, in their order. */
export const allMigrations: readonly string[] = Object.keys(migrations).sort();

/** Keeps the floor; the steps before it had none to raise. */
const FLOOR_STEP = '0006-side-by-side';

/** How the schema of a database stands to what a program knows. */
export type Standing =
  | { kind: 'current' }
  | { kind: 'behind'; missing: string[] }
  /** A newer version has migrated it; `lowest` is the step that a server must know to run here. */
  | { kind: 'ahead'; unknown: string[]; lowest: string; mayRun: boolean };

export type Migrated = { kind: 'migrated'; done: string[] } | Extract<Standing, { kind: 'ahead' }>;

/** Brings the database up to date. One that a newer version has migrated is left as it is. */
export async function migrate(database: Database, steps: Steps = migrations): Promise<Migrated> {
  const before = await standing(database, steps);
  if (before.kind === 'ahead') return before;
  const { error, results = [] } = await runAlone(database, steps);
  if (!error) return { kind: 'migrated', done: results.map(({ migrationName }) => migrationName) };
  // A newer version may have come first while this one waited for its turn.
  const after = await standing(database, steps);
  if (after.kind === 'ahead') return after;
  throw error;
}

/**
 * One at a time, all or nothing. Kysely does both on PostgreSQL; of SQLite it assumes that there is one process and
 * that a table cannot be rolled back.
 */
async function runAlone(database: Database, steps: Steps): Promise<MigrationResultSet> {
  const run = (db: AnyKysely) =>
    new Migrator({ db, provider: { getMigrations: async () => raisingTheFloor(steps) } }).migrateToLatest();
  if (database.dialect === 'postgres') return run(database.sql);
  return database.sql.connection().execute(async (db) => {
    await sql`begin immediate`.execute(db);
    const set = await run(db).catch((error: unknown): MigrationResultSet => ({ error }));
    await (set.error ? sql`rollback` : sql`commit`).execute(db);
    return set;
  });
}

function raisingTheFloor(steps: Steps): Record<string, Migration> {
  const raising = ([name, step]: [string, Step]): [string, Migration] => {
    if (name < FLOOR_STEP) return [name, step];
    const up = async (db: Kysely<unknown>) => {
      await step.up(db);
      const lowest = step.beside ?? name;
      if ((await readFloor(db)) < lowest) await sql`update schema_floor set lowest = ${lowest}`.execute(db);
    };
    return [name, { up }];
  };
  return Object.fromEntries(Object.entries(steps).map(raising));
}

/** What a server or `motp migrate` finds. @param steps that the program knows */
export async function standing(database: Database, steps: Steps = migrations): Promise<Standing> {
  const known = Object.keys(steps).sort();
  const run = await executed(database.sql);
  const missing = known.filter((name) => !run.includes(name));
  const unknown = run.filter((name) => !known.includes(name)).sort();
  if (unknown.length > 0) {
    const lowest = await readFloor(database.sql);
    return { kind: 'ahead', unknown, lowest, mayRun: missing.length === 0 && lowest <= (known.at(-1) ?? '') };
  }
  return missing.length > 0 ? { kind: 'behind', missing } : { kind: 'current' };
}

/** Why a server may not run over this database, in words; undefined when it may. */
export async function whyNotToServe(
  database: Database,
  steps: Steps = migrations,
): Promise<string | undefined> {
  const found = await standing(database, steps);
  switch (found.kind) {
    case 'behind':
      return `the database is out of date (${found.missing.join(', ')} missing): run \`motp migrate\``;
    case 'ahead':
      return found.mayRun
        ? undefined
        : `the database was migrated by a newer version (${found.unknown.join(', ')}) and needs a server that knows ${found.lowest}: install that version`;
    case 'current':
      return undefined;
  }
}

async function executed(db: AnyKysely): Promise<string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
    return rows.map(({ name }) => name);
  } catch (error) {
    if (isMissingTable(error)) return [];
    throw error;
  }
}

const isMissingTable = (error: unknown): boolean =>
  error instanceof Error &&
  ((error as { code?: unknown }).code === '42P01' || error.message.startsWith('no such table'));

async function readFloor(db: AnyKysely): Promise<string> {
  const { rows } = await sql<{ lowest: string }>`select lowest from schema_floor`.execute(db);
  return rows[0]?.lowest ?? '';
}
