import { afterEach, describe, expect, it } from 'vitest';
import { dialects, 홍길동 } from '../../test/support/system.ts';
import { dumpOf } from '../db/contents.fixture.ts';
import type { Ask } from '../webhooks/post-event.ts';
import type { Answer } from './monitor.fixture.ts';
import { KEY, reportStage } from './report-stage.fixture.ts';
import { kinds } from './rules.ts';
import { takeUp } from './take-up.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const nothingLeft = [
  { kind: 'user_login_hist', sent: 0, end: 'nothing-left' },
  { kind: 'score_hist', sent: 0, end: 'nothing-left' },
];

for (const dialect of dialects) {
  describe(`reports on ${dialect}`, () => {
    const {
      stage,
      here,
      unanswered,
      configure,
      send,
      preview,
      hourly,
      rows,
      trail,
      sentSeqs,
      pass,
      copies,
      hourEnds,
      dependencies,
    } = reportStage(dialect);
    afterEach(() => stage.close());

    const exams = (number: number) => ({ occasion: { kind: 'exam', number } });

    it('O-5 sends what is known of an hour as observed, once, and says so in the trail', async () => {
      await stage.start();
      await configure();
      await pass({ occasion: { kind: 'lesson', number: 9 }, session: { id: 's-1', ip: '203.0.113.7' } });
      await pass({
        ...exams(2),
        session: { id: 's-1', ip: '203.0.113.7' },
        course: { id: 'c', title: '안전' },
      });
      hourEnds();
      expect(await send()).toEqual({
        kind: 'pushed',
        pushed: [
          { kind: 'user_login_hist', sent: 1, end: 'nothing-left' },
          { kind: 'score_hist', sent: 2, end: 'nothing-left' },
        ],
      });
      const [login, score] = stage.monitor.calls;
      expect(stage.monitor.calls).toHaveLength(2);
      expect(login).toMatchObject({
        path: '/emon/api/v2/user_login_hist',
        headers: { 'content-type': 'application/json', 'x-tqiapi-header': KEY, 'x-tqiapi-user': 'hanbit' },
      });
      const common = { agentPk: 'hanbit', userAgentPk: 'trainee-17' };
      expect(JSON.parse(login?.body ?? '')).toEqual({
        dataList: [{ ...common, seq: 1, loginDate: '2026-11-23 12:01:05', loginIp: '203.0.113.7' }],
      });
      const start = { ...common, accessIp: '203.0.113.7', startEndFlag: 'S', changeState: 'C' };
      expect(score?.path).toBe('/emon/api/v2/score_hist');
      expect(JSON.parse(score?.body ?? '')).toEqual({
        dataList: [
          {
            ...{ ...start, seq: 1, courseAgentPk: 'safety-101', classAgentPk: 'safety-101,3' },
            ...{ evalType: '진도_9', evalCd: '01', chasi: '09', submitDate: '2026-11-23 12:01:05' },
          },
          {
            ...{ ...start, seq: 2, courseAgentPk: 'c', evalType: '시험_2', evalCd: '02', chasi: '02' },
            submitDate: '2026-11-23 12:02:05',
          },
        ],
      });
      expect(await send()).toEqual({ kind: 'pushed', pushed: nothingLeft });
      expect(stage.monitor.calls).toHaveLength(2);
      const told = {
        actor: 'command',
        institution: 'inst',
        report: 'score_hist',
        rows: 2,
        first: 1,
        last: 2,
      };
      const until = '2026-11-23T03:02:05.001Z';
      expect((await trail()).slice(3)).toEqual([
        { kind: 'report.sending', ...told, until, attempt: 1 },
        { kind: 'report.pushed', ...told, until, attempt: 1, outcome: 'taken', counted: 2 },
      ]);
    });

    it('P-2 no key, address, name or number stands in a row, in the trail or on the wire', async () => {
      await stage.start();
      await configure();
      await pass();
      hourEnds();
      stage.monitor.answers.push({ code: 'IE001' }, { code: '홍길동' });
      await send();
      const lines = (await dumpOf(stage.system.database)).filter((line) =>
        /^(report_|audit_event)/.test(line),
      );
      expect(lines.filter((line) => line.startsWith('report_target'))).toHaveLength(1);
      const text = lines.join('\n');
      for (const secret of [KEY, 'emon', stage.monitor.url, '203.0.113', '홍길동', '1234', 홍길동.id]) {
        expect(text).not.toContain(secret);
      }
      expect(JSON.stringify(stage.failures)).not.toMatch(/홍길동|203\.0|trainee|127\.0/);
      expect(stage.failures).toMatchObject([{ error: 'code-IE001' }, { error: 'malformed' }]);
      for (const { body } of stage.monitor.calls) expect(body).not.toMatch(/홍길동|1234|5678|1990/);
    });

    it('O-5 a dry run sends nothing, changes nothing and shows whose rows they are to nobody', async () => {
      await stage.start();
      await configure();
      await copies(await pass(), 2);
      hourEnds();
      const before = await dumpOf(stage.system.database);
      const previewed = await preview();
      expect(previewed).toMatchObject({
        kind: 'previewed',
        previews: [
          {
            report: 'user_login_hist',
            rows: 1,
            sample: { seq: 1, userAgentPk: 't***', loginIp: '203.0.***' },
          },
          { report: 'score_hist', rows: 3, sample: { seq: 1, userAgentPk: 't***', accessIp: '203.0.***' } },
        ],
      });
      expect(await dumpOf(stage.system.database)).toEqual(before);
      expect(stage.monitor.calls).toEqual([]);
      await send();
      expect(sentSeqs('score_hist')).toEqual([1, 2, 3]);
    });

    it('C-9 without a configuration, or a receiver, nothing is sent and it is said how to configure', async () => {
      await stage.start();
      await pass();
      hourEnds();
      const how = {
        kind: 'refused',
        problems: [expect.stringContaining('motp report configure --institution inst')],
      };
      expect([await send(), await preview()]).toEqual([how, how]);
      await configure({ url: undefined, key: undefined });
      expect([await send(), await preview()]).toEqual([how, how]);
      await hourly().run();
      expect(stage.monitor.calls).toEqual([]);
      expect(await rows()).toEqual([]);
    });

    const refusals: [string, Answer, string][] = [
      ['an error', { status: 500 }, 'http-500'],
      ['a redirect', { status: 307 }, 'http-307'],
      ['a code of its own', { code: 'WE003' }, 'code-WE003'],
      ['a page instead of JSON', 'garbage', 'malformed'],
      ['a reply without end', 'huge', 'malformed'],
      ['no answer, having kept the rows', 'taken-unanswered', 'timeout'],
      ['no answer', 'unanswered', 'timeout'],
    ];

    it.each(refusals)(
      'P-1 after %s the same numbers are sent again, later each time',
      async (_what, answer, error) => {
        await stage.start();
        await pass({ session: undefined });
        await configure({ hourly: 'on', from: '2026-11-23T12' });
        hourEnds();
        const { world } = stage.system;
        const isSilent = () => ['unanswered', 'taken-unanswered'].includes(String(stage.monitor.answers[0]));
        const server = hourly((parcel) => (isSilent() ? unanswered : here)(parcel));
        for (const [attempts, wait] of [1, 5, 15, 60, 60].entries()) {
          stage.monitor.answers.push(answer);
          await server.run();
          expect(stage.failures.at(-1)).toMatchObject({
            report: 'score_hist',
            rows: 1,
            attempts: attempts + 1,
            error,
          });
          world.advance(wait * MINUTE - 1);
          await server.run();
          expect(stage.monitor.calls).toHaveLength(attempts + 1);
          world.advance(1);
        }
        await server.run();
        await server.run();
        expect(sentSeqs('score_hist')).toEqual([1, 1, 1, 1, 1, 1]);
        expect(new Set(stage.monitor.calls.map(({ body }) => body)).size).toBe(1);
        expect([...(stage.monitor.kept.get('score_hist')?.keys() ?? [])]).toEqual([1]);
        const taken = (await rows()).filter(({ kind }) => kind === 'score_hist');
        expect(taken).toMatchObject([{ seq: 1, status: 'sent', sent_at: world.now() }]);
      },
    );

    it('P-1 a sender that dies between sending and its commit leaves the numbers to the next, and the receiver drops them', async () => {
      await stage.start();
      await configure();
      await copies(await pass({ session: undefined }), 2);
      hourEnds();
      const dying: Ask = async (parcel) => {
        expect(await here(parcel)).toMatchObject({ status: 200 });
        throw new Error('killed');
      };
      await expect(send(dying)).rejects.toThrow('killed');
      expect((await trail()).at(-1)).toMatchObject({ kind: 'report.sending', rows: 3, first: 1, last: 3 });
      const busy = {
        kind: 'pushed',
        pushed: [nothingLeft[0], { kind: 'score_hist', sent: 0, end: 'not-now' }],
      };
      expect(await send()).toEqual(busy);
      stage.system.world.advance(30_000 - 1);
      expect(await send()).toEqual(busy);
      stage.system.world.advance(1);
      await send();
      expect(sentSeqs('score_hist')).toEqual([1, 2, 3, 1, 2, 3]);
      expect(stage.monitor.kept.get('score_hist')?.size).toBe(3);
      // Dropped repetitions are counted as none: somebody is told, and the rows are sent.
      expect(stage.failures).toMatchObject([{ report: 'score_hist', rows: 3, error: 'counted-0' }]);
      expect(await send()).toEqual({ kind: 'pushed', pushed: nothingLeft });
    });

    it('P-1 a sender whose lease is over gives no lane back that another has', async () => {
      await stage.start();
      await configure();
      await pass({ session: undefined });
      hourEnds();
      const { world } = stage.system;
      let second: ReturnType<typeof send> | undefined;
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const begun: Ask = async (parcel) => {
        await released;
        return here(parcel);
      };
      const slow: Ask = async () => {
        world.advance(30_000);
        const started = new Promise<void>((resolve) => {
          second = send((parcel) => {
            resolve();
            return begun(parcel);
          });
        });
        await started;
        return { error: 'timeout' };
      };
      await send(slow);
      expect((await send()).kind).toBe('pushed');
      expect(stage.monitor.calls).toEqual([]);
      release();
      expect(await second).toMatchObject({ pushed: [{}, { kind: 'score_hist', sent: 1 }] });
      expect(sentSeqs('score_hist')).toEqual([1]);
    });

    it('P-4 pushers at once send each row once, in batches of 500', async () => {
      await stage.start();
      await copies(await pass(), 1_199);
      await configure({ from: '2026-11-23T12', hourly: 'on' });
      hourEnds();
      await Promise.all([hourly().run(), send(), hourly().run(), send(), hourly().run()]);
      // Whoever found the lane taken left it; whoever had it sent all, or the next comes.
      await send();
      const all = Array.from({ length: 1_200 }, (_, nth) => nth + 1);
      expect(sentSeqs('score_hist')).toEqual(all);
      expect(
        stage.monitor.calls.filter(({ path }) => path.endsWith('score_hist')).map((call) => call.seqs.length),
      ).toEqual([500, 500, 200]);
      expect(sentSeqs('user_login_hist')).toEqual([1]);
      expect(stage.failures).toEqual([]);
    });

    it('P-4 a check has one number of each kind, however many take it up at once', async () => {
      await stage.start();
      await configure();
      await copies(await pass({ session: { id: 's-1', ip: '203.0.113.7' } }), 1_100);
      hourEnds();
      const from = Date.UTC(2026, 10, 23, 3);
      const range = { from, until: from + HOUR };
      await Promise.all(Array.from({ length: 6 }, () => takeUp(dependencies(), 'inst', range)));
      const numbers = Array.from({ length: 1_101 }, (_, nth) => nth + 1);
      for (const kind of kinds) {
        const own = (await rows()).filter((row) => row.kind === kind);
        const expected = kind === 'user_login_hist' ? [1] : numbers;
        expect(own.map(({ seq }) => seq)).toEqual(expected);
        expect(new Set(own.map(({ check_id: check }) => check)).size).toBe(expected.length);
      }
    });

    it('a session of a learner is one login, without an address there is none, without an id each check is one', async () => {
      await stage.start();
      await configure();
      await pass({ ...exams(1), session: { id: 's-1', ip: '203.0.113.7' } });
      await pass({ ...exams(2), session: { id: 's-1', ip: '203.0.113.7' } });
      hourEnds();
      await send();
      stage.system.world.time = Date.UTC(2026, 10, 23, 4, 10, 5);
      await pass({ ...exams(3), session: { id: 's-1', ip: '203.0.113.7' } });
      await pass({ ...exams(4), session: { id: 's-1' } });
      await pass(exams(5));
      await pass(exams(6));
      await pass({ ...exams(7), session: { id: 's-2', ip: '203.0.113.7' } });
      hourEnds(2);
      await send();
      const times = [...(stage.monitor.kept.get('user_login_hist')?.values() ?? [])].map(
        ({ loginDate }) => loginDate,
      );
      expect(times).toEqual([
        '2026-11-23 12:01:05',
        '2026-11-23 13:13:05',
        '2026-11-23 13:14:05',
        '2026-11-23 13:15:05',
      ]);
      expect(sentSeqs('user_login_hist')).toEqual([1, 2, 3, 4]);
      expect(sentSeqs('score_hist')).toEqual([1, 2, 3, 4, 5, 6, 7]);
    });

    it('what is removed by retention is not sent again, nor at all when it was not sent yet', async () => {
      await stage.start();
      await configure();
      const first = await pass({ session: undefined });
      hourEnds();
      await send();
      stage.system.world.time = Date.UTC(2026, 10, 23, 4, 10, 5);
      const second = await pass({ ...exams(2), session: undefined });
      const third = await pass({ ...exams(3), session: undefined });
      hourEnds(2);
      stage.monitor.answers.push({ status: 503 });
      await send();
      const { sql } = stage.system.database;
      await sql.deleteFrom('check').where('id', 'in', [first, second]).execute();
      await send();
      expect(sentSeqs('score_hist')).toEqual([1, 2, 3, 3]);
      await sql.deleteFrom('check').where('id', '=', third).execute();
      await send();
      expect(stage.monitor.calls).toHaveLength(3);
      const scores = (await rows()).filter(({ kind }) => kind === 'score_hist');
      expect(scores.map(({ status }) => status)).toEqual(['sent', 'gone', 'sent']);
    });
  });
}
