import { afterEach, describe, expect, it } from 'vitest';
import { runMotp } from '../../../../test/support/processes.ts';
import { dialects } from '../support/system.ts';
import { Client, type Fleet, newLearner, startFleet } from './fleet.ts';

const reason = '전화로 본인을 확인함';

/** The help desk's commands as whoever answers the phone runs them: beside a server that is running. */
describe.each(dialects)('motp registration on %s', (dialect) => {
  let fleet: Fleet;
  afterEach(() => fleet?.close());

  const registration = (verb: string, phone: string, why = reason) =>
    runMotp(['registration', verb, '--phone', phone, '--reason', why], fleet.folder, fleet.env);

  it('C-5 a locked registration is shown, unlocked, and its phone passes again', async () => {
    fleet = await startFleet(dialect);
    const client = new Client(await fleet.start(), fleet);
    const learner = newLearner();
    const phone = await client.registered(learner);
    const { token } = await client.open(learner, 1);
    for (let nth = 0; nth < 5; nth++) await client.answer(token, phone.wrongCode(Date.now(), nth));
    const shown = await registration('show', learner.phone);
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    const last = learner.phone.slice(-4);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      status: 'active',
      locked: true,
      lockedBecause: 'wrong-codes',
      triesLeft: 0,
    });
    expect(shown.stdout).toContain(last);
    expect(shown.stdout).not.toContain(learner.name);
    expect(shown.stdout).not.toContain(learner.phone);
    expect(shown.stdout).not.toContain(learner.phone.replaceAll('-', ''));

    const unlocked = await registration('unlock', learner.phone);
    expect([unlocked.code, unlocked.stdout]).toEqual([0, '']);
    expect(await client.state(token)).toMatchObject({ locked: false, triesLeft: 5 });
    expect((await client.answer(token, phone.code(Date.now()))).json.outcome).toBe('passed');
  });

  it('R-8 a registration is reset and its name released, and every command demands a reason', async () => {
    fleet = await startFleet(dialect);
    const client = new Client(await fleet.start(), fleet);
    const learner = newLearner();
    const phone = await client.registered(learner);
    for (const verb of ['show', 'unlock', 'reset', 'release']) {
      const silent = await registration(verb, learner.phone, ' ');
      expect([silent.code, silent.stdout]).toEqual([1, '']);
      expect(silent.stderr).toContain('a reason is needed');
    }
    expect((await phone.request('GET', '/app-api/device')).json.status).toBe('active');
    expect((await registration('release', learner.phone)).code).toBe(0);
    expect((await registration('reset', learner.phone)).code).toBe(0);
    expect((await phone.request('GET', '/app-api/device')).json.status).toBe('reset');
    const again = await registration('reset', learner.phone);
    expect([again.code, again.stdout]).toEqual([1, '']);
    const other = await client.registered({ ...learner, name: '김영희' });
    expect((await other.request('GET', '/app-api/device')).json).toMatchObject({
      status: 'active',
      learner: { name: '김영희' },
    });
  });
});
