import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../../../../test/support/postgres.ts';
import { dialects } from '../../test/support/system.ts';
import { migrate, migrations, type Step, type Steps, standing, whyNotToServe } from './migrate.ts';
import { type Database, openDatabase } from './open.ts';

const NEWEST = Object.keys(migrations).sort().at(-1) ?? '';

/** A step of a version to come. */
const adding = (column: string, beside?: string): Step => ({
  ...(beside === undefined ? {} : { beside }),
  up: (db: Kysely<unknown>) => sql`alter table "check" add column ${sql.ref(column)} text`.execute(db).then(),
});

const expanding: Steps = { ...migrations, '9001-expand': adding('one', NEWEST) };
const twice: Steps = { ...expanding, '9002-expand': adding('two', NEWEST) };
const contracting: Steps = { ...twice, '9003-contract': adding('three', '9001-expand') };
const closing: Steps = { ...contracting, '9004-close': adding('four') };

describe('declarations', () => {
  it('P-4 every step names a step that is there and older than itself', () => {
    const names = Object.keys(migrations);
    expect(names).toEqual([...names].sort());
    const wrong = Object.entries(migrations).filter(
      ([name, { beside }]) => beside !== undefined && !(names.includes(beside) && beside < name),
    );
    expect(wrong).toEqual([]);
  });
});

for (const dialect of dialects) {
  describe(`versions side by side on ${dialect}`, () => {
    let url: string;
    let database: Database;
    let drop: () => Promise<void>;
    beforeEach(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'motp-migrate-'));
      const fresh = dialect === 'postgres' ? await createDatabase() : undefined;
      url = fresh?.url ?? `sqlite:${join(folder, 'motp.db')}`;
      database = openDatabase(url);
      drop = async () => {
        await database.close();
        await fresh?.drop();
        rmSync(folder, { recursive: true, force: true });
      };
    });
    afterEach(() => drop());

    const columns = async () => {
      const tables = await database.sql.introspection.getTables();
      const found = tables.find(({ name }) => name === 'check')?.columns.map(({ name }) => name) ?? [];
      return ['one', 'two', 'three', 'four'].filter((name) => found.includes(name));
    };

    it('P-4 a new version refuses a database that lacks its steps, and migrates it', async () => {
      expect(await standing(database)).toEqual({ kind: 'behind', missing: Object.keys(migrations) });
      expect(await migrate(database)).toEqual({ kind: 'migrated', done: Object.keys(migrations) });
      expect(await standing(database)).toEqual({ kind: 'current' });
      expect(await whyNotToServe(database)).toBeUndefined();
      expect(await whyNotToServe(database, expanding)).toBe(
        'the database is out of date (9001-expand missing): run `motp migrate`',
      );
      expect(await migrate(database)).toEqual({ kind: 'migrated', done: [] });
    });

    it('P-4 an older version runs on while newer steps only add, and is refused from the first that does not', async () => {
      await migrate(database);
      await migrate(database, expanding);
      expect(await standing(database)).toEqual({
        ...{ kind: 'ahead', unknown: ['9001-expand'], mayRun: true },
        lowest: NEWEST,
      });
      await migrate(database, twice);
      expect(await whyNotToServe(database)).toBeUndefined();
      await migrate(database, contracting);
      expect(await whyNotToServe(database)).toBe(
        'the database was migrated by a newer version (9001-expand, 9002-expand, 9003-contract) ' +
          'and needs a server that knows 9001-expand: install that version',
      );
      expect(await whyNotToServe(database, expanding)).toBeUndefined();
      await migrate(database, closing);
      expect(await whyNotToServe(database, contracting)).toContain('needs a server that knows 9004-close');
      expect(await whyNotToServe(database, closing)).toBeUndefined();
    });

    it('P-4 the floor never sinks: a step that only adds lets nobody back in', async () => {
      await migrate(database, closing);
      await migrate(database, { ...closing, '9005-expand': adding('five', NEWEST) });
      expect(await standing(database, contracting)).toMatchObject({ lowest: '9004-close', mayRun: false });
      expect(await standing(database, closing)).toMatchObject({ lowest: '9004-close', mayRun: true });
    });

    it('P-4 `motp migrate` of an older version changes nothing', async () => {
      await migrate(database, expanding);
      const ahead = { kind: 'ahead', unknown: ['9001-expand'], lowest: NEWEST, mayRun: true };
      expect(await migrate(database)).toEqual(ahead);
      expect(await columns()).toEqual(['one']);
      await migrate(database, closing);
      expect(await migrate(database)).toMatchObject({ kind: 'ahead', mayRun: false });
      expect(await columns()).toEqual(['one', 'two', 'three', 'four']);
    });

    it('P-4 a step that fails leaves nothing behind', async () => {
      const breaking: Steps = {
        ...expanding,
        '9002-breaks': {
          up: async (db: Kysely<unknown>) => {
            await sql`alter table "check" add column two text`.execute(db);
            await sql`insert into no_such_table values (1)`.execute(db);
          },
        },
      };
      await migrate(database);
      await expect(migrate(database, breaking)).rejects.toThrow(/no_such_table/);
      expect(await columns()).toEqual([]);
      expect(await standing(database)).toEqual({ kind: 'current' });
      expect(await migrate(database, expanding)).toEqual({ kind: 'migrated', done: ['9001-expand'] });
    });

    // SQLite waits without letting others of its process go on: crash/upgrade.test.ts has two processes.
    if (dialect === 'sqlite') return;

    it('P-4 two that migrate at once: one does it, the other finds it done', async () => {
      const other = openDatabase(url);
      const both = await Promise.all([migrate(database, expanding), migrate(other, expanding)]);
      await other.close();
      const done = both.map((each) => (each.kind === 'migrated' ? each.done.length : each.kind));
      expect(done.sort()).toEqual([0, Object.keys(expanding).length]);
      expect(await standing(database, expanding)).toEqual({ kind: 'current' });
    });

    it('P-4 an older and a newer version that migrate at once: the newer one stands, and neither fails', async () => {
      await migrate(database);
      const other = openDatabase(url);
      const both = await Promise.all([migrate(database), migrate(other, closing)]);
      await other.close();
      expect(['migrated', 'ahead']).toContain(both[0].kind);
      expect(both[1].kind).toBe('migrated');
      expect(await columns()).toEqual(['one', 'two', 'three', 'four']);
    });
  });
}
