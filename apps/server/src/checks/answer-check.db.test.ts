import { afterEach, describe, expect, it } from 'vitest';
import { dialects, exam, type System, startSystem } from '../../test/support/system.ts';
import { outcomeOf, tally, wrongCodes } from '../../test/support/wrong-codes.ts';
import { tokenHash } from './open-check.ts';
import { gather } from './store.ts';

for (const dialect of dialects) {
  describe(`parallel answers on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const openChecks = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          system.openCheck({ course: { ...exam.course, id: `course-${index}` } }),
        ),
      );

    const device = () => system.database.sql.selectFrom('device').selectAll().executeTakeFirstOrThrow();

    const trail = async () => {
      const events = await system.database.sql
        .selectFrom('audit_event')
        .select(['kind', 'data_json'])
        .where('kind', 'in', ['check.passed', 'check.refused', 'registration.locked'])
        .execute();
      return tally(
        events.map(({ kind, data_json: json }) =>
          [kind, JSON.parse(json ?? '{}').reason].filter(Boolean).join(' '),
        ),
      );
    };

    it('C-7 of 200 right answers to one check one passes', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { id, token } = await system.openCheck();
      const code = phone.code();
      const replies = await Promise.all(Array.from({ length: 200 }, () => system.answer(token, code)));
      expect(tally(replies.map(outcomeOf))).toEqual({ passed: 1, 'check-over': 199 });
      expect(replies.filter(({ status }) => status === 410)).toHaveLength(199);
      const receipts = replies.flatMap(({ json }) => (json.receipt ? [json.receipt] : []));
      const state = await system.send({ method: 'GET', path: `/check/${token}/state` });
      expect(state.json).toMatchObject({ id, status: 'passed', receipt: expect.any(String) });
      expect(receipts[0].split('.')[1]).toBe(state.json.receipt.split('.')[1]);
      expect(await trail()).toEqual({ 'check.passed': 1 });
    });

    it('C-7 of 200 right answers to 20 checks of one learner one passes, the rest is code-used', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const checks = await openChecks(20);
      const code = phone.code();
      const replies = await Promise.all(
        Array.from({ length: 200 }, (_, index) => system.answer(checks[index % 20]?.token ?? '', code)),
      );
      expect(tally(replies.map(outcomeOf))).toEqual({ passed: 1, 'check-over': 9, 'code-used': 190 });
      const refused = replies.filter(({ json }) => json.reason === 'code-used');
      expect(new Set(refused.map(({ json }) => json.triesLeft))).toEqual(new Set([5]));
      const rows = await system.database.sql.selectFrom('check').select(['status']).execute();
      expect(tally(rows.map(({ status }) => status))).toEqual({ passed: 1, open: 19 });
      expect(await device()).toMatchObject({
        last_step: Math.floor(system.world.now() / 60_000),
        failures: 0,
        locked_at: null,
      });
      expect(await trail()).toEqual({ 'check.passed': 1, 'check.refused code-used': 190 });
    });

    it('C-5 of 300 wrong answers over 30 checks five are judged, the rest is locked', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const checks = await openChecks(30);
      const codes = wrongCodes(phone, system.world.now(), 300);
      const replies = await Promise.all(
        codes.map((code, index) => system.answer(checks[index % 30]?.token ?? '', code)),
      );
      expect(tally(replies.map(outcomeOf))).toEqual({ 'wrong-code': 5, locked: 295 });
      const left = (reason: string) =>
        replies.filter(({ json }) => json.reason === reason).map(({ json }) => json.triesLeft);
      expect(left('wrong-code')).toEqual([4, 3, 2, 1, 0]);
      expect(new Set(left('locked'))).toEqual(new Set([0]));
      const row = await device();
      expect(row).toMatchObject({ failures: 5, locked_at: system.world.now(), last_step: -1 });
      expect(JSON.parse(row.failed_json)).toHaveLength(5);
      expect(await trail()).toEqual({
        'check.refused wrong-code': 5,
        'check.refused locked': 295,
        'registration.locked': 1,
      });
      const right = await system.answer(checks[7]?.token ?? '', phone.code());
      expect(right.json).toEqual({ outcome: 'refused', reason: 'locked', triesLeft: 0 });
    });

    it('C-5 of 300 wrong answers to one check five are judged', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      const codes = wrongCodes(phone, system.world.now(), 300);
      const replies = await Promise.all(codes.map((code) => system.answer(token, code)));
      expect(tally(replies.map(outcomeOf))).toEqual({ 'wrong-code': 5, locked: 295 });
      expect(await device()).toMatchObject({ failures: 5, locked_at: system.world.now() });
    });

    it('C-5 the same wrong code 50 times at once costs one try', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      const [code = ''] = wrongCodes(phone, system.world.now(), 1);
      const replies = await Promise.all(Array.from({ length: 50 }, () => system.answer(token, code)));
      expect(tally(replies.map(({ text }) => text))).toEqual({
        '{"outcome":"refused","reason":"wrong-code","triesLeft":4}': 50,
      });
      expect(await device()).toMatchObject({ failures: 1, locked_at: null });
      expect(await trail()).toEqual({ 'check.refused wrong-code': 50 });
    });

    it('C-5 wrong and right codes at once: each sees what came before it', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const checks = await openChecks(9);
      const right = phone.code();
      const codes = wrongCodes(phone, system.world.now(), 8);
      codes.splice(4, 0, right);
      const replies = await Promise.all(
        codes.map((code, index) => system.answer(checks[index]?.token ?? '', code)),
      );
      expect(replies.map(({ json }) => json.triesLeft ?? 'passed')).toEqual([
        4,
        3,
        2,
        1,
        'passed',
        4,
        3,
        2,
        1,
      ]);
      expect(await device()).toMatchObject({ failures: 4, locked_at: null });
    });

    it('C-4a a code ahead of the clock is explained once, costs a try and is spent', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const one = await system.openCheck();
      const ahead = phone.code(system.world.now() + 9 * 60 * 60_000);
      const replies = await Promise.all(Array.from({ length: 10 }, () => system.answer(one.token, ahead)));
      const explained = replies.filter(({ json }) => json.reason === 'clock-off');
      expect(explained.map(({ json }) => [json.triesLeft, json.clockOffset])).toContainEqual([4, 32_400]);
      expect(replies.every(({ json }) => json.triesLeft === 4)).toBe(true);
      const step = Math.floor(system.world.now() / 60_000) + 9 * 60;
      expect(await device()).toMatchObject({ failures: 1, spent_json: `[${step}]` });
      system.world.advance(9 * 60 * 60_000);
      const late = await system.openCheck({ course: { ...exam.course, id: 'late' } });
      expect((await system.answer(late.token, ahead)).json.reason).toBe('code-used');
    });

    it('C-5 an answer to another check of the same learner waits for the batch that is under way', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const [one, other] = await openChecks(2);
      let isAnswered = false;
      const answering = await system.database.transaction(async (tx) => {
        expect(await gather(tx, [tokenHash(one?.token ?? '')])).toHaveLength(1);
        const reply = system.answer(other?.token ?? '', phone.code()).finally(() => {
          isAnswered = true;
        });
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(isAnswered).toBe(false);
        return { reply };
      });
      expect(outcomeOf(await answering.reply)).toBe('passed');
    });

    it('C-9 a code for an unknown check changes nothing, in a batch with others', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      const unknown = 'A'.repeat(43);
      const code = phone.code();
      const replies = await Promise.all([unknown, token, unknown].map((each) => system.answer(each, code)));
      expect(replies.map(outcomeOf)).toEqual(['check-unknown', 'passed', 'check-unknown']);
    });
  });
}
