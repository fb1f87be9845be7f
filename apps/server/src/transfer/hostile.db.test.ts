import { readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem } from '../../test/support/system.ts';
import { record } from '../audit/record.ts';
import { allMigrations, migrate } from '../db/migrate.ts';
import { type Database, openDatabase } from '../db/open.ts';
import { openDeployment } from '../deployment/open-deployment.ts';
import { type Keyring, openKeyring } from '../keys/keyring.ts';
import { newMasterKey, replaceLookup, rotateSealing } from '../keys/master-key.ts';
import { clearHead, HEAD_BYTES, openChunks, readClearHead, sealChunks } from './chunks.ts';
import { checkFile, importDeployment } from './import-deployment.ts';
import type { Progress } from './progress.ts';
import {
  checked,
  contentsOf,
  exported,
  fillEveryTable,
  imported,
  openStage,
  type Stage,
  silent,
} from './stage.fixture.ts';
import { standingProblem } from './transfer-mark.ts';

const SEALED_BYTES = 65_536 + 16;

let stage: Stage;
let system: System;
let path: string;
let bytes: Buffer;

/** A file of four chunks or more. */
async function start(dialect: (typeof dialects)[number]): Promise<void> {
  stage = openStage();
  system = await startSystem(dialect);
  await system.registered();
  await fillEveryTable(system);
  const event = {
    at: system.world.now(),
    kind: 'check.refused',
    actor: 'learner',
    data: { reason: 'x'.repeat(90) },
  } as const;
  await record(system.database, ...Array.from({ length: 3_000 }, () => event));
  path = stage.file('motp.export');
  await exported(system, path);
  bytes = readFileSync(path);
}

afterEach(async () => {
  await system?.close();
  await stage?.close();
});

/** What is said of a file of these bytes. */
async function said(altered: Buffer, keyring: Keyring = system.keyring, isDemo = true): Promise<string> {
  const file = stage.file('altered.export');
  writeFileSync(file, altered);
  return problemOf(() => checked(file, { keyring, world: system.world, isDemo }));
}

async function problemOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error && error.name === 'TransferError') return error.message;
    throw error;
  }
  return 'nothing';
}

const chunk = (index: number) =>
  bytes.subarray(HEAD_BYTES + index * SEALED_BYTES, HEAD_BYTES + (index + 1) * SEALED_BYTES);

