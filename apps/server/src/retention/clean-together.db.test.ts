import { type Kysely, type RawBuilder, sql } from 'kysely';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type {} from '../../../../test/support/postgres-setup.ts';
import { dialects, type System, startSystem } from '../../test/support/system.ts';
import { tally } from '../../test/support/wrong-codes.ts';
import { settledColumns } from '../checks/store.ts';
import type { Dialect } from '../db/dialect.ts';
import { type Database, openDatabase } from '../db/open.ts';
import type { Schema } from '../db/schema.ts';
import { cleanUp } from './clean-up.ts';
import {
  clean,
  cleaner,
  left,
  oldCheck,
  oldDevice,
  oldEvent,
  oldLearner,
  withPerson,
} from './old-rows.fixture.ts';
import { choresOf, paces } from './rules.ts';
import { lookQuery } from './store.ts';
import { sweeps } from './sweeps-store.ts';

const DAY_MS = 24 * 60 * 60_000;
const YEARS_MS = 4 * 366 * DAY_MS;
const OLD = 700;

const range = (count: number) => Array.from({ length: count }, (_, nth) => nth);

for (const dialect of dialects) {
  describe(`a clean-up beside others on ${dialect}`, () => {
    let system: System;
    const opened: Database[] = [];
    afterEach(async () => {
      for (const database of opened.splice(0)) await database.close();
      await system?.close();
    });

    /** As another server has it; SQLite has one process, which has one connection. */
    async function another(): Promise<Database> {
      if (dialect === 'sqlite') return system.database;
      const { rows } = await sql<{ url: string }>`select current_database() as url`.execute(
        system.database.sql,
      );
      const url = new URL(inject('postgresUrl'));
      url.pathname = `/${rows[0]?.url}`;
      const database = openDatabase(url.href);
      opened.push(database);
      return database;
    }

    async function aged(): Promise<void> {
      system = await startSystem(dialect);
      const { database, world } = system;
      const old = world.now() - YEARS_MS;
      for (const from of [0, 350]) {
        const checks = range(350).map((nth) => oldCheck(`old-${from + nth}`, old + nth));
        await database.sql.insertInto('check').values(checks).execute();
      }
      await database.sql
        .insertInto('audit_event')
        .values(range(OLD).map(() => oldEvent(old)))
        .execute();
      await database.sql
        .insertInto('learner')
        .values(range(40).map((nth) => oldLearner(`l-${nth}`, old)))
        .execute();
      await database.sql
        .insertInto('device')
        .values(range(40).map((nth) => oldDevice(`d-${nth}`, `l-${nth}`, old)))
        .execute();
    }

    it('P-2 servers that clean up together take each row once, beside answers, and count it once', async () => {
      await aged();
      const phone = await system.registered();
      const tokens = [];
      for (const number of range(12)) {
        tokens.push((await system.openCheck({ occasion: { kind: 'exam', number: number + 1 } })).token);
      }
      const events = await system.database.sql.selectFrom('audit_event').select('id').execute();
      const servers = [system.database, await another(), await another()];
      const work = servers.map((database) => cleanUp(cleaner({ database, world: system.world })));
      const wrong = tokens.map((token) => system.answer(token, phone.wrongCode()));
      const replies = await Promise.all(wrong);
      const cleaned = await Promise.all(work);
      // Checks, events, and of forty people the registrations twice: forgotten, then deleted; then themselves.
      expect(cleaned.reduce((sum, each) => sum + each, 0) + (await clean(system))).toBe(2 * OLD + 3 * 40);
      expect(tally(replies.map(({ json }) => json.reason))).toEqual({ 'wrong-code': 5, locked: 7 });
      expect(await left(system, 'check')).toHaveLength(12);
      expect(await left(system, 'learner')).toHaveLength(1);
      const tallied = await system.database.sql
        .selectFrom('retention_tally')
        .select((eb) => eb.fn.sum<number>('cleaned').as('all'))
        .executeTakeFirstOrThrow();
      expect(Number(tallied.all)).toBe(2 * OLD + 3 * 40);
      expect(events.length).toBeGreaterThan(OLD);
    });

    it('P-2 a withdrawal beside a clean-up of the same checks ends, and so does the clean-up', async () => {
      system = await startSystem(dialect);
      const { database, world, keyring } = system;
      const phone = await system.registered();
      const key = keyring.hash('phone', '+821012345678');
      const old = world.now() - 2 * DAY_MS;
      const checks = range(350).map((nth) =>
        oldCheck(`own-${nth}`, old + nth, { phone_key: key, ...withPerson }),
      );
      await database.sql.insertInto('check').values(checks).execute();
      const [, withdrawn] = await Promise.all([clean(system), phone.request('DELETE', '/app-api/learner')]);
      expect(withdrawn.status).toBe(204);
      await clean(system);
      const rows = await database.sql.selectFrom('check').select(['name_sealed', 'phone_key']).execute();
      expect(tally(rows.map(({ name_sealed: name, phone_key: number }) => `${name} ${number}`))).toEqual({
        'null ': 350,
      });
    });

    it('C-7 what somebody else holds is neither waited for nor touched', async () => {
      await aged();
      if (dialect === 'sqlite') return;
      const other = await another();
      await other.transaction(async (tx) => {
        await sql`select id from "check" where id = 'old-3' for update`.execute(tx.sql);
        await sql`select id from learner where id = 'l-7' for update`.execute(tx.sql);
        await clean(system);
      });
      expect(await left(system, 'check')).toEqual(['old-3']);
      expect(await left(system, 'learner')).toEqual(['l-7']);
      expect(await left(system, 'device')).toEqual(['d-7']);
      expect(await clean(system)).toBe(4);
    });

    it('P-1 a signal ends it after the batch under way, and the next run goes on', async () => {
      await aged();
      const ending = new AbortController();
      const first = await clean(system, { signal: ending.signal, progress: () => ending.abort() });
      const batch = paces[dialect].fewest;
      expect(first).toBe(batch);
      expect(await left(system, 'check')).toHaveLength(OLD - batch);
      // The newest event stays, however old.
      expect(await clean(system)).toBe(2 * OLD + 3 * 40 - batch - 1);
    });

    it('P-4 every batch is found by an index, in its order', async () => {
      await aged();
      const chores = choresOf(
        { auditYears: 3, institutions: [{ id: 'inst', years: 3 }] },
        system.world.now(),
      );
      await system.database.sql.connection().execute(async (one) => {
        const ways = ['seqscan', 'bitmapscan', 'sort'].map((way) => sql.raw(`set enable_${way} = off`));
        if (dialect === 'postgres') for (const way of ways) await sql`${way}`.execute(one);
        for (const chore of chores) {
          const how = sweeps[chore.name];
          if (how.table === 'exemption_window') continue; // A few rows.
          const key = how.key === 'place' || how.table === 'audit_event' ? 1 : 'a';
          for (const place of [undefined, { at: 1, key }]) {
            const plan = await planOf(dialect, one, lookQuery(dialect, how, chore, place, 20));
            // Rows of one millisecond may be put in order; never those of a table.
            // In the order of its ids SQLite reads a table itself.
            const sorted = plan.replace(
              /Incremental Sort|USE TEMP B-TREE FOR LAST TERM|SCAN audit_event/,
              '',
            );
            expect(sorted, chore.name).not.toMatch(/SCAN (?!.*USING)|TEMP B-TREE|Seq Scan|-> {2}Sort/);
          }
        }
      });
    });

    it('P-1 no index of the clean-up or of a registration holds a column that an answer changes', async () => {
      system = await startSystem(dialect);
      const { rows } = await sql<{ name: string; definition: string }>`${definitions[dialect]}`.execute(
        system.database.sql,
      );
      const definitionOf = (name: string) => rows.find((row) => row.name === name)?.definition;
      for (const name of ['check_personal', 'check_evidence', 'device_ended_at_id_where']) {
        const words = definitionOf(name)?.match(/\w+/g) ?? expect.fail(name);
        expect(words.filter((word) => answered.includes(word))).toEqual([]);
      }
      const ofDevice = rows.filter(({ definition }) => / on "?(public\.)?"?device\b/i.test(definition ?? ''));
      expect(ofDevice.map(({ name }) => name)).toContain('device_idle_since_where');
      const words = ofDevice.flatMap(({ definition }) => definition?.match(/\w+/g) ?? []);
      expect(words.filter((word) => Object.hasOwn(settledColumns, word))).toEqual([]);
      // The trail, which every answer adds to, has none but that of its ids.
      expect(
        rows.filter(({ definition }) => / on "?(public\.)?audit_event/i.test(definition ?? '')),
      ).toHaveLength(dialect === 'postgres' ? 1 : 0);
    });
  });
}

const definitions = {
  sqlite: sql`select name, sql as definition from sqlite_master where type = 'index'`,
  postgres: sql`select indexname as name, indexdef as definition from pg_indexes where schemaname = 'public'`,
} as const;

/** What settles an answer (checks/store.ts). */
const answered = [
  ...[
    'status',
    'method',
    'passed_at',
    'device_id',
    'device_thumbprint',
    'registration_at',
    'registration_proof',
  ],
  ...['compared'],
  ...Object.keys(settledColumns),
];

async function planOf(dialect: Dialect, one: Kysely<Schema>, query: RawBuilder<unknown>): Promise<string> {
  const explain = sql.raw(dialect === 'postgres' ? 'explain' : 'explain query plan');
  const { rows } = await sql`${explain} ${query}`.execute(one);
  return JSON.stringify(rows);
}
