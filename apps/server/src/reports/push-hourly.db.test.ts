import { afterEach, describe, expect, it } from 'vitest';
import { dialects } from '../../test/support/system.ts';
import { spendAfterRestore } from '../deployment/continuity.ts';
import { openKeyring } from '../keys/keyring.ts';
import { newMasterKey } from '../keys/master-key.ts';
import { reseal } from '../keys/rotate.ts';
import { poster } from '../webhooks/post-event.ts';
import { removeReports } from './manage-target.ts';
import { pushRows } from './push-rows.ts';
import { KEY, reportStage } from './report-stage.fixture.ts';
import { takeUp } from './take-up.ts';

const MINUTE = 60_000;

for (const dialect of dialects) {
  describe(`what is configured about reports on ${dialect}`, () => {
    const { stage, configure, send, preview, hourly, dependencies, rows, trail, sentSeqs, pass, hourEnds } =
      reportStage(dialect);
    afterEach(() => stage.close());

    it('servers send by themselves where it is on, five minutes after an hour', async () => {
      await stage.start();
      await configure();
      await pass();
      hourEnds();
      await hourly().run();
      expect([stage.monitor.calls, await rows()]).toEqual([[], []]);
      await configure({ hourly: 'on' });
      stage.system.world.advance(-1);
      await hourly().run();
      expect(stage.monitor.calls).toEqual([]);
      stage.system.world.advance(1);
      await hourly().run();
      await hourly().run();
      expect([sentSeqs('user_login_hist'), sentSeqs('score_hist')]).toEqual([[1], [1]]);
      expect((await trail()).filter(({ actor }) => actor === 'system')).toHaveLength(4);
      const stopped = hourly();
      stopped.stop();
      stage.system.world.advance(60 * MINUTE);
      await pass({ occasion: { kind: 'exam', number: 2 } });
      hourEnds(3);
      await stopped.run();
      expect(stage.monitor.calls).toHaveLength(2);
    });

    it('what was passed before is sent only when asked for, and numbers begin where they are told', async () => {
      await stage.start();
      await pass();
      stage.system.world.advance(60 * MINUTE);
      expect(await configure()).toEqual({
        kind: 'configured',
        hourly: false,
        from: Date.UTC(2026, 10, 23, 4),
      });
      hourEnds(2);
      await send();
      expect(stage.monitor.calls).toEqual([]);
      await configure({ from: '2026-11-23T12', firstSeq: '5001' });
      await send();
      expect([sentSeqs('user_login_hist'), sentSeqs('score_hist')]).toEqual([[5001], [5001]]);
      await configure({ firstSeq: '1' });
      await pass({ occasion: { kind: 'exam', number: 2 } });
      hourEnds(4);
      await send();
      expect(sentSeqs('score_hist')).toEqual([5001, 5002]);
    });

    it('rows that a file numbered are not sent when they lie before what is sent, until that is moved', async () => {
      await stage.start();
      await configure({ from: '2026-11-23T13' });
      await pass({ session: undefined });
      hourEnds(2);
      const hours = { from: Date.UTC(2026, 10, 23, 3), until: Date.UTC(2026, 10, 23, 4) };
      await takeUp(stage.system, 'inst', hours);
      const statuses = async () => (await rows()).map(({ kind, status }) => `${kind} ${status}`);
      expect(await statuses()).toEqual(['check_hist early', 'score_hist early']);
      expect(await preview()).toMatchObject({ previews: [{ rows: 0 }, { rows: 0, sample: null }] });
      await send();
      expect(stage.monitor.calls).toEqual([]);
      await configure({ from: '2026-11-23T12' });
      await configure({ from: '2026-11-23T13' });
      await send();
      expect(stage.monitor.calls).toEqual([]);
      await configure({ from: '2026-11-23T12' });
      expect(await preview()).toMatchObject({ previews: [{ rows: 0 }, { rows: 1, sample: { seq: 1 } }] });
      await send();
      expect(sentSeqs('score_hist')).toEqual([1]);
      await configure({ from: '2026-11-23T13' });
      expect(await statuses()).toEqual(['check_hist early', 'score_hist sent']);
    });

    it('P-3 what is wrong is said all at once, and nothing is configured', async () => {
      await stage.start();
      const wrong = {
        ...{ institution: 'nobody', agentPk: 'a b', key: 'two\nlines', from: 'today', firstSeq: '0' },
        url: 'https://user@receiver.example/',
      };
      const refused = await configure(wrong);
      expect(
        refused.kind === 'refused' && refused.problems.map((problem) => problem.split(' ', 1)[0]),
      ).toEqual(['--agent-pk', '--key-file', 'there', '--url', '--from', '--first-seq']);
      for (const url of [
        'http://10.0.0.1/',
        'https://169.254.169.254/',
        'ftp://10.0.0.1/',
        'https://10.0.0.1/?a',
      ]) {
        expect(await configure({ url })).toMatchObject({
          kind: 'refused',
          problems: [expect.stringContaining('--url')],
        });
      }
      expect(await configure({ key: undefined })).toMatchObject({
        problems: ['--url and --key-file come together'],
      });
      expect(await configure({ url: undefined, key: undefined, hourly: 'on' })).toMatchObject({
        problems: ['--hourly on needs --url and --key-file'],
      });
      expect(await trail()).toEqual([]);
      expect(await stage.system.database.sql.selectFrom('report_target').selectAll().execute()).toEqual([]);
      expect((await configure({ url: 'https://10.0.0.1/' })).kind).toBe('configured');
    });

    it('the receiver’s address is looked at again at every push', async () => {
      await stage.start();
      await configure();
      await pass({ session: undefined });
      hourEnds();
      const moved = poster({ resolve: async () => ['169.254.169.254'], policy: 'private' });
      const pushed = await send(async (parcel) => {
        const posted = await moved(parcel);
        return 'error' in posted ? posted : { status: posted.status, text: '' };
      });
      expect(pushed).toMatchObject({ pushed: [{}, { end: { error: 'address-refused' } }] });
      expect(stage.monitor.calls).toEqual([]);
    });

    it('P-2 the receiver’s key is sealed with the key in front after a rotation, and goes with a removal', async () => {
      await stage.start();
      await configure();
      const { database, master, world } = stage.system;
      const random = (bytes: number) => world.random(bytes);
      const fresh = newMasterKey(random, true);
      const rotated = openKeyring({ ...master, sealing: [...fresh.sealing, ...master.sealing] }, random);
      await reseal(database, rotated, () => undefined);
      const target = () => database.sql.selectFrom('report_target').selectAll().executeTakeFirst();
      const kept = await target();
      for (const column of ['url', 'key'] as const) {
        const sealed = kept?.[`${column}_sealed`] ?? expect.fail('nothing sealed');
        expect(rotated.isStale(sealed)).toBe(false);
        const plain = rotated.open({ table: 'report_target', column, row: 'inst' }, sealed).toString();
        expect(plain).toBe(column === 'key' ? KEY : stage.monitor.url);
      }
      const removing = { institution: 'inst', actor: 'command' };
      expect([
        await removeReports(stage.system, removing),
        await removeReports(stage.system, removing),
      ]).toEqual([true, false]);
      expect(await target()).toBeUndefined();
      expect((await preview()).kind).toBe('refused');
      expect((await trail()).map(({ kind }) => kind)).toEqual(['report.configured', 'report.removed']);
    });

    it('P-6 after a restored backup nothing is sent until somebody names a number beyond the receiver’s', async () => {
      await stage.start();
      await configure({ hourly: 'on' });
      await pass({ session: undefined });
      hourEnds();
      const { database, world } = stage.system;
      const marks = { read: () => 1_000_000, write: () => undefined };
      expect(await spendAfterRestore(database, marks, 'this', world)).toBe(true);
      await hourly().run();
      const held = { kind: 'refused', problems: [expect.stringContaining('--first-seq')] };
      expect([await send(), await preview(), await configure()]).toEqual([held, held, held]);
      const pusher = { institution: 'inst', actor: 'system', isPatient: true };
      expect(await pushRows(dependencies(), pusher)).toMatchObject([{ end: 'not-now' }, { end: 'not-now' }]);
      expect(stage.monitor.calls).toEqual([]);
      expect((await trail()).at(-1)).toMatchObject({
        kind: 'report.held',
        actor: 'system',
        institution: 'inst',
      });
      expect((await configure({ firstSeq: '900', hourly: 'on' })).kind).toBe('configured');
      await hourly().run();
      expect(sentSeqs('score_hist')).toEqual([900]);
    });
  });
}
