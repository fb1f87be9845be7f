import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runMotp } from '../../../../test/support/processes.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { type Monitor, startMonitor } from '../../src/reports/monitor.fixture.ts';
import { hourName, hourOf } from '../../src/reports/rules.ts';
import { newId, realWorld } from '../../src/world.ts';
import { dialects } from '../support/system.ts';
import { type Fleet, startFleet } from './fleet.ts';

const HOUR = 60 * 60_000;
const KEY = 'receiver-key-0123456789abcdef';

/** Reports as an operator configures and sends them, and a server that is killed while it sends. */
describe.each(dialects)('motp report on %s', (dialect) => {
  let fleet: Fleet;
  let monitor: Monitor;
  let database: Database;
  afterEach(async () => {
    await database?.close();
    await monitor?.close();
    await fleet?.close();
  });

  const report = (...words: string[]) =>
    runMotp(['report', ...words, '--institution', 'inst'], fleet.folder, fleet.env);
  const lines = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const threeHoursAgo = hourOf(Date.now()) - 3 * HOUR;

  async function start(): Promise<void> {
    fleet = await startFleet(dialect);
    monitor = await startMonitor();
    const { MOTP_DATABASE: url = '' } = fleet.env;
    database = openDatabase(url.replace('sqlite:', `sqlite:${fleet.folder}/`));
    writeFileSync(join(fleet.folder, 'receiver.key'), `${KEY}\n`, { mode: 0o600 });
  }

  /** A check that was passed three hours ago: no test can wait for an hour to end. */
  async function passedLongAgo(): Promise<void> {
    const world = { ...realWorld, now: () => threeHoursAgo + 60_000 };
    const at = world.now();
    const place = { institution_id: 'inst', learner_ref: 'trainee-17', course_id: 'safety-101', round: '3' };
    const values = {
      ...{ ...place, id: newId('chk', world), occasion_kind: 'exam', occasion_number: 1, locale: 'ko' },
      ...{
        name_key: '',
        phone_key: '',
        course_title: '산업안전보건',
        token_hash: 'none',
        reasons_json: '[]',
      },
      ...{ status: 'passed' as const, method: 'motp', created_at: at, passed_at: at, expires_at: at },
      ...{ compared: 0 },
    };
    await database.sql.insertInto('check').values(values).execute();
  }

  const configure = (...more: string[]) => {
    const where = ['--url', monitor.url, '--key-file', 'receiver.key', '--from', hourName(threeHoursAgo)];
    return report('configure', '--agent-pk', 'hanbit', ...where, ...more);
  };

  it('O-5 nothing is sent before it is configured and asked for, files say the same, and the key is never shown', async () => {
    await start();
    await passedLongAgo();
    const nowhere = await report('push', '--send');
    expect([nowhere.code, nowhere.stdout]).toEqual([1, '']);
    expect(nowhere.stderr).toContain('motp report configure --institution inst');
    const configured = await configure();
    expect(configured.code).toBe(0);
    const dry = await report('push');
    expect(dry.code).toBe(0);
    expect(lines(dry.stdout)).toMatchObject([
      { report: 'user_login_hist', rows: 0, sample: null },
      { report: 'score_hist', rows: 1, sample: { seq: 1, userAgentPk: 't***' } },
    ]);
    expect(monitor.calls).toEqual([]);
    const range = ['--from', hourName(threeHoursAgo), '--until', hourName(threeHoursAgo + HOUR)];
    const written = await report('write', '--out', 'reports', ...range, '--reason', '지도점검 제출');
    expect([written.code, lines(written.stdout)]).toMatchObject([0, [{ files: 3, same: 0 }]]);
    const sent = await report('push', '--send');
    expect([sent.code, lines(sent.stdout)]).toMatchObject([0, [{ sent: 0 }, { sent: 1 }]]);
    const folder = join(fleet.folder, 'reports');
    const name = `inst.score_hist.${hourName(threeHoursAgo)}.json`;
    expect(readdirSync(folder)).toContain(name);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(monitor.calls.map(({ body }) => `${body}\n`)).toEqual([readFileSync(join(folder, name), 'utf8')]);
    expect((await report('remove')).code).toBe(0);
    for (const { stdout, stderr } of [configured, dry, written, sent])
      expect(stdout + stderr).not.toContain(KEY);
  });

  it('P-1 a server that is killed between sending and its commit: the same number again, which the receiver drops', async () => {
    await start();
    await passedLongAgo();
    monitor.answers.push('taken-unanswered');
    expect((await configure('--hourly', 'on')).code).toBe(0);
    const called = monitor.called();
    const server = await fleet.start();
    await called;
    await server.kill();
    expect([...(monitor.kept.get('score_hist')?.keys() ?? [])]).toEqual([1]);
    const early = await report('push', '--send');
    expect(early.code).toBe(1);
    expect(early.stderr).toContain('another process is sending');
    await database.sql.updateTable('report_lane').set({ leased_until: 0 }).execute();
    const again = await report('push', '--send');
    expect([again.code, lines(again.stdout)]).toMatchObject([0, [{ sent: 0 }, { sent: 1 }]]);
    expect(monitor.calls.map(({ seqs }) => seqs)).toEqual([[1], [1]]);
    expect(monitor.calls[1]?.body).toBe(monitor.calls[0]?.body);
    expect(monitor.kept.get('score_hist')?.size).toBe(1);
    await report('push', '--send');
    expect(monitor.calls).toHaveLength(2);
  });
});
