import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createDatabase } from '../../../../test/support/postgres.ts';
import type {} from '../../../../test/support/postgres-setup.ts';
import { beginMotp, runMotp, startServer } from '../../../../test/support/processes.ts';
import type { Dialect } from '../../src/db/dialect.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { outcomeOf } from '../support/wrong-codes.ts';
import { Client, type Fleet, newLearner, startFleet } from './fleet.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function newTarget(dialect: Dialect, folder: string): Promise<string> {
  if (dialect === 'sqlite') return `sqlite:${join(folder, 'data/moved.db')}`;
  const database = await createDatabase();
  cleanups.push(() => database.drop());
  return database.url;
}

/** From now on a row of the trail never arrives: an import stands still with all tables before it in. */
const STALL: Readonly<Record<Dialect, string[]>> = {
  sqlite: [
    'create view endless as with recursive n(x) as (select 1 union all select x + 1 from n) select x from n',
    'create trigger stall before insert on audit_event begin select count(*) from endless; end',
  ],
  postgres: [
    `create function stall() returns trigger language plpgsql as 'begin perform pg_sleep(3600); return new; end'`,
    'create trigger stall before insert on audit_event for each row execute function stall()',
  ],
};

async function run(database: Database, ...statements: string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database.sql);
}

/** What the killed client left behind in PostgreSQL sleeps on and holds its locks. */
async function endSessions(url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  const name = new URL(url).pathname.slice(1);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  await admin.end();
}

async function whenStalled(database: Database): Promise<void> {
  for (;;) {
    const mark = await database.sql.selectFrom('transfer').select('line').executeTakeFirst();
    const learner = await database.sql.selectFrom('learner').select('id').executeTakeFirst();
    if (mark && learner) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function stalled(url: string, dialect: Dialect, start: () => Promise<unknown>): Promise<void> {
  const database = openDatabase(url);
  await run(database, ...STALL[dialect]);
  await start();
  await whenStalled(database);
  await database.close();
}

async function unstall(url: string, dialect: Dialect): Promise<void> {
  if (dialect === 'postgres') await endSessions(url);
  const database = openDatabase(url);
  await run(database, `drop trigger stall${dialect === 'postgres' ? ' on audit_event' : ''}`);
  await database.close();
}

const ways = [
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
] as const;

describe.each(ways)('motp export and import from %s to %s', (from, to) => {
  let fleet: Fleet;
  afterEach(() => fleet?.close());

  it('P-1 an import that was killed goes on where it was, and until then nobody serves', async () => {
    fleet = await startFleet(from);
    const running = await fleet.start();
    const client = new Client(running, fleet);
    const learner = newLearner();
    const phone = await client.registered(learner);
    const used = phone.code();
    const check = await client.open(learner, 1);
    expect(outcomeOf(await client.answer(check.token, used))).toBe('passed');
    const next = await client.open(learner, 2);

    const exported = await runMotp(['export', '--out', 'motp.export', '--final'], fleet.folder, fleet.env);
    expect([exported.code, JSON.parse(exported.stdout)]).toEqual([
      0,
      { file: 'motp.export', rows: expect.any(Number), final: true },
    ]);
    expect(exported.stderr).toMatch(/Exporting: \d+ rows, .+ rows\/s\n/);
    // The server was not stopped: it takes nothing any more that the file lacks.
    expect((await client.answer(next.token, phone.code(Date.now()))).status).toBe(503);
    await running.stop();
    const closed = await runMotp(['serve'], fleet.folder, { ...fleet.env, MOTP_PORT: '0' });
    expect([closed.code, closed.stderr]).toEqual([
      1,
      expect.stringContaining('closed by `motp export --final`'),
    ]);

    const url = await newTarget(to, fleet.folder);
    const env = { ...fleet.env, MOTP_DATABASE: url };
    expect((await runMotp(['migrate'], fleet.folder, env)).code).toBe(0);
    const bring = ['import', '--from', 'motp.export'];
    let killed: ReturnType<typeof beginMotp> | undefined;
    await stalled(url, to, async () => {
      killed = beginMotp(bring, fleet.folder, env);
    });
    await killed?.kill();
    await unstall(url, to);
    for (const command of [
      ['serve'],
      ['registration', 'show', '--phone', learner.phone, '--reason', '확인'],
    ]) {
      const refused = await runMotp(command, fleet.folder, { ...env, MOTP_PORT: '0' });
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(refused.stderr).toContain('the import into this database is not complete');
    }

    const imported = await runMotp(bring, fleet.folder, env);
    expect([imported.code, JSON.parse(imported.stdout || '{}')]).toEqual([
      0,
      { rows: JSON.parse(exported.stdout).rows, final: true, resumed: true },
    ]);
    const moved = await startServer('serve', { folder: fleet.folder, env });
    cleanups.push(() => moved.kill());
    const there = new Client(moved, fleet);
    expect(await there.check(check.id)).toMatchObject({ status: 'passed' });
    const again = await there.open(learner, 3);
    expect(outcomeOf(await there.answer(again.token, used))).toBe('code-used');
    const shown = await runMotp(
      ['registration', 'show', '--phone', learner.phone, '--reason', '확인'],
      fleet.folder,
      env,
    );
    expect(JSON.parse(shown.stdout)).toMatchObject({ status: 'active', locked: false });
  });
});

describe('motp export and import', () => {
  let fleet: Fleet;
  afterEach(() => fleet?.close());

  it('P-6 a file that is refused makes no database, and a closed deployment is taken up again', async () => {
    fleet = await startFleet('sqlite');
    const out = ['export', '--out', 'motp.export', '--final'];
    expect((await runMotp(out, fleet.folder, fleet.env)).code).toBe(0);
    const again = await runMotp(out, fleet.folder, fleet.env);
    expect([again.code, again.stdout]).toEqual([1, '']);
    expect(again.stderr).toBe(
      'motp cannot go on:\n  - motp.export exists already; an export is never overwritten\n',
    );
    expect((await runMotp(['key', 'new', '--out', 'other.key'], fleet.folder)).code).toBe(0);
    const env = { ...fleet.env, MOTP_DATABASE: 'sqlite:elsewhere/motp.db', MOTP_KEY_FILE: 'other.key' };
    const refused = await runMotp(['import', '--from', 'motp.export'], fleet.folder, env);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('the file was made with another master key');
    const production = { MOTP_DATABASE: env.MOTP_DATABASE };
    const demo = await runMotp(['import', '--from', 'motp.export'], fleet.folder, production);
    expect(demo.stderr).toContain('MOTP_KEY_FILE was made by the demo');
    expect(existsSync(join(fleet.folder, 'elsewhere'))).toBe(false);

    const reopened = await runMotp(['reopen', '--copy-is-stopped'], fleet.folder, fleet.env);
    expect([reopened.code, reopened.stdout]).toEqual([0, '']);
    const client = new Client(await fleet.start(), fleet);
    await client.registered(newLearner());
    const twice = await runMotp(['reopen', '--copy-is-stopped'], fleet.folder, fleet.env);
    expect([twice.code, twice.stderr]).toEqual([1, expect.stringContaining('is not closed')]);
  });
});
