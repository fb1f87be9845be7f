import { afterEach, describe, expect, it } from 'vitest';
import type { Phone } from '../../test/support/phone.ts';
import { dialects, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { outcomeOf, tally, wrongCodes } from '../../test/support/wrong-codes.ts';
import {
  releaseRegistration,
  resetRegistration,
  showRegistration,
  unlockRegistration,
} from './operate-registration.ts';

const person = { name: 홍길동.name, phone: 홍길동.phone };
const reason = '전화로 생년월일과 과정을 확인함';
const operation = { phone: person.phone, reason, actor: 'command' };

for (const dialect of dialects) {
  describe(`the help desk on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const trail = async () => {
      const events = await system.database.sql
        .selectFrom('audit_event')
        .select(['kind', 'at', 'learner_id', 'device_id', 'data_json'])
        .where('actor', '=', 'command')
        .where('kind', '!=', 'institution.added')
        .where('kind', '!=', 'api-key.made')
        .orderBy('id')
        .execute();
      return events;
    };
    const deviceOf = ({ thumbprint }: Phone) =>
      system.database.sql
        .selectFrom('device')
        .selectAll()
        .where('thumbprint', '=', thumbprint)
        .executeTakeFirstOrThrow();
    const event = async (kind: string, phone: Phone) => {
      const { id, learner_id: learner } = await deviceOf(phone);
      const data = JSON.stringify({ reason });
      return { kind, at: system.world.now(), learner_id: learner, device_id: id, data_json: data };
    };

    async function lock(phone: Phone): Promise<void> {
      const { token } = await system.openCheck({ occasion: { kind: 'exam', number: 99 } });
      for (const code of wrongCodes(phone, system.world.now(), 5)) await system.answer(token, code);
    }

    async function registerAs(name: string): Promise<string> {
      const made = await system.phone();
      const begun = await made.begin({ ...person, name });
      const proved = await made.prove(begun.json.registration, await system.smsCode(person.phone));
      return proved.json.code ?? 'proved';
    }

    it('O-1 shows how a registration stands, name and number masked', async () => {
      system = await startSystem(dialect);
      const { world } = system;
      await system.registered();
      const replaced = world.now();
      const phone = await system.registered();
      const registered = world.now();
      world.advance(1_000);
      const { token } = await system.openCheck();
      await system.answer(token, phone.code());
      const used = world.now();
      world.advance(60_000);
      await lock(phone);
      expect(registered).toBeGreaterThan(replaced);
      const iso = (at: number) => new Date(at).toISOString();
      expect(await showRegistration(system, { ...operation, phone: '+82 10 1234 5678' })).toEqual({
        kind: 'shown',
        registration: {
          name: '홍*동',
          phone: '5678',
          status: 'active',
          registeredAt: iso(registered),
          proof: 'sms',
          locked: true,
          lockedBecause: 'wrong-codes',
          lockedAt: iso(world.now()),
          failures: 5,
          triesLeft: 0,
          usedAt: iso(used),
          replacedAt: iso(registered),
          nameReleased: false,
          checks: [
            { institution: '한빛', occasion: 'exam 1', method: 'motp', at: iso(used), disputed: false },
          ],
        },
      });
      expect(await trail()).toEqual([await event('registration.shown', phone)]);
    });

    it('O-1 shows a registration that ended, and what was disputed', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await phone.request('POST', '/app-api/device/dispute', {});
      const disputed = await showRegistration(system, operation);
      const at = new Date(system.world.now()).toISOString();
      expect(disputed).toMatchObject({
        registration: { locked: true, lockedBecause: 'disputed', lockedAt: at, disputedAt: at },
      });
      await phone.request('DELETE', '/app-api/device');
      expect(await showRegistration(system, operation)).toMatchObject({
        registration: { status: 'reset', locked: false, endedAt: at },
      });
    });

    it('O-1 a number that nobody has is said so, and is not in the trail', async () => {
      system = await startSystem(dialect);
      await system.registered();
      const none = { ...operation, phone: '010-9999-8888' };
      const operations = [showRegistration, unlockRegistration, resetRegistration, releaseRegistration];
      for (const operate of operations) {
        expect(await operate(system, none)).toEqual({
          kind: 'refused',
          problem:
            'no registration has this number: ask for the number that the app shows under its settings',
        });
      }
      const data = JSON.stringify({ reason, found: false });
      const missed = {
        kind: 'registration.shown',
        at: system.world.now(),
        learner_id: null,
        device_id: null,
      };
      expect(await trail()).toEqual(operations.map(() => ({ ...missed, data_json: data })));
      expect(await showRegistration(system, { ...operation, phone: 'nobody' })).toEqual({
        kind: 'refused',
        problem: 'this is not a phone number',
      });
    });

    it.each([
      ['', 'a reason is needed'],
      ['  ', 'a reason is needed'],
      ['가'.repeat(201), 'longer than 200'],
      ['전화 010-1234-5678', 'eight or more digits'],
      ['전화 ０１０ １２３４ ５６７８', 'eight or more digits'],
      ['한 줄\n두 줄', 'one line'],
    ])('O-5 nothing is done without a reason that may be kept: %j', async (given, problem) => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const operations = [showRegistration, unlockRegistration, resetRegistration, releaseRegistration];
      for (const operate of operations) {
        const refused = await operate(system, { ...operation, reason: given });
        expect(refused).toEqual({ kind: 'refused', problem: expect.stringContaining(problem) });
      }
      expect(await trail()).toEqual([]);
      expect((await deviceOf(phone)).status).toBe('active');
    });

    it('C-5 unlocks after wrong codes, and the count begins anew', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      expect(await unlockRegistration(system, operation)).toEqual({
        kind: 'refused',
        problem: 'this registration is not locked',
      });
      await lock(phone);
      expect(await unlockRegistration(system, operation)).toEqual({ kind: 'done' });
      expect(await deviceOf(phone)).toMatchObject({ failures: 0, failed_json: '[]', locked_at: null });
      expect(await trail()).toEqual([await event('registration.unlocked', phone)]);
      const { token } = await system.openCheck();
      expect(outcomeOf(await system.answer(token, phone.code()))).toBe('passed');
    });

    it('R-5 does not unlock what its holder disputed', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await phone.request('POST', '/app-api/device/dispute', {});
      expect(await unlockRegistration(system, operation)).toMatchObject({
        kind: 'refused',
        problem: expect.stringContaining('a certified identity check lifts this lock'),
      });
      expect((await deviceOf(phone)).locked_because).toBe('disputed');
      expect(await trail()).toEqual([]);
    });

    it('R-8 resets a registration once', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const all = await Promise.all([1, 2, 3].map(() => resetRegistration(system, operation)));
      expect(tally(all.map(({ kind }) => kind))).toEqual({ done: 1, refused: 2 });
      expect(await deviceOf(phone)).toMatchObject({ status: 'reset', seed_sealed: null });
      expect(await trail()).toEqual([await event('registration.reset', phone)]);
      expect(await unlockRegistration(system, operation)).toMatchObject({ kind: 'refused' });
      expect(await registerAs(person.name)).toBe('proved');
    });

    it('R-2a a released number takes another name at its next registration, and keeps that one', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      expect(await registerAs('김영희')).toBe('identity-required');
      expect(await releaseRegistration(system, operation)).toEqual({ kind: 'done' });
      expect(await trail()).toEqual([await event('learner.name-released', phone)]);
      expect((await deviceOf(phone)).status).toBe('active');
      expect(await showRegistration(system, operation)).toMatchObject({
        registration: { nameReleased: true, status: 'active' },
      });
      system.world.advance(1);
      expect(await registerAs('김영희')).toBe('proved');
      expect((await deviceOf(phone)).status).toBe('replaced');
      system.world.advance(1);
      expect(await registerAs(person.name)).toBe('identity-required');
    });

    it('R-5 a release opens the number of a disputed registration, not that registration', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await phone.request('POST', '/app-api/device/dispute', {});
      expect(await registerAs(person.name)).toBe('identity-required');
      expect(await releaseRegistration(system, operation)).toEqual({ kind: 'done' });
      expect((await deviceOf(phone)).locked_because).toBe('disputed');
      system.world.advance(1);
      expect(await registerAs(person.name)).toBe('proved');
      system.world.advance(1);
      expect(await registerAs(person.name)).toBe('proved');
    });

    it('R-5 a release opens a number whose holder withdrew while it was disputed', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await phone.request('POST', '/app-api/device/dispute', {});
      await phone.request('DELETE', '/app-api/learner');
      expect(await registerAs(person.name)).toBe('identity-required');
      expect(await releaseRegistration(system, operation)).toEqual({ kind: 'done' });
      const data = JSON.stringify({ reason });
      const at = system.world.now();
      expect(await trail()).toEqual([
        { kind: 'learner.name-released', at, learner_id: null, device_id: null, data_json: data },
      ]);
      system.world.advance(1);
      expect(await registerAs(person.name)).toBe('proved');
    });

    it('C-5 an unlock and answers at once: the count is exact on either side', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await lock(phone);
      const { token } = await system.openCheck();
      const wrong = wrongCodes(phone, system.world.now(), 8);
      const [unlocked, ...answers] = await Promise.all([
        unlockRegistration(system, operation),
        ...wrong.map((code) => system.answer(token, code)),
      ]);
      expect(unlocked).toEqual({ kind: 'done' });
      const counts = tally(answers.map(outcomeOf));
      const counted = counts['wrong-code'] ?? 0;
      expect(counted + (counts.locked ?? 0)).toBe(8);
      expect(counted).toBeLessThanOrEqual(5);
      const device = await deviceOf(phone);
      expect([device.failures, device.locked_at !== null]).toEqual([counted, counted === 5]);
    });
  });
}
