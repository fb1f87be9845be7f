import { readdirSync, readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dialects, exam, type System, startSystem, systemOver, 홍길동 } from '../../test/support/system.ts';
import { outcomeOf } from '../../test/support/wrong-codes.ts';
import { record } from '../audit/record.ts';
import { openExemption } from '../exemptions/operate-exemption.ts';
import { setWebhook } from '../webhooks/manage-endpoint.ts';
import { reopenDeployment } from './close-deployment.ts';
import {
  checked,
  contentsOf,
  exported,
  fillEveryTable,
  imported,
  openStage,
  rowsIn,
  type Stage,
} from './stage.fixture.ts';
import { standingProblem } from './transfer-mark.ts';

const ways = [
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
  ['sqlite', 'sqlite'],
  ['postgres', 'postgres'],
] as const;

let stage: Stage;
let system: System;
const others: System[] = [];
beforeEach(() => {
  stage = openStage();
});
afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
  await system?.close();
  await stage.close();
});

async function moved(to: (typeof dialects)[number]): Promise<System> {
  const target = await stage.target(to);
  await imported(target, stage.file('motp.export'), system);
  const over = await systemOver(target, system);
  others.push(over);
  return over;
}

const examOf = (number: number) => ({ occasion: { kind: 'exam', number } });

describe.each(ways)('a deployment that moves from %s to %s', (from, to) => {
  it('P-4 has every row of every table, as it was', async () => {
    system = await startSystem(from);
    await system.registered();
    await fillEveryTable(system);
    const before = await contentsOf(system.database);
    const total = Object.values(before).reduce((sum, rows) => sum + rows.length, 0);
    const out = await exported(system, stage.file('motp.export'), false);
    expect(out.rows).toBe(total);
    const target = await stage.target(to);
    expect(await imported(target, stage.file('motp.export'), system)).toEqual({
      rows: total,
      resumed: false,
    });
    const after = await contentsOf(target);
    const { device: [spent, ...devices] = [], audit_event: trail, ...rest } = after;
    const { device: [active, ...ended] = [], audit_event: told, ...others } = before;
    expect(rest).toEqual(others);
    expect(devices).toEqual(ended);
    expect(spent).toEqual({ ...active, last_step: Math.floor((system.world.now() + 10_000) / 60_000) });
    expect(trail.slice(0, told.length)).toEqual(told);
    expect(trail.slice(told.length)).toMatchObject([
      { kind: 'deployment.imported', actor: 'command', at: system.world.now() },
    ]);
    expect(JSON.parse(String(trail.at(-1)?.data_json))).toEqual({
      exportedAt: system.world.now(),
      final: false,
      rows: total,
    });
  });

  it('C-7 passes the phone that was registered before, and no code that was used before', async () => {
    system = await startSystem(from);
    const phone = await system.registered();
    const used = phone.code();
    const first = await system.openCheck(examOf(1));
    expect(outcomeOf(await system.answer(first.token, used))).toBe('passed');
    const open = await system.openCheck(examOf(2));
    await exported(system, stage.file('motp.export'));
    const there = await moved(to);
    expect((await there.answer(open.token, used)).json).toMatchObject({ code: 'check-over' });
    const second = await there.openCheck(examOf(3));
    expect(outcomeOf(await there.answer(second.token, used))).toBe('code-used');
    system.world.advance(60_000);
    expect(outcomeOf(await there.answer(second.token, phone.code()))).toBe('passed');
  });

  it('C-7 accepts no code that the source took after its export', async () => {
    system = await startSystem(from);
    const phone = await system.registered();
    await exported(system, stage.file('motp.export'), false);
    system.world.advance(47_000);
    const early = phone.code(system.world.now() + 10_000);
    const check = await system.openCheck(examOf(1));
    expect(outcomeOf(await system.answer(check.token, early))).toBe('passed');
    const there = await moved(to);
    const again = await there.openCheck(examOf(2));
    expect(outcomeOf(await there.answer(again.token, early))).toBe('code-used');
  });

  it('O-3 keeps its API keys, the keys of its receipts, and the numbers that the database gives', async () => {
    system = await startSystem(from);
    const phone = await system.registered();
    const check = await system.openCheck(examOf(1));
    await system.answer(check.token, phone.code());
    const headers = { authorization: `Bearer ${system.institution.apiKey}` };
    const read = (where: System) => where.send({ method: 'GET', path: `/v1/checks/${check.id}`, headers });
    const keys = (where: System) => where.send({ method: 'GET', path: '/.well-known/jwks.json' });
    await exported(system, stage.file('motp.export'), false);
    const there = await moved(to);
    const [here, after] = [await read(system), await read(there)];
    expect(after.json.status).toBe('passed');
    const claims = ({ json }: typeof here) =>
      JSON.parse(Buffer.from(json.receipt.split('.')[1], 'base64url').toString());
    expect(claims(after)).toEqual(claims(here));
    expect((await keys(there)).json).toEqual((await keys(system)).json);
    const before = await rowsIn(system.database, 'audit_event');
    const [imported] = (await rowsIn(there.database, 'audit_event')).slice(before.length);
    expect(Number(imported?.id)).toBeGreaterThan(Math.max(...before.map(({ id }) => Number(id))));
  });
});

