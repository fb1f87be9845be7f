import { parseCode } from '@motp/otp';
import SqliteDatabase from 'better-sqlite3';
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type {} from '../../../../test/support/postgres-setup.ts';
import { type System, startSystem } from '../../test/support/system.ts';
import { wrongCodes } from '../../test/support/wrong-codes.ts';
import { isDatabaseFault } from '../db/faults.ts';
import { openDatabase } from '../db/open.ts';
import { answerQueue } from './answer-check.ts';
import { tokenHash } from './open-check.ts';
import { postgresProxy } from './postgres-proxy.fixture.ts';

let system: System;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await system?.close();
});

const contents = async () => {
  const { sql: db } = system.database;
  return {
    devices: await db.selectFrom('device').selectAll().execute(),
    checks: await db.selectFrom('check').selectAll().execute(),
    events: await db.selectFrom('audit_event').selectAll().orderBy('id').execute(),
  };
};

async function expectUnavailableAndUnchanged(breakIt: () => Promise<unknown>, mend: () => Promise<unknown>) {
  const phone = await system.registered();
  const { token } = await system.openCheck();
  const [wrong = ''] = wrongCodes(phone, system.world.now(), 1);
  const before = await contents();
  await breakIt();
  const codes = [phone.code(), wrong, phone.code()];
  const replies = await Promise.all(codes.map((code) => system.answer(token, code)));
  await mend();
  expect(replies.map(({ status, json }) => [status, json.code])).toEqual([
    [503, 'unavailable'],
    [503, 'unavailable'],
    [503, 'unavailable'],
  ]);
  expect(replies.map(({ headers }) => headers['retry-after'])).toEqual(['1', '1', '1']);
  expect(await contents()).toEqual(before);
  expect((await system.answer(token, wrong)).json).toMatchObject({ reason: 'wrong-code', triesLeft: 4 });
  expect((await system.answer(token, phone.code())).json.outcome).toBe('passed');
}

describe('an answer whose commit fails on sqlite', () => {
  const file = async () => {
    const { rows } = await sql<{ name: string; file: string }>`pragma database_list`.execute(
      system.database.sql,
    );
    return rows.find(({ name }) => name === 'main')?.file ?? '';
  };

  it('P-1 another process holds the write lock: 503, and nothing changes', async () => {
    system = await startSystem('sqlite');
    await sql`pragma busy_timeout = 50`.execute(system.database.sql);
    const other = new SqliteDatabase(await file());
    cleanups.push(async () => other.close());
    await expectUnavailableAndUnchanged(
      async () => other.exec('begin immediate'),
      async () => other.exec('rollback'),
    );
  });

  it('P-1 the file system turned read-only: 503, and nothing changes', async () => {
    system = await startSystem('sqlite');
    await expectUnavailableAndUnchanged(
      () => sql`pragma query_only = on`.execute(system.database.sql),
      () => sql`pragma query_only = off`.execute(system.database.sql),
    );
  });

  it('P-1 the disk is full: 503, and nothing changes', async () => {
    system = await startSystem('sqlite');
    // Larger than any free place in a page, so that the trail must grow the file.
    await sql`create trigger grow after insert on audit_event begin
      insert into limit_counter (key, sent_json, wrong_json, used_at) values (random(), zeroblob(100000), '', 0); end`.execute(
      system.database.sql,
    );
    await expectUnavailableAndUnchanged(
      async () => {
        const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(system.database.sql);
        await sql.raw(`pragma max_page_count = ${rows[0]?.page_count}`).execute(system.database.sql);
      },
      () => sql`pragma max_page_count = 1000000`.execute(system.database.sql),
    );
  });
});

describe('an answer whose commit fails on postgres', () => {
  const url = async () => {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(
      system.database.sql,
    );
    const address = new URL(inject('postgresUrl'));
    address.pathname = `/${rows[0]?.name}`;
    return address.href;
  };

  async function client(): Promise<pg.Client> {
    const made = new pg.Client({ connectionString: await url() });
    await made.connect();
    cleanups.push(() => made.end());
    return made;
  }

  /** Waits for the session that waits for a lock, and ends it as an administrator would. */
  async function terminateWaiting(admin: pg.Client): Promise<void> {
    for (;;) {
      const { rows } = await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`);
      if (rows.length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it('P-1 its session is ended in the middle of the batch: 503, and nothing changes', async () => {
    system = await startSystem('postgres');
    const holder = await client();
    const admin = await client();
    await expectUnavailableAndUnchanged(
      async () => {
        await holder.query('begin');
        await holder.query('select id from "check" for update');
        void terminateWaiting(admin);
      },
      () => holder.query('rollback'),
    );
  });

  async function throughProxy() {
    system = await startSystem('postgres');
    const proxy = await postgresProxy(await url());
    const database = openDatabase(proxy.url);
    cleanups.push(() => proxy.close());
    cleanups.push(() => database.close());
    const { keyring, world } = system;
    const queue = answerQueue({ database, keyring, world });
    const phone = await system.registered();
    const { token } = await system.openCheck();
    const answer = (typed: string) => {
      const code = parseCode(typed) ?? expect.fail('no code');
      return queue.add({ tokenHash: tokenHash(token), code, now: world.now() });
    };
    return { proxy, phone, token, answer };
  }

  it('P-1 the connection breaks before the commit: 503, and nothing changes', async () => {
    const { proxy, phone, token, answer } = await throughProxy();
    const before = await contents();
    proxy.lose('commit');
    await expect(answer(phone.code())).rejects.toSatisfy(isDatabaseFault);
    expect(await contents()).toEqual(before);
    expect((await system.answer(token, phone.code())).json.outcome).toBe('passed');
  });

  it('P-1 the connection breaks after the commit: the rows tell that it holds', async () => {
    const { proxy, phone, token, answer } = await throughProxy();
    proxy.lose('reply');
    expect(await answer(phone.code())).toMatchObject({ kind: 'passed' });
    const state = await system.send({ method: 'GET', path: `/check/${token}/state` });
    expect(state.json.status).toBe('passed');
  });

  it('C-5 the connection breaks after the commit of a wrong code: it is counted once', async () => {
    const { proxy, phone, answer } = await throughProxy();
    proxy.lose('reply');
    const [wrong = ''] = wrongCodes(phone, system.world.now(), 1);
    expect(await answer(wrong)).toEqual({ kind: 'wrong', triesLeft: 4, searchClock: true });
    expect((await contents()).devices).toMatchObject([{ failures: 1 }]);
  });

  it('C-9 the database stays away after the commit: 503, and the state tells what happened', async () => {
    const { proxy, phone, token, answer } = await throughProxy();
    proxy.lose('reply-and-server');
    await expect(answer(phone.code())).rejects.toSatisfy(isDatabaseFault);
    const state = await system.send({ method: 'GET', path: `/check/${token}/state` });
    expect(state.json.status).toBe('passed');
  });
});
