import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../test/support/postgres.ts';
import { last } from './batch.ts';
import { CommitUnknownError } from './commit-unknown.ts';
import { isDatabaseFault } from './faults.ts';
import { type Database, openDatabase } from './open.ts';
import { isReadOnly, serverProblems } from './postgres-server.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function fresh(): Promise<TestDatabase> {
  const made = await createDatabase();
  cleanups.push(() => made.drop());
  return made;
}

function open(...args: Parameters<typeof openDatabase>): Database {
  const opened = openDatabase(...args);
  cleanups.push(() => opened.close());
  return opened;
}

/** In this database PostgreSQL says what the test wants it to say. */
async function saying(url: string, setting: string, value: string): Promise<void> {
  const admin = openDatabase(url);
  const name = new URL(url).pathname.slice(1);
  await sql`create schema lies`.execute(admin.sql);
  await sql`create function lies.current_setting(setting text) returns text language sql as ${sql.lit(
    `select case setting when '${setting}' then '${value}' else pg_catalog.current_setting(setting) end`,
  )}`.execute(admin.sql);
  await sql`alter database ${sql.id(name)} set search_path = lies, pg_catalog, public`.execute(admin.sql);
  await admin.close();
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: Error & { code?: string }) => [error.code ?? error.message, isDatabaseFault(error)],
  );

describe('what PostgreSQL must be', () => {
  it('P-5 version 15 or newer', async () => {
    const { url } = await fresh();
    expect(await serverProblems(open(url))).toEqual([]);
    await saying(url, 'server_version_num', '140011');
    expect(await serverProblems(open(url))).toEqual([
      expect.stringMatching(/^PostgreSQL 15 or newer is needed; this one is /),
    ]);
  });

  it('P-5 large enough for the connections of all workers', async () => {
    const database = open((await fresh()).url);
    expect(await serverProblems(database, 197)).toEqual([]);
    expect(await serverProblems(database, 198)).toEqual([
      'MOTP_WORKERS × MOTP_DATABASE_CONNECTIONS is 198, and PostgreSQL gives 197 (max_connections)',
    ]);
  });
});

describe('connections to PostgreSQL', () => {
  it('P-4 one that leads to a standby is not used again: after a failover writes go through', async () => {
    const { url } = await fresh();
    const database = open(url, { connections: 1 });
    await sql`create table t (n bigint)`.execute(database.sql);
    const pid = async () => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(database.sql);
      return rows[0]?.pid;
    };
    const before = await pid();
    expect(await pid()).toBe(before);
    await sql`set default_transaction_read_only = on`.execute(database.sql);
    expect(await isReadOnly(database)).toBe(true);
    const write = () => sql`insert into t values (1)`.execute(database.sql);
    expect(await codeOf(write())).toEqual(['25006', true]);
    expect(await isReadOnly(database)).toBe(false);
    expect(await pid()).not.toBe(before);
    await sql`set default_transaction_read_only = on`.execute(database.sql);
    const inTransaction = database.transaction(({ sql: tx }) => sql`insert into t values (2)`.execute(tx));
    expect(await codeOf(inTransaction)).toEqual(['25006', true]);
    await database.transaction(({ sql: tx }) => sql`insert into t values (3)`.execute(tx));
    const { rows } = await sql`select n from t`.execute(database.sql);
    expect(rows).toEqual([{ n: 3 }]);
  });

  it('C-9 a server waits for a lock four seconds and for an answer five, a command as long as it takes', async () => {
    const { url } = await fresh();
    const serving = open(url, { pace: 'serving', connections: 3 });
    const command = open(url);
    await sql`create table t (n bigint)`.execute(command.sql);
    const slow = codeOf(sql`select pg_sleep(5.5)`.execute(serving.sql));
    const patient = codeOf(sql`select pg_sleep(5.5)`.execute(command.sql));
    const trx = await command.sql.startTransaction().execute();
    await sql`lock table t`.execute(trx);
    expect(await codeOf(sql`select n from t`.execute(serving.sql))).toEqual(['55P03', true]);
    await trx.rollback().execute();
    expect(await slow).toEqual(['57014', true]);
    expect(await patient).toBe('none');
    await sql`select n from t`.execute(serving.sql);
  });

  it('C-9 a transaction that its server left open does not hold its locks for ever', async () => {
    const { url } = await fresh();
    const vanished = open(url, { pace: 'serving' });
    const other = open(url, { pace: 'serving' });
    const shown = await sql`select current_setting('idle_in_transaction_session_timeout') as idle`.execute(
      other.sql,
    );
    expect(shown.rows).toEqual([{ idle: '10s' }]);
    await sql`create table t (n bigint)`.execute(vanished.sql);
    const trx = await vanished.sql.startTransaction().execute();
    await sql`set local idle_in_transaction_session_timeout = 200`.execute(trx);
    await sql`lock table t`.execute(trx);
    await sql`select n from t`.execute(other.sql);
    expect(await codeOf(trx.commit().execute())).toEqual([expect.anything(), true]);
    await trx
      .rollback()
      .execute()
      .catch(() => undefined);
  });
});

