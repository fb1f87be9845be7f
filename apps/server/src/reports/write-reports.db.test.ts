import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dialects } from '../../test/support/system.ts';
import { reportFiles } from './report-files.ts';
import { reportStage } from './report-stage.fixture.ts';
import { type Writing, writeReports } from './write-reports.ts';

const reason = '지도점검 제출';
const noon = { from: '2026-11-23T12', until: '2026-11-23T13' };

for (const dialect of dialects) {
  describe(`files of reports on ${dialect}`, () => {
    const { stage, configure, send, rows, trail, sentSeqs, pass, hourEnds } = reportStage(dialect);
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'motp-reports-'));
    });
    afterEach(async () => {
      rmSync(folder, { recursive: true, force: true });
      await stage.close();
    });

    const out = () => join(folder, 'out');
    const write = (fields: Partial<Writing> = {}) =>
      writeReports(
        { ...stage.system, files: () => reportFiles(out()) },
        { ...{ institution: 'inst', actor: 'command', reason }, ...fields },
      );
    const contents = () =>
      Object.fromEntries(readdirSync(out()).map((name) => [name, readFileSync(join(out(), name), 'utf8')]));
    const filesOnly = () => configure({ url: undefined, key: undefined });

    it('O-5 a file per kind and hour, for its owner alone, the same bytes again, and the trail says why', async () => {
      await stage.start();
      await filesOnly();
      await pass({ session: { id: 's-1', ip: '203.0.113.7' } });
      hourEnds(2);
      const range = { from: '2026-11-23T11', until: '2026-11-23T13' };
      const counted = { user_login_hist: 1, score_hist: 1, check_hist: 1 };
      expect(await write(range)).toEqual({ kind: 'written', files: 6, same: 0, rows: counted, others: [] });
      const first = contents();
      const empty = '{"dataList":[]}\n';
      const start =
        '"agentPk":"hanbit","seq":1,"userAgentPk":"trainee-17","courseAgentPk":"safety-101","classAgentPk":"safety-101,3","evalType":"시험_1","evalCd":"02","chasi":"01"';
      expect(first).toEqual({
        'inst.user_login_hist.2026-11-23T11.json': empty,
        'inst.score_hist.2026-11-23T11.json': empty,
        'inst.check_hist.2026-11-23T11.json': empty,
        'inst.user_login_hist.2026-11-23T12.json':
          '{"dataList":[{"agentPk":"hanbit","seq":1,"userAgentPk":"trainee-17","loginDate":"2026-11-23 12:01:05","loginIp":"203.0.113.7"}]}\n',
        'inst.score_hist.2026-11-23T12.json': `{"dataList":[{${start},"accessIp":"203.0.113.7","submitDate":"2026-11-23 12:01:05","startEndFlag":"S","changeState":"C"}]}\n`,
        'inst.check_hist.2026-11-23T12.json': `{"dataList":[{${start},"submitDate":"2026-11-23 12:01:05","method":"motp"}]}\n`,
      });
      for (const name of Object.keys(first)) expect(statSync(join(out(), name)).mode & 0o777).toBe(0o600);
      expect(statSync(out()).mode & 0o777).toBe(0o700);
      expect(await write(range)).toEqual({ kind: 'written', files: 0, same: 6, rows: counted, others: [] });
      rmSync(out(), { recursive: true });
      await write(range);
      expect(contents()).toEqual(first);
      const hours = { from: '2026-11-23T02:00:00.000Z', until: '2026-11-23T04:00:00.000Z' };
      const told = {
        kind: 'report.written',
        actor: 'command',
        institution: 'inst',
        rows: 1,
        ...hours,
        reason,
      };
      expect((await trail()).slice(1, 4)).toEqual(
        ['user_login_hist', 'score_hist', 'check_hist'].map((report) => ({ ...told, report })),
      );
      expect(await trail()).toHaveLength(1 + 3 * 3);
      expect(stage.monitor.calls).toEqual([]);
    });

    it('rows have the same numbers in files and in pushes, whichever comes first', async () => {
      await stage.start();
      await configure();
      await pass();
      hourEnds();
      await write(noon);
      const before = contents();
      await send();
      expect([sentSeqs('user_login_hist'), sentSeqs('score_hist')]).toEqual([[1], [1]]);
      const bodies = stage.monitor.calls.map(({ body }) => `${body}\n`);
      expect([
        before['inst.user_login_hist.2026-11-23T12.json'],
        before['inst.score_hist.2026-11-23T12.json'],
      ]).toEqual(bodies);
      expect(await write(noon)).toMatchObject({ files: 0, same: 3 });
    });

    it('a file that is there with other contents stays as it is and is named', async () => {
      await stage.start();
      await filesOnly();
      await pass();
      hourEnds();
      await write(noon);
      const path = join(out(), 'inst.score_hist.2026-11-23T12.json');
      chmodSync(path, 0o600);
      writeFileSync(path, 'evidence');
      expect(await write(noon)).toMatchObject({ same: 2, others: ['inst.score_hist.2026-11-23T12.json'] });
      expect(readFileSync(path, 'utf8')).toBe('evidence');
      expect(readdirSync(out())).toHaveLength(3);
    });

    it('what was removed by retention is not in a file that is written later', async () => {
      await stage.start();
      await filesOnly();
      const id = await pass();
      hourEnds();
      await write(noon);
      rmSync(out(), { recursive: true });
      await stage.system.database.sql.deleteFrom('check').where('id', '=', id).execute();
      expect(await write(noon)).toMatchObject({
        files: 3,
        rows: { user_login_hist: 0, score_hist: 0, check_hist: 0 },
      });
      expect(new Set(Object.values(contents()))).toEqual(new Set(['{"dataList":[]}\n']));
    });

    it('O-5 without a reason, an hour that is over, or a configuration nothing is written or numbered', async () => {
      await stage.start();
      await pass();
      hourEnds();
      expect(await write({ ...noon, reason: ' ', until: '2026-11-23T14' })).toEqual({
        kind: 'refused',
        problems: [
          'a reason is needed: it goes into the audit trail',
          '--until may be 2026-11-23T13 at most: later hours are not over',
          expect.stringContaining('motp report configure --institution inst'),
        ],
      });
      await filesOnly();
      for (const wrong of [
        { from: 'x' },
        { reason: '010-1234-5678' },
        { from: '2026-11-23T13', ...{ until: noon.until } },
      ]) {
        expect((await write({ ...noon, ...wrong })).kind).toBe('refused');
      }
      expect(readdirSync(folder)).toEqual([]);
      expect(await rows()).toEqual([]);
      expect((await trail()).map(({ kind }) => kind)).toEqual(['report.configured']);
      expect(await write()).toMatchObject({ kind: 'written', files: 72, rows: { check_hist: 1 } });
    });
  });
}
