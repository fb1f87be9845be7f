import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../../../../test/support/postgres.ts';
import type { Dialect } from '../db/dialect.ts';
import { migrate } from '../db/migrate.ts';
import { type Database, openDatabase } from '../db/open.ts';
import { countWaitingMessages } from '../messages/count-waiting.ts';
import { countWaitingEvents } from '../webhooks/count-waiting.ts';
import { realWorld } from '../world.ts';
import { backlogReader } from './backlog.ts';

const dialects: Dialect[] = ['sqlite', 'postgres'];
const NOW = 1_800_000_000_000;

for (const dialect of dialects) {
  describe(`what waits in ${dialect}`, () => {
    let database: Database;
    let close: () => Promise<void>;
    afterEach(() => close());

    async function open(): Promise<void> {
      const folder = mkdtempSync(join(tmpdir(), 'motp-waiting-'));
      const fresh = dialect === 'postgres' ? await createDatabase() : undefined;
      database = openDatabase(fresh?.url ?? `sqlite:${join(folder, 'motp.db')}`);
      close = async () => {
        await database.close();
        await fresh?.drop();
        rmSync(folder, { recursive: true, force: true });
      };
      await migrate(database);
    }

    const message = (id: string, status: 'waiting' | 'sent', created: number) =>
      database.sql
        .insertInto('message')
        .values({
          ...{
            id,
            status,
            to_sealed: null,
            text_sealed: null,
            attempts: 0,
            done_at: null,
            registration_id: null,
          },
          ...{ next_at: NOW + 60_000, expires_at: NOW + 300_000, created_at: created },
        })
        .execute();

    const event = (id: string, status: 'waiting' | 'delivered', created: number) =>
      database.sql
        .insertInto('webhook_event')
        .values({
          ...{
            id,
            status,
            institution_id: 'inst',
            type: 'check.passed',
            subject: 'chk_1',
            payload_json: '{}',
          },
          ...{ attempts: 0, next_at: NOW, give_up_at: NOW, leased_until: null, last_status: null },
          ...{ last_error: null, created_at: created, done_at: null },
        })
        .execute();

    it('O-6 what waits is counted, with the age of the oldest; what is done is not', async () => {
      await open();
      await database.sql
        .insertInto('institution')
        .values({
          id: 'inst',
          name: '한빛',
          origins_json: '[]',
          help_phone: null,
          help_url: null,
          created_at: 0,
        })
        .execute();
      expect(await countWaitingMessages(database, NOW)).toEqual({ count: 0, oldestSeconds: 0 });
      expect(await countWaitingEvents(database, NOW)).toEqual({ count: 0, oldestSeconds: 0 });
      await message('msg_1', 'sent', NOW - 90_000);
      await message('msg_2', 'waiting', NOW - 30_500);
      await message('msg_3', 'waiting', NOW - 1_000);
      await event('evt_1', 'delivered', NOW - 90_000);
      await event('evt_2', 'waiting', NOW + 5_000);
      expect(await countWaitingMessages(database, NOW)).toEqual({ count: 2, oldestSeconds: 30.5 });
      expect(await countWaitingEvents(database, NOW)).toEqual({ count: 1, oldestSeconds: 0 });
    });

    it('O-6 it is read once in five seconds, and is unknown while the database is away', async () => {
      await open();
      const clock = { now: NOW };
      const read = backlogReader(database, { ...realWorld, now: () => clock.now });
      const none = { count: 0, oldestSeconds: 0 };
      expect(await Promise.all([read(), read()])).toEqual(Array(2).fill({ messages: none, events: none }));
      await message('msg_1', 'waiting', NOW);
      clock.now += 4_999;
      expect(await read()).toEqual({ messages: none, events: none });
      clock.now += 1;
      expect(await read()).toEqual({ messages: { count: 1, oldestSeconds: 5 }, events: none });
      await database.sql.schema.alterTable('message').renameTo('message_away').execute();
      clock.now += 5_000;
      expect(await read()).toBeUndefined();
      await database.sql.schema.alterTable('message_away').renameTo('message').execute();
      expect(await read()).toEqual({ messages: { count: 1, oldestSeconds: 10 }, events: none });
    });

    it('O-6 the partial indexes are used, whatever lies beside', async () => {
      await open();
      for (const table of ['message', 'webhook_event']) {
        const waiting = `from ${table} where status = 'waiting' limit`;
        const asked = `select count(*), (select min(created_at) from (select created_at ${waiting} 2000) as o)
          from (select 1 ${waiting} 10000) as c`;
        const plan = await planOf(database, asked);
        expect(plan).not.toMatch(/seq scan|scan (message|webhook_event)"/i);
        expect(plan.match(/using (covering )?index|index (only )?scan/gi)).toHaveLength(2);
      }
    });
  });
}

/** An empty table is read from end to end whatever its indexes: PostgreSQL is told not to. */
async function planOf(database: Database, asked: string): Promise<string> {
  return database.transaction(async ({ sql: tx, dialect }) => {
    if (dialect === 'postgres') await sql`set local enable_seqscan = off`.execute(tx);
    const explain = dialect === 'postgres' ? 'explain' : 'explain query plan';
    const { rows } = await sql.raw(`${explain} ${asked}`).execute(tx);
    return JSON.stringify(rows);
  });
}