describe('transactions on PostgreSQL, whose begin and commit go out with their statements', () => {
  async function table() {
    const { url } = await fresh();
    const database = open(url, { connections: 1 });
    await sql`create table t (n bigint check (n < 100))`.execute(database.sql);
    const contents = async () => {
      const { rows } = await sql<{ n: number }>`select n from t order by n`.execute(database.sql);
      return rows.map(({ n }) => n);
    };
    return { url, database, contents };
  }

  it.each(['reads', 'writes'])('P-1 its first statement %s: everything or nothing', async (first) => {
    const { database, contents } = await table();
    const work = (fails: boolean) =>
      database.transaction(async ({ sql: tx }) => {
        if (first === 'reads') await sql`select n from t for update`.execute(tx);
        await sql`insert into t values (1)`.execute(tx);
        await sql`insert into t values (${fails ? 100 : 2})`.execute(tx);
      });
    expect(await codeOf(work(true))).toEqual(['23514', false]);
    expect(await contents()).toEqual([]);
    await work(false);
    expect(await contents()).toEqual([1, 2]);
  });

  it('P-1 its first statement fails: nothing of it stays, and the connection is good', async () => {
    const { database, contents } = await table();
    const work = database.transaction(({ sql: tx }) => sql`select 1 / (select count(*) from t)`.execute(tx));
    expect(await codeOf(work)).toEqual(['22012', false]);
    await database.transaction(({ sql: tx }) => sql`insert into t values (1)`.execute(tx));
    expect(await contents()).toEqual([1]);
  });

  it('P-1 nothing happens in it', async () => {
    const { database, contents } = await table();
    expect(await database.transaction(async () => 'done')).toBe('done');
    const failed = database.transaction(() => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    expect(await contents()).toEqual([]);
  });

  it('P-1 the last statement is settled with everything before it, or nothing is', async () => {
    const { database, contents } = await table();
    const told: number[] = [];
    const work = (n: number) =>
      database.transaction(async (tx) => {
        await sql`select n from t for update`.execute(tx.sql);
        await sql`insert into t values (1)`.execute(tx.sql);
        tx.afterCommit(() => told.push(n));
        await sql`${last} insert into t values (${n})`.execute(tx.sql);
      });
    expect(await codeOf(work(100))).toEqual(['23514', false]);
    expect([await contents(), told]).toEqual([[], []]);
    await work(2);
    expect([await contents(), told]).toEqual([[1, 2], [2]]);
  });

  it('P-1 its session ends in the last statement: the outcome is unknown, because the commit was sent', async () => {
    const { database, contents } = await table();
    const told: string[] = [];
    const work = database.transaction(async (tx) => {
      tx.afterCommit(() => told.push('told'));
      await sql`select n from t`.execute(tx.sql);
      await sql`${last} insert into t select 1 from pg_terminate_backend(pg_backend_pid())`.execute(tx.sql);
    });
    await expect(work).rejects.toThrow(CommitUnknownError);
    expect([await contents(), told]).toEqual([[], ['told']]);
  });
});
