import { afterEach, describe, expect, it } from 'vitest';
import type { Phone } from '../../test/support/phone.ts';
import { dialects, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { tally } from '../../test/support/wrong-codes.ts';
import { Certifier } from '../identity/certifier.fixture.ts';
import type { PhoneNumber } from '../learners/rules.ts';

const learner = { name: 홍길동.name, phone: 홍길동.phone };
const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const e164 = (number: string) => `+82${number.slice(1).replaceAll('-', '')}` as PhoneNumber;

for (const dialect of dialects) {
  describe(`identity checks that prove registrations at once on ${dialect}`, () => {
    let system: System;
    let certifier: Certifier;
    afterEach(() => system?.close());

    async function start(): Promise<void> {
      certifier = new Certifier();
      system = await startSystem(dialect, { providers: { phone: certifier } });
    }

    /** A phone that has passed its identity check and has not fetched its seed. */
    async function passed(number = learner.phone) {
      certifier.certifies({ name: learner.name, phone: e164(number), di: 'di-of-홍길동' });
      const phone = await system.phone();
      const begun = await phone.begin({ ...learner, phone: number, proof: 'identity' });
      const { registration } = begun.json as { registration: string };
      const { attempt, completed } = await phone.identify(registration);
      expect(completed.json).toEqual({ outcome: 'passed' });
      return { prove: () => phone.proveByIdentity(registration, attempt), phone, registration, attempt };
    }

    async function pendingMessage() {
      const phone = await system.phone();
      const { registration } = (await phone.begin(learner)).json;
      const code = await system.smsCode(learner.phone);
      return { prove: () => phone.prove(registration, code), phone, registration, code };
    }

    const devices = async () => {
      const rows = await system.database.sql.selectFrom('device').select(['status', 'seed_sealed']).execute();
      const open = rows.filter(({ status, seed_sealed: seed }) => (status === 'active') !== (seed !== null));
      expect(open).toEqual([]);
      return tally(rows.map(({ status }) => status));
    };
    const proveAll = (all: readonly { prove: () => ReturnType<Phone['prove']> }[]) =>
      Promise.all(all.map(({ prove }) => prove()));
    const statuses = (replies: readonly { status: number }[]) =>
      tally(replies.map(({ status }) => String(status)));

    it('R-2 one identity check that is presented ten times at once gives one device and one seed', async () => {
      await start();
      const one = await passed();
      const replies = await proveAll(times(10).map(() => one));
      expect(statuses(replies)).toEqual({ '200': 10 });
      expect(new Set(replies.map(({ json }) => json.device)).size).toBe(1);
      expect(await devices()).toEqual({ active: 1 });
    });

    it('R-5 message and identity check that prove one number at once leave one active device', async () => {
      await start();
      const both = [await pendingMessage(), await passed(), await pendingMessage(), await passed()];
      const replies = await proveAll(both);
      expect(statuses(replies)).toEqual({ '200': 4 });
      expect(await devices()).toEqual({ active: 1, replaced: 3 });
    });

    it('R-5 the code and the identity check of one registration at once give one device', async () => {
      await start();
      const message = await pendingMessage();
      certifier.certifies({ name: learner.name, phone: e164(learner.phone), di: 'di-of-홍길동' });
      const { attempt } = await message.phone.identify(message.registration);
      const { phone, registration } = message;
      const replies = await proveAll([
        message,
        { prove: () => phone.proveByIdentity(registration, attempt) },
      ]);
      expect(statuses(replies)).toEqual({ '200': 2 });
      expect(new Set(replies.map(({ json }) => json.device)).size).toBe(1);
      expect(await devices()).toEqual({ active: 1 });
    });

    it('R-5 one person who proves six numbers at once ends as one learner with one active device', async () => {
      await start();
      const all = [];
      for (const nth of times(6)) all.push(await passed(`010-8765-432${nth}`));
      const replies = await proveAll(all);
      expect(statuses(replies)).toEqual({ '200': 6 });
      expect(await devices()).toEqual({ active: 1, replaced: 5 });
      const learners = await system.database.sql
        .selectFrom('learner')
        .select('id')
        .where('phone_key', 'is not', null)
        .execute();
      expect(learners).toHaveLength(1);
      const former = await system.database.sql.selectFrom('former_value').select('learner_id').execute();
      expect(former.map(({ learner_id: id }) => id)).toEqual(times(5).map(() => learners[0]?.id));
    });
  });
}