describe.each(dialects)('a deployment that is closed on %s', (dialect) => {
  it('C-7 takes no answer any more, however many servers still run, and says why', async () => {
    system = await startSystem(dialect);
    const phone = await system.registered();
    const check = await system.openCheck(examOf(1));
    expect((await system.send({ method: 'GET', path: '/readyz' })).status).toBe(200);
    await exported(system, stage.file('motp.export'));
    expect((await system.send({ method: 'GET', path: '/readyz' })).status).toBe(503);
    expect((await system.answer(check.token, phone.code())).status).toBe(503);
    const headers = { authorization: `Bearer ${system.institution.apiKey}` };
    const opening = { method: 'POST', path: '/v1/checks', headers, body: { ...exam, ...examOf(2) } } as const;
    expect((await system.send(opening)).status).toBe(503);
    expect(await standingProblem(system.database)).toMatchObject({ state: 'closed' });
    const [file] = [await checked(stage.file('motp.export'), system)];
    expect(file.head.final).toBe(true);
    // Interrupted before the file was complete: the same command again, and nothing was written in between.
    await exported(system, stage.file('again.export'));
    expect((await checked(stage.file('again.export'), system)).totals).toEqual(file.totals);
  });

  it('C-7 is closed between two answers: what was accepted is in the file, what is not was refused', async () => {
    system = await startSystem(dialect);
    const people = Array.from({ length: 8 }, (_, nth) => ({
      id: `trainee-${nth}`,
      name: 홍길동.name,
      phone: `010-4000-000${nth}`,
    }));
    const phones = [];
    const tokens: string[] = [];
    for (const learner of people) {
      phones.push(await system.registered({ name: learner.name, phone: learner.phone }));
      tokens.push((await system.openCheck({ learner, ...examOf(1) })).token);
    }
    const answers: Promise<string>[] = [];
    for (const [nth, phone] of phones.entries()) {
      answers.push(system.answer(tokens[nth] ?? '', phone.code()).then(outcomeOf));
      if (nth === 3) await answers[0];
      if (nth === 5) answers.push(exported(system, stage.file('motp.export')).then(() => 'exported'));
    }
    const outcomes = await Promise.all(answers);
    const passed = outcomes.filter((outcome) => outcome === 'passed').length;
    const refused = outcomes.filter((outcome) => outcome === 'unavailable').length;
    expect([passed + refused, outcomes.includes('exported')]).toEqual([8, true]);
    const there = await moved(dialect);
    const checks = await rowsIn(there.database, 'check');
    expect(checks.filter(({ status }) => status === 'passed').length).toBe(passed);
  });

  it('P-6 is taken up again as a backup that was put back', async () => {
    system = await startSystem(dialect);
    await expect(reopenDeployment(system.database, system.world)).rejects.toThrow('not closed');
    const phone = await system.registered();
    const asked = {
      provider: 'sms',
      institutions: '*',
      hours: 2,
      reason: '문자 장애',
      actor: 'command',
    } as const;
    await openExemption(system, asked);
    await exported(system, stage.file('motp.export'));
    const code = phone.code();
    await reopenDeployment(system.database, system.world);
    expect(await standingProblem(system.database)).toBeUndefined();
    expect(await rowsIn(system.database, 'exemption_window')).toMatchObject([
      { closed_at: system.world.now() },
    ]);
    const check = await system.openCheck(examOf(1));
    expect(outcomeOf(await system.answer(check.token, code))).toBe('code-used');
    system.world.advance(60_000);
    expect(outcomeOf(await system.answer(check.token, phone.code()))).toBe('passed');
    const kinds = (await rowsIn(system.database, 'audit_event')).map(({ kind }) => kind);
    expect(kinds.filter((kind) => String(kind).startsWith('deployment.'))).toEqual([
      'deployment.closed',
      'deployment.reopened',
    ]);
  });

  it('P-6 has no exemption window open in its new place', async () => {
    system = await startSystem(dialect);
    const asked = {
      provider: 'sms',
      institutions: '*',
      hours: 2,
      reason: '문자 장애',
      actor: 'command',
    } as const;
    await openExemption(system, asked);
    await exported(system, stage.file('motp.export'));
    const there = await moved(dialect);
    expect(await rowsIn(there.database, 'exemption_window')).toMatchObject([
      { closed_at: system.world.now() },
    ]);
  });

  it('P-4 an export is one state, whatever is written while it runs', async () => {
    system = await startSystem(dialect);
    const { database, world } = system;
    await system.registered();
    const before = await rowsIn(database, 'audit_event');
    await database.snapshot(async (tx) => {
      await tx.sql.selectFrom('deployment').selectAll().execute();
      if (dialect === 'postgres') {
        await database.transaction((other) =>
          record(other, { at: world.now(), kind: 'database.behind', actor: 'system' }),
        );
      }
      const { rows } = await tx.sql
        .selectFrom('audit_event')
        .select((eb) => eb.fn.countAll().as('rows'))
        .executeTakeFirstOrThrow();
      expect(Number(rows)).toBe(before.length);
    });
  });

  it('P-2 nothing personal and no course is in the clear in the file, which its owner alone reads', async () => {
    system = await startSystem(dialect);
    const { database, keyring, world } = system;
    const phone = await system.registered();
    const { id } = await system.openCheck(examOf(1));
    const webhooks = {
      database,
      keyring,
      world,
      resolve: async () => ['93.184.215.14'],
      policy: 'public',
    } as const;
    await setWebhook(webhooks, { institution: 'inst', actor: 'command' }, 'https://lms.example/motp');
    const path = stage.file('motp.export');
    await exported(system, path);
    const bytes = readFileSync(path);
    const [learner] = await rowsIn(database, 'learner');
    const known = [
      ...[
        홍길동.name,
        '12345678',
        '1234-5678',
        exam.course.title,
        exam.course.id,
        홍길동.id,
        'inst',
        'lms.example',
      ],
      ...[id, String(learner?.id), String(learner?.phone_key), phone.thumbprint, 'learner', 'transfer"'],
    ];
    expect(known.filter((text) => bytes.includes(text))).toEqual([]);
    expect(bytes.includes(Buffer.from(phone.seed ?? expect.fail('no seed')))).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(stage.folder)).toEqual(['motp.export']);
  });
});
