import { parseCode } from '@motp/otp';
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type {} from '../../../../test/support/postgres-setup.ts';
import { dialects, exam, PUBLIC_URL, type System, startSystem } from '../../test/support/system.ts';
import { answerQueue } from '../checks/answer-check.ts';
import { openCheck, tokenHash } from '../checks/open-check.ts';
import { fileOf } from '../db/contents.fixture.ts';
import { type Database, openDatabase } from '../db/open.ts';
import { closeExemption, listExemptions, openExemption } from '../exemptions/operate-exemption.ts';
import { readInstitution } from '../institutions/read-institution.ts';
import { signingKeys } from '../receipts/signing-keys.ts';
import { keepMark, type Marks, spendAfterRestore } from './continuity.ts';

function memoryMarks(): Marks {
  const marks = new Map<string, number>();
  return {
    read: (identity) => marks.get(identity) ?? 0,
    write: (identity, event) => void marks.set(identity, event),
  };
}

const cleanups: (() => Promise<unknown>)[] = [];

async function copySqlite({ database }: System): Promise<Database> {
  const copy = `${await fileOf(database)}.backup`;
  await sql`vacuum into ${copy}`.execute(database.sql);
  return openDatabase(`sqlite:${copy}`);
}

async function copyPostgres({ database }: System): Promise<Database> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(database.sql);
  const name = rows[0]?.name ?? '';
  const admin = new pg.Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  await admin.query(`create database ${name}_backup template ${name}`);
  cleanups.push(() => admin.end());
  cleanups.push(() => admin.query(`drop database ${name}_backup with (force)`));
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}_backup`;
  return openDatabase(url.href);
}

for (const dialect of dialects) {
  describe(`a backup that is put back on ${dialect}`, () => {
    let system: System;
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
      await system?.close();
    });

    async function backup(): Promise<Database> {
      const copy = await (dialect === 'sqlite' ? copySqlite(system) : copyPostgres(system));
      cleanups.push(() => copy.close());
      return copy;
    }

    /** Opens a check for another occasion in that database and answers it there. */
    async function answerIn(database: Database, number: number, typed: string) {
      const { keyring, world } = system;
      const institution = await readInstitution(database, 'inst');
      const request = { ...exam, occasion: { kind: 'exam' as const, number } };
      const keys = await signingKeys(database, keyring, world);
      const issuer = { issuer: PUBLIC_URL, demo: true, keys };
      const opening = { database, keyring, world, issuer, publicUrl: PUBLIC_URL, demo: true };
      const opened = await openCheck(opening, institution, request);
      if (opened.kind !== 'answered' || opened.body.status !== 'open') return expect.fail(opened.kind);
      const token = new URL(opened.body.url).pathname.split('/')[2] ?? '';
      const code = parseCode(typed) ?? expect.fail('no code');
      const item = { tokenHash: tokenHash(token), code, now: world.now() };
      return answerQueue({ database, keyring, world }).add(item);
    }

    it('P-6 has no exemption window open: it may have been closed since', async () => {
      system = await startSystem(dialect);
      const { database, world } = system;
      const marks = memoryMarks();
      const asked = {
        provider: 'sms',
        institutions: '*',
        hours: 2,
        reason: '문자 장애',
        actor: 'command',
      } as const;
      const opened = await openExemption(system, asked);
      expect(await spendAfterRestore(database, marks, 'one', world)).toBe(false);
      const restored = await backup();
      const id = opened.kind === 'opened' ? opened.id : expect.fail(opened.kind);
      await closeExemption(system, { id, reason: '문자 정상', actor: 'command' });
      await spendAfterRestore(database, marks, 'one', world);
      const openIn = async (where: Database) =>
        (await listExemptions({ database: where, world })).map(({ open }) => open);
      expect(await openIn(restored)).toEqual([true]);
      expect(await spendAfterRestore(restored, marks, 'one', world)).toBe(true);
      expect(await openIn(restored)).toEqual([false]);
    });

    it('C-7 does not accept again what was accepted since', async () => {
      system = await startSystem(dialect);
      const { database, world } = system;
      const phone = await system.registered();
      const marks = memoryMarks();
      expect(await spendAfterRestore(database, marks, 'one', world)).toBe(false);
      const pendingCheck = await system.openCheck({ occasion: { kind: 'exam', number: 7 } });
      const restored = await backup();
      const code = phone.code();
      expect(await answerIn(database, 1, code)).toMatchObject({ kind: 'passed' });
      await keepMark(database, marks, 'one');
      const seen = marks.read('one');

      world.advance(1_000);
      expect(await spendAfterRestore(restored, marks, 'one', world)).toBe(true);
      expect(await answerIn(restored, 2, code)).toMatchObject({ kind: 'refused', reason: 'code-used' });
      const behind = await restored.sql
        .selectFrom('audit_event')
        .selectAll()
        .where('kind', '=', 'database.behind')
        .execute();
      expect(behind).toMatchObject([{ at: world.now(), actor: 'system' }]);
      expect(JSON.parse(behind[0]?.data_json ?? '')).toEqual({ seen, found: expect.any(Number) });
      const ended = await restored.sql
        .selectFrom('check')
        .select('status')
        .where('id', '=', pendingCheck.id)
        .executeTakeFirstOrThrow();
      expect(ended.status).toBe('expired');

      world.advance(60_000);
      expect(await answerIn(restored, 3, phone.code())).toMatchObject({ kind: 'passed' });
      expect(await spendAfterRestore(restored, marks, 'one', world)).toBe(false);
    });

    it('C-7 a code of the step that was about to begin is spent, too', async () => {
      system = await startSystem(dialect);
      const { database, world } = system;
      const phone = await system.registered();
      const marks = memoryMarks();
      const restored = await backup();
      world.advance(47_000);
      const early = phone.code(world.now() + 10_000);
      expect(early).not.toBe(phone.code());
      expect(await answerIn(database, 1, early)).toMatchObject({ kind: 'passed' });
      await keepMark(database, marks, 'one');
      expect(await spendAfterRestore(restored, marks, 'one', world)).toBe(true);
      expect(await answerIn(restored, 2, early)).toMatchObject({ kind: 'refused', reason: 'code-used' });
    });

    it('P-6 a database that is as far as it was seen, or further, is left alone', async () => {
      system = await startSystem(dialect);
      const { database, world } = system;
      const phone = await system.registered();
      const marks = memoryMarks();
      await keepMark(database, marks, 'one');
      const code = phone.code();
      expect(await spendAfterRestore(database, marks, 'one', world)).toBe(false);
      expect(await spendAfterRestore(database, marks, 'another', world)).toBe(false);
      expect(await answerIn(database, 1, code)).toMatchObject({ kind: 'passed' });
      expect(await spendAfterRestore(database, marks, 'one', world)).toBe(false);
    });
  });
}
