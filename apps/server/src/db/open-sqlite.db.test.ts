import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { sql } from 'kysely';
import { afterEach, expect, it } from 'vitest';
import { openSqlite } from './open-sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'motp-open-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Another process in the middle of writing a file that has no log yet; it goes on for a while and commits. */
const WRITER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const SqliteDatabase = require(workerData.driver);
  const raw = new SqliteDatabase(workerData.file);
  raw.exec('begin immediate; create table written (a)');
  parentPort.postMessage('writing');
  setTimeout(() => { raw.exec('commit'); raw.close(); }, 300);
`;

it('P-1 who opens a new file while another writes it waits, and then both have the log', async () => {
  const file = join(folder, 'motp.db');
  const driver = createRequire(import.meta.url).resolve('better-sqlite3');
  const writer = new Worker(WRITER, { eval: true, workerData: { driver, file } });
  await once(writer, 'message');
  const db = openSqlite(file);
  const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db);
  const tables = await sql<{ name: string }>`select name from sqlite_master`.execute(db);
  await db.destroy();
  expect(mode.rows).toEqual([{ journal_mode: 'wal' }]);
  expect(tables.rows).toEqual([{ name: 'written' }]);
});
