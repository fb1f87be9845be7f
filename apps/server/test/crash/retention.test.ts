import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runMotp } from '../../../../test/support/processes.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { oldCheck } from '../../src/retention/old-rows.fixture.ts';
import { dialects } from '../support/system.ts';
import { type Fleet, startFleet } from './fleet.ts';

const YEAR_MS = 366 * 24 * 60 * 60_000;

/** The clean-up as an operator and as a server do it, in processes of their own. */
describe.each(dialects)('motp retention on %s', (dialect) => {
  let fleet: Fleet;
  let database: Database;
  afterEach(async () => {
    await database?.close();
    await fleet?.close();
  });

  const motp = (...words: string[]) => runMotp(words, fleet.folder, fleet.env);

  async function withOldChecks(count: number): Promise<void> {
    fleet = await startFleet(dialect);
    const address = fleet.env.MOTP_DATABASE ?? '';
    database = openDatabase(dialect === 'sqlite' ? `sqlite:${join(fleet.folder, 'data/motp.db')}` : address);
    const at = Date.now() - 4 * YEAR_MS;
    for (let from = 0; from < count; from += 500) {
      const some = Array.from({ length: Math.min(500, count - from) }, (_, nth) =>
        oldCheck(`old-${from + nth}`, at + nth),
      );
      await database.sql.insertInto('check').values(some).execute();
    }
  }

  const counted = async () => {
    const one = database.sql.selectFrom('check').select((eb) => eb.fn.countAll<number>().as('rows'));
    return Number((await one.executeTakeFirstOrThrow()).rows);
  };

  const tallied = async () => {
    const sum = database.sql
      .selectFrom('retention_tally')
      .select((eb) => eb.fn.sum<number>('cleaned').as('all'));
    return Number((await sum.executeTakeFirstOrThrow()).all ?? 0);
  };

  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  it('P-2 an operator sets the years, sees what would go, and lets it go', async () => {
    await withOldChecks(600);
    for (const years of ['0', 'three']) {
      const refused = await motp('institution', 'retention', '--id', 'inst', '--years', years);
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(refused.stderr).toContain('--years must be a whole number from 1 to 10');
    }
    expect((await motp('institution', 'retention', '--id', 'nobody', '--years', '5')).code).toBe(1);
    const longer = await motp('institution', 'retention', '--id', 'inst', '--years', '5');
    expect(JSON.parse(longer.stdout)).toEqual({ id: 'inst', years: 5, before: 3 });
    const nothing = await motp('retention', 'preview');
    expect([nothing.code, nothing.stdout]).toEqual([0, '']);
    await motp('institution', 'retention', '--id', 'inst', '--years', '3');
    const preview = await motp('retention', 'preview');
    expect(JSON.parse(preview.stdout)).toEqual({
      ...{ what: 'check', institution: 'inst', before: expect.any(String), rows: 600 },
    });
    expect(await counted()).toBe(600);
    const run = await motp('retention', 'run');
    expect([run.code, JSON.parse(run.stdout)]).toEqual([0, { cleaned: 600 }]);
    expect(run.stderr).toContain('100 %  600 of 600');
    expect(await counted()).toBe(0);
    const below = await runMotp(['retention', 'run'], fleet.folder, { ...fleet.env, MOTP_AUDIT_YEARS: '1' });
    expect([below.code, below.stdout]).toEqual([1, '']);
    expect(below.stderr).toContain('MOTP_AUDIT_YEARS must be a whole number from 2 to 10');
  });

  it('P-1 a server cleans up by itself; killed or stopped on the way, what went is counted and the rest is there', async () => {
    const all = 3_000;
    await withOldChecks(all);
    const first = await fleet.start();
    await until(async () => (await counted()) < all);
    await first.kill();
    const afterKill = await counted();
    expect(afterKill + (await tallied())).toBe(all);
    const second = await fleet.start();
    await until(async () => (await counted()) < afterKill);
    expect(await second.stop()).toBe(0);
    expect((await counted()) + (await tallied())).toBe(all);
    await fleet.start();
    await until(async () => (await counted()) === 0);
    await until(async () => (await tallied()) === all);
  });
});
