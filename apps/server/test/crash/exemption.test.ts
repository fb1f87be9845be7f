import { afterEach, describe, expect, it } from 'vitest';
import { runMotp } from '../../../../test/support/processes.ts';
import { dialects } from '../support/system.ts';
import { type Fleet, startFleet } from './fleet.ts';

/** Declaring an outage as an operator does: beside a server that is running. */
describe.each(dialects)('motp exemption on %s', (dialect) => {
  let fleet: Fleet;
  afterEach(() => fleet?.close());

  const exemption = (...words: string[]) => runMotp(['exemption', ...words], fleet.folder, fleet.env);

  it('S-5 a window is opened, listed and closed, and what is wrong is said in words', async () => {
    fleet = await startFleet(dialect);
    await fleet.start();
    const asked = ['open', '--provider', 'sms', '--hours', '2', '--reason', '문자 장애'];
    const nobodys = await exemption(...asked);
    expect([nobodys.code, nobodys.stdout]).toEqual([1, '']);
    expect(nobodys.stderr).toContain('--all-institutions');
    const both = await exemption(...asked, '--all-institutions', '--institution', 'inst');
    expect([both.code, both.stdout]).toEqual([1, '']);
    const opened = await exemption(...asked, '--all-institutions');
    expect(opened.code).toBe(0);
    const { id, until } = JSON.parse(opened.stdout);
    const list = async () => JSON.parse((await exemption('list')).stdout);
    const shown = { id, until, provider: 'sms', institutions: '*', reason: '문자 장애' };
    expect(await list()).toMatchObject({ ...shown, open: true, failing: false, lastFailure: null });
    const closed = await exemption('close', '--id', id, '--reason', '문자 정상');
    expect([closed.code, closed.stdout]).toEqual([0, '']);
    expect(await list()).toMatchObject({ id, open: false, closedAt: expect.any(String) });
    expect((await exemption('close', '--id', id, '--reason', '문자 정상')).code).toBe(1);
  });
});