function flipped(at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** The lines of the file, written again as `change` says, with the right key. */
async function rewritten(change: (lines: string[]) => string[]): Promise<Buffer> {
  const { keyId, salt } = readClearHead(bytes);
  const { key } = system.keyring.transferKey(salt, keyId);
  const aad = clearHead(keyId, salt);
  const collected = async (source: AsyncIterable<Buffer>) =>
    Buffer.concat(await Readable.from(source).toArray());
  const plain = await collected(openChunks({ key, aad }, Readable.from([bytes.subarray(HEAD_BYTES)])));
  const lines = change(plain.toString().trimEnd().split('\n'));
  const text = Buffer.from(`${lines.join('\n')}\n`);
  return Buffer.concat([aad, await collected(sealChunks({ key, aad }, Readable.from([text])))]);
}

const withHead = (fields: Record<string, unknown>) =>
  rewritten(([head = '', ...rest]) => [JSON.stringify({ ...JSON.parse(head), ...fields }), ...rest]);

describe('a file that motp import refuses before it touches a database', () => {
  beforeEach(() => start('sqlite'));

  it('P-6 none that was cut off, wherever', async () => {
    expect(bytes.length).toBeGreaterThan(HEAD_BYTES + 3 * SEALED_BYTES);
    const end = 'the file is cut off: its end is missing; copy it again, or export again';
    expect(await said(bytes.subarray(0, HEAD_BYTES + 2 * SEALED_BYTES))).toBe(end);
    expect(await said(bytes.subarray(0, HEAD_BYTES + 2 * SEALED_BYTES + 9))).toMatch(
      /cut off at its chunk 2$/,
    );
    expect(await said(bytes.subarray(0, bytes.length - 1))).toMatch(
      /damaged, altered or cut off at its chunk \d$/,
    );
    expect(await said(bytes.subarray(0, HEAD_BYTES))).toMatch(/cut off at its chunk 0$/);
    expect(await said(bytes.subarray(0, 20))).toMatch(/^the file is none that `motp export` made/);
    expect(await said(Buffer.alloc(0))).toMatch(/^the file is none that `motp export` made/);
  });

  it('P-6 none of which one bit was altered, chunks were exchanged, repeated or added', async () => {
    expect(await said(flipped(2))).toMatch(/^the file is none that `motp export` made/);
    expect(await said(flipped(17))).toMatch(/sealing key .+ is not in MOTP_KEY_FILE$/);
    for (const at of [30, HEAD_BYTES, HEAD_BYTES + 65_536])
      expect(await said(flipped(at))).toMatch(/at its chunk 0$/);
    expect(await said(flipped(HEAD_BYTES + SEALED_BYTES + 1))).toMatch(/at its chunk 1$/);
    expect(await said(flipped(bytes.length - 1))).toMatch(/at its chunk \d$/);
    const rest = bytes.subarray(HEAD_BYTES + 2 * SEALED_BYTES);
    const head = bytes.subarray(0, HEAD_BYTES);
    expect(await said(Buffer.concat([head, chunk(1), chunk(0), rest]))).toMatch(/at its chunk 0$/);
    expect(await said(Buffer.concat([head, chunk(0), chunk(0), rest]))).toMatch(/at its chunk 1$/);
    expect(await said(Buffer.concat([head, chunk(0), rest]))).toMatch(/at its chunk 1$/);
    expect(await said(Buffer.concat([bytes, Buffer.alloc(1)]))).toMatch(/at its chunk \d$/);
    expect(await said(Buffer.concat([bytes, bytes]))).toMatch(/at its chunk \d$/);
  });

  it('P-2 none of another key: no master key, no lookup key, no sealing key of before', async () => {
    const { random } = system.world;
    const other = openKeyring(newMasterKey(random, true), random);
    expect(await said(bytes, other)).toMatch(
      /^the file was made with another master key: its sealing key [0-9a-f]{8} /,
    );
    const lookup = openKeyring(replaceLookup(system.master, random), random);
    expect(await said(bytes, lookup)).toMatch(/^the file belongs to a deployment with another lookup key/);
    // A key file from after a rotation opens what was exported before it …
    const rotated = rotateSealing(system.master, random);
    expect(await said(bytes, openKeyring(rotated, random))).toBe('nothing');
    // … but one that lost the older key does not open what that one sealed.
    const late = openKeyring(rotated, random);
    await exported({ ...system, keyring: late }, stage.file('late.export'));
    const lost = openKeyring({ ...rotated, sealing: rotated.sealing.slice(0, 1) }, random);
    expect(await said(readFileSync(stage.file('late.export')), lost)).toBe(
      'a value of signing_key in the file does not open with MOTP_KEY_FILE: sealed by a key that is not in the master key file',
    );
  });

  it('P-4 none of another version, and says which is the older', async () => {
    const newer = Buffer.from(bytes);
    newer.write('2', 'motp-transfer/'.length);
    const install = /^the file was made by a newer motp.*: install that version here first$/;
    expect(await said(newer)).toMatch(install);
    expect(await said(await withHead({ format: 2 }))).toMatch(install);
    expect(await said(await withHead({ level: [...allMigrations, '0099-later'] }))).toBe(
      'the file was made by a newer motp (0099-later): install that version here first',
    );
    expect(await said(await withHead({ level: allMigrations.slice(0, -1) }))).toBe(
      'the file was made by an older motp (without 0015-of-one-learner): run `motp migrate` of this version at the source and export again, or import with the older version and migrate after',
    );
  });

  it('P-5 none of a demo, in production', async () => {
    expect(await said(bytes, system.keyring, false)).toBe(
      'the file was made by a demo, where anybody can pass: production does not take it',
    );
    expect(await said(await withHead({ demoAt: null }), system.keyring, false)).toBe('nothing');
  });

  it('P-6 none whose lines are not what they say, even sealed with the right key', async () => {
    const order = 'the lines of the file are not in their order';
    const not = 'the file is not what `motp export` writes';
    const cases: [(lines: string[]) => string[], string | RegExp][] = [
      [(lines) => lines, 'nothing'],
      [(lines) => lines.slice(0, -1), 'the file has no end: export again'],
      [(lines) => lines.toSpliced(-2, 1), 'the file does not hold what its end says (audit_event)'],
      [(lines) => lines.toSpliced(-2, 0, lines.at(-2) ?? ''), /what its end says \(audit_event\)$/],
      [(lines) => [...lines, lines.at(-2) ?? ''], order],
      [(lines) => [...lines, lines[0] ?? ''], order],
      [(lines) => lines.slice(1), 'the file does not begin with whose it is'],
      [(lines) => [lines[0] ?? '', '[1]', ...lines.slice(1)], order],
      [(lines) => lines.toSpliced(2, 1, '[1]'), not],
      [(lines) => lines.toSpliced(2, 1, '{'), not],
      [(lines) => lines.toSpliced(2, 1, '{}'), not],
      [(lines) => lines.toSpliced(2, 1, 'null'), not],
      [
        (lines) => lines.toSpliced(2, 1, '["now",null,1,"x"]'),
        /^deployment\.created_at has a value that is no bigint/,
      ],
      [(lines) => lines.toSpliced(2, 1, '[1.5,null,1,"x"]'), /^deployment\.created_at has a value/],
      [
        (lines) => lines.toSpliced(2, 1, '[1,null,1,"\\u0000"]'),
        /^deployment\.key_mark has a value that is no text/,
      ],
      [(lines) => lines.toSpliced(2, 1, '[1,null,1,7]'), /^deployment\.key_mark has a value/],
      [(lines) => lines.filter((line) => !line.startsWith('{"table":"dpop_proof"')), /^dpop|^the file|order/],
    ];
    for (const [change, problem] of cases) {
      const found = await said(await rewritten(change));
      if (typeof problem === 'string') expect(found).toBe(problem);
      else expect(found).toMatch(problem);
    }
  });

  it('P-6 none that is not there', async () => {
    expect(await problemOf(() => checked(stage.file('none'), system))).toBe(
      'the file cannot be read (ENOENT)',
    );
    expect(await problemOf(() => checked(stage.folder, system))).toBe('the file cannot be read (EISDIR)');
  });

  it('P-6 an export is never overwritten, and one that fails leaves neither a file nor a closed deployment', async () => {
    expect(await problemOf(() => exported(system, path))).toBe(
      `${path} exists already; an export is never overwritten`,
    );
    expect(readFileSync(path).equals(bytes)).toBe(true);
    const open = await startSystem('sqlite');
    try {
      await expect(exported(open, stage.file('no/such/folder'))).rejects.toThrow('ENOENT');
      expect(await standingProblem(open.database)).toBeUndefined();
    } finally {
      await open.close();
    }
  });
});

describe.each(dialects)('a database on %s that takes no import', (dialect) => {
  beforeEach(() => start('sqlite'));

  const rowsOf = async (database: Database) =>
    Object.values(await contentsOf(database)).reduce((sum, rows) => sum + rows.length, 0);

  it('P-6 one that is not empty, not even the one it was exported from', async () => {
    const target = await stage.target(dialect);
    await migrate(target);
    await record(target, { at: 1, kind: 'database.behind', actor: 'system' });
    expect(await problemOf(() => imported(target, path, system))).toBe(
      'the database is not empty (audit_event): an import wants an empty one',
    );
    expect([await rowsOf(target), await standingProblem(target)]).toEqual([1, undefined]);
    const full = await stage.target(dialect);
    await imported(full, path, system);
    const before = await rowsOf(full);
    expect(await problemOf(() => imported(full, path, system))).toBe(
      'this file was imported into this database already: nothing is left to do',
    );
    await exported(system, stage.file('later.export'));
    expect(await problemOf(() => imported(full, stage.file('later.export'), system))).toMatch(
      /^the database is not empty \(deployment, /,
    );
    expect([await rowsOf(full), await standingProblem(full)]).toEqual([before, undefined]);
  });

  it('P-6 one where the import of another file stopped half-way, which nobody serves', async () => {
    const target = await stage.target(dialect);
    const stopped = { ...silent, done: (_rows: number, table: string) => stopAt(table, 'device') };
    const importing = { ...system, isDemo: true, progress: stopped };
    const file = await checked(path, system);
    await expect(importDeployment(target, file, importing)).rejects.toThrow('stopped');
    expect(await standingProblem(target)).toMatchObject({ state: 'importing' });
    await exported(system, stage.file('other.export'));
    expect(await problemOf(() => imported(target, stage.file('other.export'), system))).toMatch(
      /^the import of another file into this database is not complete/,
    );
    expect(await imported(target, path, system)).toMatchObject({ resumed: true });
    expect(await standingProblem(target)).toBeUndefined();
  });

  it('P-6 goes on where it was, wherever it stopped', async () => {
    const target = await stage.target(dialect);
    const file = await checked(path, system);
    const seen: boolean[] = [];
    const stops = ['deployment', 'device', 'webhook_event', 'audit_event'];
    for (const table of stops) {
      const progress = { ...silent, done: (_rows: number, name: string) => stopAt(name, table) };
      const importing = { ...system, isDemo: true, progress };
      await expect(importDeployment(target, file, importing)).rejects.toThrow('stopped');
      seen.push((await standingProblem(target))?.state === 'importing');
    }
    expect(seen).toEqual(stops.map(() => true));
    expect(await imported(target, path, system)).toEqual({ rows: file.head.rows, resumed: true });
    const { audit_event: trail } = await contentsOf(target);
    const { audit_event: told } = await contentsOf(system.database);
    expect(trail.slice(0, told.length)).toEqual(told);
    expect(trail.length).toBe(told.length + 1);
  });

  it.each(['deployment', 'device'])(
    'P-6 two imports at once, after one that stopped at %s, bring every row in once',
    async (stop) => {
      const target = await stage.target(dialect);
      const file = await checked(path, system);
      const run = (progress: Progress) =>
        importDeployment(target, file, { ...system, isDemo: true, progress });
      const stopped = { ...silent, done: (_rows: number, table: string) => stopAt(table, stop) };
      await expect(run(stopped)).rejects.toThrow('stopped');
      const results = await Promise.allSettled([run(silent), run(silent)]);
      const refused = results.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
      expect(refused).toEqual([
        expect.stringMatching(/^TransferError: another import into this database is running/),
      ]);
      expect(await standingProblem(target)).toBeUndefined();
      expect(await rowsOf(target)).toBe(file.head.rows + 1);
    },
  );

  it('P-6 two imports that begin at once bring every row in once', async () => {
    const target = await stage.target(dialect);
    await migrate(target);
    const file = await checkFile(path, { ...system, isDemo: true, progress: silent });
    const run = () => importDeployment(target, file, { ...system, isDemo: true, progress: silent });
    const results = await Promise.allSettled([run(), run()]);
    const refused = results.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
    expect(refused).toEqual([
      expect.stringMatching(
        /^TransferError: (another import into this database is running|this file was imported)/,
      ),
    ]);
    expect(await standingProblem(target)).toBeUndefined();
    expect(await rowsOf(target)).toBe(file.head.rows + 1);
  });

  it('P-6 a row that was altered after it came in is found before anybody serves', async () => {
    const target = await stage.target(dialect);
    const file = await checked(path, system);
    let phase = '';
    const progress = {
      begin: (next: string) => {
        phase = next;
      },
      done: (_rows: number, table: string) => {
        if (phase === 'import' && table === 'audit_event') stopAt(table, table);
      },
    };
    await expect(importDeployment(target, file, { ...system, isDemo: true, progress })).rejects.toThrow();
    await target.sql.updateTable('learner').set({ named_at: 7 }).execute();
    expect(await problemOf(() => imported(target, path, system))).toBe(
      'what lies in the database is not what the file holds (learner): empty the database and begin again',
    );
    expect(await standingProblem(target)).toMatchObject({ state: 'importing' });
  });
});

it('P-6 a database that is half moved in is opened by no command and no server', async () => {
  await start('sqlite');
  const url = `sqlite:${stage.file('half.db')}`;
  const target = openDatabase(url);
  const progress = { ...silent, done: (_rows: number, table: string) => stopAt(table, 'device') };
  const file = await checked(path, system);
  await expect(importDeployment(target, file, { ...system, isDemo: true, progress })).rejects.toThrow();
  await target.close();
  for (const purpose of ['production', 'demo', 'command', 'move'] as const) {
    const opened = await openDeployment({
      databaseUrl: url,
      master: system.master,
      purpose,
      world: system.world,
    });
    expect(opened).toMatchObject({ kind: 'problems' });
    expect(opened.kind === 'problems' && opened.problems[0]).toMatch(
      /^the import into this database is not complete/,
    );
  }
});

function stopAt(table: string, at: string): void {
  if (table === at) throw new Error('stopped');
}
