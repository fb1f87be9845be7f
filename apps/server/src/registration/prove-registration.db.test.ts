import { afterEach, describe, expect, it } from 'vitest';
import type { Phone } from '../../test/support/phone.ts';
import { dialects, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { outcomeOf, tally } from '../../test/support/wrong-codes.ts';

const person = { name: 홍길동.name, phone: 홍길동.phone };
const times = (count: number) => Array.from({ length: count }, (_, index) => index);

for (const dialect of dialects) {
  describe(`parallel registrations on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    /** A phone whose number is about to be proved. */
    async function pending(learner = person): Promise<{ phone: Phone; registration: string; code: string }> {
      const phone = await system.phone();
      const begun = await phone.begin(learner);
      expect(begun.status).toBe(202);
      const code = await system.smsCode(learner.phone);
      system.world.advance(1);
      return { phone, registration: begun.json.registration, code };
    }

    const devices = async () => {
      const rows = await system.database.sql.selectFrom('device').select(['status', 'seed_sealed']).execute();
      const open = rows.filter(({ status, seed_sealed: seed }) => (status === 'active') !== (seed !== null));
      expect(open).toEqual([]);
      return tally(rows.map(({ status }) => status));
    };

    it('R-5 five phones that prove one number at once end with exactly one active device', async () => {
      system = await startSystem(dialect);
      const all = [];
      for (const _ of times(5)) all.push(await pending());
      const proved = await Promise.all(
        all.map(({ phone, registration, code }) => phone.prove(registration, code)),
      );
      expect(tally(proved.map(({ status }) => String(status)))).toEqual({ '200': 5 });
      expect(await devices()).toEqual({ active: 1, replaced: 4 });
      const seen = await Promise.all(all.map(({ phone }) => phone.request('GET', '/app-api/device')));
      expect(tally(seen.map(({ json }) => json.status))).toEqual({ active: 1, replaced: 4 });
      const learners = await system.database.sql.selectFrom('learner').select('id').execute();
      expect(learners).toHaveLength(1);
      const { token } = await system.openCheck();
      const active = seen.findIndex(({ json }) => json.status === 'active');
      const replaced = all.filter((_, index) => index !== active);
      for (const { phone } of replaced) {
        expect((await system.answer(token, phone.code())).json.reason).toBe('wrong-code');
      }
      expect((await system.answer(token, all[active]?.phone.code() ?? '')).json.outcome).toBe('passed');
    });

    it('R-2a of two names that prove one new number at once the first keeps it', async () => {
      system = await startSystem(dialect);
      const both = [await pending(), await pending({ ...person, name: '김영희' })];
      const proved = await Promise.all(
        both.map(({ phone, registration, code }) => phone.prove(registration, code)),
      );
      expect(tally(proved.map(({ json }) => json.code ?? 'proved'))).toEqual({
        proved: 1,
        'identity-required': 1,
      });
      expect(await devices()).toEqual({ active: 1 });
    });

    it('R-5 one key that proves eight numbers at once ends with exactly one active device', async () => {
      system = await startSystem(dialect);
      const phone = await system.phone();
      const numbers = times(8).map((index) => `010-8765-432${index}`);
      const begun = await Promise.all(numbers.map((number) => phone.begin({ ...person, phone: number })));
      const codes = await Promise.all(numbers.map((number) => system.smsCode(number)));
      const proved = await Promise.all(
        begun.map(({ json }, index) => phone.prove(json.registration, codes[index] ?? '')),
      );
      expect(proved.map(({ status }) => status)).toEqual(numbers.map(() => 200));
      expect(await devices()).toEqual({ active: 1, replaced: 7 });
    });

    it('R-3 the same proof ten times at once gives one device and one seed', async () => {
      system = await startSystem(dialect);
      const { phone, registration, code } = await pending();
      const seeds = new Set<string>();
      const replies = await Promise.all(
        times(10).map(async () => {
          const reply = await phone.prove(registration, code);
          seeds.add(Buffer.from(phone.seed ?? []).toString('hex'));
          return reply;
        }),
      );
      expect(tally(replies.map(({ status }) => String(status)))).toEqual({ '200': 10 });
      expect(new Set(replies.map(({ json }) => json.device)).size).toBe(1);
      expect(seeds.size).toBe(1);
      expect(await devices()).toEqual({ active: 1 });
    });

    it('R-2 of 40 wrong SMS codes at once five are judged', async () => {
      system = await startSystem(dialect);
      const { phone, registration, code } = await pending();
      const wrong = times(41)
        .map((nth) => String(nth).padStart(6, '0'))
        .filter((each) => each !== code)
        .slice(0, 40);
      const replies = await Promise.all(wrong.map((each) => phone.prove(registration, each)));
      expect(tally(replies.map(outcomeOf))).toEqual({ 'wrong-proof': 5, 'registration-over': 35 });
      const left = replies.flatMap(({ json }) => (json.code === 'wrong-proof' ? [json.triesLeft] : []));
      expect(left.sort()).toEqual([0, 1, 2, 3, 4]);
      expect((await phone.prove(registration, code)).json.code).toBe('registration-over');
      expect(await devices()).toEqual({});
    });

    it('R-2 of ten beginnings for one number at once one message is sent', async () => {
      system = await startSystem(dialect, { limits: true });
      const phones = await Promise.all(times(10).map(() => system.phone()));
      const replies = await Promise.all(phones.map((phone) => phone.begin(person)));
      expect(tally(replies.map(({ status, json }) => json.code ?? String(status)))).toEqual({
        '202': 1,
        'message-limit': 9,
      });
      const messages = await system.database.sql.selectFrom('message').select('id').execute();
      expect(messages).toHaveLength(1);
    });

    it('R-2 of 30 beginnings from one address at once twenty are begun', async () => {
      system = await startSystem(dialect, { limits: true });
      const phones = await Promise.all(times(30).map(() => system.phone()));
      const replies = await Promise.all(
        phones.map((phone, index) => phone.begin({ ...person, phone: `010-3000-00${10 + index}` })),
      );
      expect(tally(replies.map(({ status, json }) => json.code ?? String(status)))).toEqual({
        '202': 20,
        'registration-limit': 10,
      });
    });

    it('P-1 a proof of possession that is replayed at once is accepted once', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const dpop = await phone.proof('GET', '/app-api/device');
      const replies = await Promise.all(
        times(20).map(() => system.send({ method: 'GET', path: '/app-api/device', headers: { dpop } })),
      );
      expect(tally(replies.map(({ status, json }) => json.code ?? String(status)))).toEqual({
        '200': 1,
        'proof-replayed': 19,
      });
    });

    it('R-8 a reset and answers at once: after the reset nothing passes', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      const code = phone.code();
      const [answered, reset] = await Promise.all([
        system.answer(token, code),
        phone.request('DELETE', '/app-api/device'),
      ]);
      expect(reset.status).toBe(204);
      expect(['passed', 'not-registered']).toContain(outcomeOf(answered));
      const other = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
      expect(outcomeOf(await system.answer(other.token, code))).toBe('not-registered');
      expect(await devices()).toEqual({ reset: 1 });
    });
  });
}
