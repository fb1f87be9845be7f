import { parseCode, stepAt } from '@motp/otp';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type {} from '../../../../test/support/postgres-setup.ts';
import type { Phone } from '../../test/support/phone.ts';
import { type System, startSystem } from '../../test/support/system.ts';
import { tally, wrongCodes } from '../../test/support/wrong-codes.ts';
import { type Database, openDatabase, type Tx } from '../db/open.ts';
import { type AnswerOutcome, answerQueue } from './answer-check.ts';
import { explainByClock } from './explain-refusal.ts';
import { tokenHash } from './open-check.ts';
import { findByToken, gather } from './store.ts';

// SQLite has one writer: nothing there comes between reading and settling a batch.
describe('while a batch on postgres waits for a registration', () => {
  let system: System;
  let phone: Phone;
  let token: string;
  const others: Database[] = [];
  beforeEach(async () => {
    system = await startSystem('postgres');
    phone = await system.registered();
    ({ token } = await system.openCheck());
  });
  afterEach(async () => {
    for (const other of others.splice(0)) await other.close();
    await system.close();
  });

  /** Another server: connections and a queue of its own over the same database. */
  async function anotherServer() {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(
      system.database.sql,
    );
    const url = new URL(inject('postgresUrl'));
    url.pathname = `/${rows[0]?.name}`;
    const database = openDatabase(url.href);
    others.push(database);
    const { keyring, world } = system;
    const queue = answerQueue({ database, keyring, world });
    return (typed: string) => {
      const code = parseCode(typed) ?? expect.fail('no code');
      return queue.add({ tokenHash: tokenHash(token), code, now: world.now() });
    };
  }

  async function untilSomebodyWaits(): Promise<void> {
    for (;;) {
      const { rows } = await sql`select pid from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(system.database.sql);
      if (rows.length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** What comes of a code that is typed after `change` and before its commit. */
  async function answeredDuring(change: (tx: Tx) => Promise<unknown>, typed: string): Promise<AnswerOutcome> {
    const answer = await anotherServer();
    const { answered } = await system.database.transaction(async (tx) => {
      await change(tx);
      const waiting = answer(typed);
      await untilSomebodyWaits();
      return { answered: waiting };
    });
    return answered;
  }

  const registrations = () =>
    system.database.sql
      .selectFrom('device')
      .select(['id', 'status', 'failures', 'last_step'])
      .orderBy('status')
      .execute();

  /** The same seed under another id, as if another phone had been registered; nobody writes a learner for it. */
  async function replace(tx: Tx): Promise<void> {
    const { keyring } = system;
    const old = await tx.sql.selectFrom('device').selectAll().executeTakeFirstOrThrow();
    const place = (row: string) => ({ table: 'device', column: 'seed', row });
    const seed = keyring.open(place(old.id), old.seed_sealed ?? expect.fail('no seed'));
    await tx.sql
      .updateTable('device')
      .set({ status: 'replaced', ended_at: system.world.now(), seed_sealed: null, name_key: null })
      .where('id', '=', old.id)
      .execute();
    const next = { id: 'dev_next', seed_sealed: keyring.seal(place('dev_next'), seed) };
    await tx.sql
      .insertInto('device')
      .values({ ...old, ...next, thumbprint: 'another' })
      .execute();
  }

  it('C-7 R-5 it is replaced: the code is judged by the registration that took its place', async () => {
    const outcome = await answeredDuring(replace, phone.code());
    expect(outcome).toMatchObject({ kind: 'passed', check: { device_id: 'dev_next' } });
    expect(await registrations()).toMatchObject([
      { id: 'dev_next', status: 'active' },
      { status: 'replaced', last_step: -1 },
    ]);
  });

  it('C-5 R-5 it is replaced: a wrong code counts on the registration that took its place', async () => {
    const [wrong = ''] = wrongCodes(phone, system.world.now(), 1);
    expect(await answeredDuring(replace, wrong)).toMatchObject({ kind: 'wrong', triesLeft: 4 });
    expect(await registrations()).toMatchObject([
      { id: 'dev_next', failures: 1 },
      { status: 'replaced', failures: 0 },
    ]);
  });

  it('P-2 consent is withdrawn: its code is good for nothing, and nothing of it is written', async () => {
    const withdraw = async (tx: Tx) => {
      await tx.sql
        .updateTable('device')
        .set({ status: 'ended', ended_at: system.world.now(), seed_sealed: null, name_key: null })
        .execute();
      await tx.sql.updateTable('check').set({ status: 'expired' }).execute();
    };
    expect(await answeredDuring(withdraw, phone.code())).toEqual({ kind: 'over' });
    expect(await registrations()).toMatchObject([{ status: 'ended', last_step: -1, failures: 0 }]);
  });

  it('C-5 it is locked: the right code finds it locked', async () => {
    const lock = (tx: Tx) =>
      tx.sql.updateTable('device').set({ locked_at: system.world.now(), failures: 5 }).execute();
    expect(await answeredDuring(lock, phone.code())).toMatchObject({ kind: 'refused', reason: 'locked' });
  });

  it('C-9 its check is passed: the same code again finds the check over, not the code used', async () => {
    const pass = async (tx: Tx) => {
      await tx.sql
        .updateTable('device')
        .set({ last_step: stepAt(system.world.now()) })
        .execute();
      await tx.sql.updateTable('check').set({ status: 'passed', passed_at: system.world.now() }).execute();
    };
    expect(await answeredDuring(pass, phone.code())).toEqual({ kind: 'over' });
  });

  it('C-7 nothing of it changes, but its check ends: it is not passed any more, and judged again', async () => {
    const answer = await anotherServer();
    const { answered } = await system.database.transaction(async (tx) => {
      await gather(tx, [tokenHash(token)]);
      const waiting = answer(phone.code());
      await untilSomebodyWaits();
      await system.database.sql.updateTable('check').set({ status: 'expired' }).execute();
      return { answered: waiting };
    });
    expect(await answered).toEqual({ kind: 'over' });
    expect(await registrations()).toMatchObject([{ failures: 0, last_step: -1 }]);
  });

  it('R-9 its number goes to another learner: the check is not theirs', async () => {
    const move = (tx: Tx) => tx.sql.updateTable('device').set({ phone_key: 'another' }).execute();
    const outcome = await answeredDuring(move, phone.code());
    expect(outcome).toMatchObject({ kind: 'mismatch', reason: 'not-registered' });
    expect(await registrations()).toMatchObject([{ failures: 0, last_step: -1 }]);
  });

  it('C-7 C-4a a clock search waits for a batch, and loses nothing that this one wrote', async () => {
    const { world, keyring, database } = system;
    const then = world.now() + 25 * 60_000;
    const found = (await findByToken(database, tokenHash(token))) ?? expect.fail('no check');
    const code = parseCode(phone.code(then)) ?? expect.fail('no code');
    let explained: Promise<unknown> = Promise.resolve();
    await database.transaction(async (tx) => {
      await gather(tx, [tokenHash(token)]);
      explained = explainByClock(database, keyring, { ...found, code, now: world.now() });
      await untilSomebodyWaits();
      await tx.sql
        .updateTable('device')
        .set({ spent_json: JSON.stringify([stepAt(then) + 7]) })
        .execute();
    });
    expect(await explained).toBe(25 * 60);
    const row = await database.sql.selectFrom('device').select('spent_json').executeTakeFirstOrThrow();
    expect(JSON.parse(row.spent_json)).toEqual([stepAt(then) + 7, stepAt(then)]);
  });

  it('C-5 two servers are guessed at: five wrong codes count, and lock', async () => {
    const servers = await Promise.all([anotherServer(), anotherServer()]);
    const guesses = wrongCodes(phone, system.world.now(), 12);
    const outcomes = await Promise.all(guesses.map((guess, nth) => servers[nth % 2]?.(guess)));
    const kinds = tally(outcomes.map((outcome) => outcome?.kind ?? ''));
    expect(kinds).toEqual({ wrong: 5, refused: 7 });
    expect(await registrations()).toMatchObject([{ failures: 5 }]);
  });
});
