import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type {} from '../../../../test/support/postgres-setup.ts';
import { dialects, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { Certifier } from '../identity/certifier.fixture.ts';
import { eraseExpired } from '../messages/store.ts';
import { keepHouse } from './housekeeping.ts';

const DAY = 24 * 60 * 60_000;
const YEAR = 365 * DAY;

/** Every table that clean-up touches. */
const TABLES = ['check', 'idempotency', 'identity_attempt', 'registration', 'dpop_proof', 'limit_counter']
  .concat(['webhook_event', 'message', 'learner'])
  .map((table) => `"${table}"`);

let system: System;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await system?.close();
});

async function client(): Promise<pg.Client> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(
    system.database.sql,
  );
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${rows[0]?.name}`;
  const made = new pg.Client({ connectionString: url.href });
  await made.connect();
  cleanups.push(() => made.end());
  return made;
}

const faults: string[] = [];
async function keep(): Promise<void> {
  faults.length = 0;
  const failed = (work: string, error: unknown) => void faults.push(`${work}: ${error}`);
  await keepHouse({ ...system, eventsWaiting: () => undefined, failed });
  await eraseExpired(system.database, system.world.now());
  expect(faults).toEqual([]);
}

/** Something for each job: a check, an attempt, an abandoned registration, an event, a registration nobody uses. */
async function aged(): Promise<void> {
  const certifier = new Certifier();
  system = await startSystem('postgres', { providers: { phone: certifier } });
  await began();
}

async function began(): Promise<void> {
  const authorization = { authorization: `Bearer ${system.institution.apiKey}` };
  const { send } = system;
  await send({
    ...{ method: 'PUT', path: '/v1/webhook', headers: authorization },
    body: { url: 'http://127.0.0.1:9/motp' },
  });
  const phone = await system.registered();
  const { token } = await system.openCheck();
  await system.answer(token, phone.code());
  const second = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
  await send({ method: 'POST', path: `/check/${second.token}/identity`, body: { method: 'phone' } });
  await send({
    ...{ method: 'POST', path: '/v1/checks', headers: { ...authorization, 'idempotency-key': 'one' } },
    body: { learner: 홍길동, course: { id: 'c', title: '과정' }, occasion: { kind: 'exam', number: 3 } },
  });
  await (await system.phone()).begin({ name: '홍길순', phone: '010-1234-0000' });
  system.world.advance(2 * YEAR);
}

/** What clean-up has left: by table, the rows that it is for. */
async function left(): Promise<Record<string, number>> {
  const { sql: db } = system.database;
  const now = system.world.now();
  const count = async (rows: Promise<unknown[]>) => (await rows).length;
  return {
    check: await count(db.selectFrom('check').select('id').where('status', '=', 'open').execute()),
    attempt: await count(
      db.selectFrom('identity_attempt').select('id').where('done_at', 'is', null).execute(),
    ),
    idempotency: await count(db.selectFrom('idempotency').select('key').execute()),
    registration: await count(
      db.selectFrom('registration').select('id').where('phone_sealed', 'is not', null).execute(),
    ),
    proof: await count(db.selectFrom('dpop_proof').select('jti').where('expires_at', '<', now).execute()),
    counter: await count(db.selectFrom('limit_counter').select('key').execute()),
    message: await count(
      db.selectFrom('message').select('id').where('text_sealed', 'is not', null).execute(),
    ),
    device: await count(db.selectFrom('device').select('id').where('status', '=', 'active').execute()),
  };
}

const NOTHING = { check: 0, attempt: 0, idempotency: 0, registration: 0, proof: 0, counter: 0, message: 0 };

describe('clean-up by several servers', () => {
  for (const dialect of dialects) {
    it(`P-2 does what it is for on ${dialect}, and four at once do it once`, async () => {
      const certifier = new Certifier();
      system = await startSystem(dialect, { providers: { phone: certifier } });
      await began();
      const before = await left();
      expect(Object.entries(before).filter(([, count]) => count === 0)).toEqual([]);
      await Promise.all([keep(), keep(), keep(), keep()]);
      expect(await left()).toEqual({ ...NOTHING, device: 0 });
      const ended = await system.database.sql
        .selectFrom('audit_event')
        .select('kind')
        .where('actor', '=', 'system')
        .where('kind', 'in', ['check.ended', 'registration.ended'])
        .orderBy('kind')
        .execute();
      expect(ended.map(({ kind }) => kind)).toEqual(['check.ended', 'check.ended', 'registration.ended']);
    });
  }

  it('P-4 waits for nobody: what others hold is left for the next round', async () => {
    await aged();
    const before = await left();
    const holder = await client();
    await holder.query('begin');
    for (const table of TABLES) await holder.query(`select 1 from ${table} for update`);
    await keep();
    expect(await left()).toEqual(before);
    await holder.query('rollback');
    await keep();
    expect(await left()).toEqual({ ...NOTHING, device: 0 });
  });

  it('P-2 clean-up of identity checks and a withdrawal do not deadlock', async () => {
    await aged();
    const { database } = system;
    const one = await database.sql.selectFrom('identity_attempt').selectAll().executeTakeFirstOrThrow();
    await database.sql
      .insertInto('identity_attempt')
      .values({ ...one, id: `${one.id}-2` })
      .execute();
    const withdrawal = await client();
    await withdrawal.query('begin');
    // A withdrawal has forgotten one attempt of the number and comes to the other.
    const forget = `update identity_attempt set phone_key = '' where id = $1`;
    await withdrawal.query(forget, [`${one.id}-2`]);
    await keep();
    await withdrawal.query(forget, [one.id]);
    await withdrawal.query('commit');
    expect((await left()).attempt).toBe(1);
    await keep();
    expect((await left()).attempt).toBe(0);
  });
});
