import { afterEach, describe, expect, it } from 'vitest';
import type { Phone } from '../../test/support/phone.ts';
import { dialects, LMS_ORIGIN, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { outcomeOf, tally, wrongCodes } from '../../test/support/wrong-codes.ts';
import { Certifier } from '../identity/certifier.fixture.ts';
import { addInstitution } from '../institutions/add-institution.ts';
import type { PhoneNumber } from '../learners/rules.ts';
import { dispute } from './dispute.ts';

const DAY_MS = 24 * 60 * 60_000;
const person = { name: 홍길동.name, phone: 홍길동.phone };
const phone = '+821012345678' as PhoneNumber;

for (const dialect of dialects) {
  describe(`“this was not me” on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const start = async () => {
      const certifier = new Certifier();
      system = await startSystem(dialect, { providers: { phone: certifier } });
      return certifier;
    };
    const say = (who: Phone, check?: string) => dispute(system, who.thumbprint, check);
    const done = { kind: 'disputed' };
    const deviceOf = ({ thumbprint }: Phone) =>
      system.database.sql
        .selectFrom('device')
        .selectAll()
        .where('thumbprint', '=', thumbprint)
        .executeTakeFirstOrThrow();
    const trail = async () => {
      const events = await system.database.sql
        .selectFrom('audit_event')
        .select(['kind', 'institution_id', 'device_id', 'check_id', 'data_json'])
        .where('kind', 'in', ['learner.disputed', 'registration.locked'])
        .orderBy('id')
        .execute();
      return events.map((event) => [
        event.kind,
        event.institution_id,
        event.device_id,
        event.check_id,
        event.data_json,
      ]);
    };
    const locked = JSON.stringify({ because: 'disputed' });

    async function passed(who: Phone, number = 1): Promise<string> {
      const { id, token } = await system.openCheck({ occasion: { kind: 'exam', number } });
      expect(outcomeOf(await system.answer(token, who.code()))).toBe('passed');
      system.world.advance(60_000);
      return id;
    }

    /** What becomes of a registration of this number that is proved by its message. */
    async function registerAgain(name = person.name): Promise<[Phone, string]> {
      const made = await system.phone();
      const begun = await made.begin({ ...person, name });
      const proved = await made.prove(begun.json.registration, await system.smsCode(person.phone));
      return [made, proved.json.code ?? 'proved'];
    }

    it('R-5 a check that was not me locks this registration, and its institution is told', async () => {
      await start();
      const own = await system.registered();
      const check = await passed(own);
      expect(await say(own, check)).toEqual(done);
      const now = system.world.now();
      const device = await deviceOf(own);
      expect(device).toMatchObject({ locked_at: now, locked_because: 'disputed', disputed_at: now });
      const expected = [
        ['registration.locked', null, device.id, null, locked],
        ['learner.disputed', 'inst', device.id, check, null],
      ];
      expect(await trail()).toEqual(expected);
      system.world.advance(1_000);
      expect(await say(own, check)).toEqual(done);
      expect(await say(own)).toEqual(done);
      expect(await trail()).toEqual(expected);
      expect(await deviceOf(own)).toEqual(device);
    });

    it('R-5 another check of a registration that is locked already is told of, and locks nothing twice', async () => {
      await start();
      const own = await system.registered();
      const [first, second] = [await passed(own, 1), await passed(own, 2)];
      await say(own, first);
      await say(own, second);
      const { id } = await deviceOf(own);
      expect((await trail()).slice(1)).toEqual([
        ['learner.disputed', 'inst', id, first, null],
        ['learner.disputed', 'inst', id, second, null],
      ]);
    });

    it('R-5 without a check every institution of the last 90 days is told, the others are not', async () => {
      await start();
      const own = await system.registered();
      const added = await addInstitution(system.database, system.world, {
        id: 'other',
        name: '다른',
        origins: [LMS_ORIGIN],
      });
      if (added.kind !== 'added') throw new Error('not added');
      const older = await passed(own);
      system.world.advance(90 * DAY_MS);
      await system.database.sql
        .updateTable('check')
        .set({ institution_id: 'other' })
        .where('id', '=', older)
        .execute();
      await passed(own, 2);
      await say(own);
      const { id } = await deviceOf(own);
      expect(await trail()).toEqual([
        ['registration.locked', null, id, null, locked],
        ['learner.disputed', null, id, null, null],
        ['learner.disputed', 'inst', id, null, null],
      ]);
    });

    it('R-5 an institution where the learner passed by an identity check is told, another name’s is not', async () => {
      const certifier = await start();
      for (const [id, name] of [
        ['other', '홍길동'],
        ['third', '김영희'],
      ] as const) {
        certifier.certifies({ name, phone });
        await addInstitution(system.database, system.world, { id, name: id, origins: [LMS_ORIGIN] });
        const checked = await system.openCheck({
          learner: { ...홍길동, id: `of-${id}`, name },
          occasion: { kind: 'exam', number: 90 },
        });
        const begun = await system.send({
          method: 'POST',
          path: `/check/${checked.token}/identity`,
          body: { method: 'phone' },
        });
        const { attempt, secret } = begun.json;
        const body = { secret, parameters: {} };
        const completed = await system.send({ method: 'POST', path: `/identity/return/${attempt}`, body });
        expect(completed.json.outcome).toBe('passed');
        await system.database.sql
          .updateTable('check')
          .set({ institution_id: id })
          .where('id', '=', checked.id)
          .execute();
      }
      const own = await system.registered();
      const [next] = await registerAgain();
      expect((await deviceOf(own)).status).toBe('replaced');
      await say(next);
      const told = await system.database.sql
        .selectFrom('audit_event')
        .select(['kind', 'institution_id'])
        .where('kind', 'in', ['registration.replaced', 'learner.disputed'])
        .where('institution_id', 'is not', null)
        .orderBy('id')
        .execute();
      expect(told).toEqual([
        { kind: 'registration.replaced', institution_id: 'other' },
        { kind: 'learner.disputed', institution_id: 'other' },
      ]);
    });

    it('R-5 a check of somebody else, of another phone, or one that is not passed cannot be named', async () => {
      await start();
      const old = await system.registered();
      const before = await passed(old);
      const [own] = await registerAgain();
      const open = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
      for (const check of [before, open.id, 'chk_unknown']) {
        expect(await say(own, check)).toEqual({ kind: 'refused', reason: 'check-unknown' });
      }
      expect(await trail()).toEqual([]);
      expect((await deviceOf(own)).locked_at).toBeNull();
    });

    it('R-5 a replaced app locks the registration that took its place, once', async () => {
      const certifier = await start();
      const old = await system.registered();
      const check = await passed(old);
      const [thief] = await registerAgain();
      expect(await say(old)).toEqual(done);
      const [replaced, active] = [await deviceOf(old), await deviceOf(thief)];
      const now = system.world.now();
      expect(replaced).toMatchObject({ status: 'replaced', locked_at: null, disputed_at: now });
      expect(active).toMatchObject({ locked_at: now, locked_because: 'disputed', disputed_at: null });
      expect(await trail()).toEqual([
        ['registration.locked', null, active.id, null, locked],
        ['learner.disputed', null, replaced.id, null, null],
        ['learner.disputed', 'inst', replaced.id, null, null],
      ]);
      certifier.certifies({ name: person.name, phone });
      const ask = { method: 'phone', purpose: 'unlock' };
      const { attempt, secret } = (await thief.request('POST', '/app-api/device/identity', ask)).json;
      const path = `/identity/return/${attempt}`;
      const back = await system.send({ method: 'POST', path, body: { secret, parameters: {} } });
      expect(back.json).toEqual({ outcome: 'passed' });
      expect(await say(old)).toEqual(done);
      expect(await deviceOf(thief)).toMatchObject({ locked_at: null, locked_because: null });
      expect(await say(old, check)).toEqual(done);
      expect(await trail()).toHaveLength(4);
    });

    it.each([
      [30 * DAY_MS - 1, done],
      [30 * DAY_MS, { kind: 'refused', reason: 'device-over' }],
    ])('R-5 a replaced app may say so for 30 days: after %i ms', async (after, expected) => {
      await start();
      const old = await system.registered();
      const [thief] = await registerAgain();
      system.world.time = ((await deviceOf(old)).ended_at ?? 0) + after;
      expect(await say(old)).toEqual(expected);
      expect((await deviceOf(thief)).locked_because).toBe(expected === done ? 'disputed' : null);
    });

    it('R-5 an app that was reset, or a key that nobody knows, disputes nothing', async () => {
      await start();
      const own = await system.registered();
      await own.request('DELETE', '/app-api/device');
      expect(await say(own)).toEqual({ kind: 'refused', reason: 'device-over' });
      const stranger = await system.phone();
      expect(await say(stranger)).toEqual({ kind: 'refused', reason: 'device-unknown' });
    });

    it('R-5 a lock after wrong codes becomes one that only a certified identity check lifts', async () => {
      await start();
      const own = await system.registered();
      const { token } = await system.openCheck();
      for (const code of wrongCodes(own, system.world.now(), 5)) await system.answer(token, code);
      const before = await deviceOf(own);
      expect(before).toMatchObject({ locked_at: system.world.now(), locked_because: null });
      system.world.advance(1_000);
      await say(own);
      expect(await deviceOf(own)).toMatchObject({ locked_at: before.locked_at, locked_because: 'disputed' });
    });

    it('R-5 no SMS puts a new registration in the place of a disputed one, a certified identity check does', async () => {
      const certifier = await start();
      const own = await system.registered();
      await say(own);
      const [made, refused] = await registerAgain();
      expect(refused).toBe('identity-required');
      expect((await deviceOf(own)).status).toBe('active');
      const begun = (await made.begin(person)).json.registration;
      const path = `/app-api/registrations/${begun}`;
      const { attempt, secret } = (await made.request('POST', `${path}/identity`, { method: 'phone' })).json;
      certifier.certifies({ name: person.name, phone });
      await system.send({
        method: 'POST',
        path: `/identity/return/${attempt}`,
        body: { secret, parameters: {} },
      });
      system.world.advance(1);
      expect((await made.request('POST', `${path}/proof`, { attempt })).status).toBe(200);
      expect((await registerAgain())[1]).toBe('proved');
    });

    it('R-5 C-6 whose phone was replaced passes a check by an identity check and opens no stranger’s phone', async () => {
      const certifier = await start();
      const own = await system.registered();
      const [thief] = await registerAgain();
      await say(own);
      certifier.certifies({ name: person.name, phone });
      const { token } = await system.openCheck();
      const path = `/check/${token}/identity`;
      const begun = await system.send({ method: 'POST', path, body: { method: 'phone' } });
      const { attempt, secret } = begun.json;
      const body = { secret, parameters: {} };
      const completed = await system.send({ method: 'POST', path: `/identity/return/${attempt}`, body });
      expect(completed.json).toEqual({ outcome: 'passed' });
      expect(await deviceOf(thief)).toMatchObject({ locked_because: 'disputed' });
      const next = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
      expect((await system.answer(next.token, thief.code())).json.reason).toBe('locked');
      const unlock = await thief.request('POST', '/app-api/device/identity', {
        ...{ method: 'phone', purpose: 'unlock' },
      });
      const unlocked = await system.send({
        method: 'POST',
        path: `/identity/return/${unlock.json.attempt}`,
        body: { secret: unlock.json.secret, parameters: {} },
      });
      expect(unlocked.json).toEqual({ outcome: 'passed' });
      expect(await deviceOf(thief)).toMatchObject({ locked_at: null, locked_because: null });
    });

    it('R-5 a reset of the disputed registration lets no SMS in', async () => {
      await start();
      const own = await system.registered();
      const [thief] = await registerAgain();
      await say(own);
      await thief.request('DELETE', '/app-api/device');
      expect((await registerAgain())[1]).toBe('identity-required');
    });

    it('R-5 whoever withdraws a disputed registration leaves a number that no SMS registers for 30 days', async () => {
      await start();
      const own = await system.registered();
      const [thief] = await registerAgain();
      await say(own);
      expect((await thief.request('DELETE', '/app-api/learner')).status).toBe(204);
      const until = system.world.now() + 30 * DAY_MS;
      expect((await registerAgain('김영희'))[1]).toBe('identity-required');
      system.world.time = until - 2;
      expect((await registerAgain())[1]).toBe('identity-required');
      system.world.time = until;
      expect((await registerAgain())[1]).toBe('proved');
    });

    it('R-5 “this was not me” said ten times at once locks once', async () => {
      await start();
      const old = await system.registered();
      const [thief] = await registerAgain();
      const said = await Promise.all(Array.from({ length: 10 }, () => say(old)));
      expect(tally(said.map(({ kind }) => kind))).toEqual({ disputed: 10 });
      const [{ id: replaced }, { id: active }] = [await deviceOf(old), await deviceOf(thief)];
      expect(await trail()).toEqual([
        ['registration.locked', null, active, null, locked],
        ['learner.disputed', null, replaced, null, null],
      ]);
    });

    it('R-5 a dispute and answers at once: what is not passed before is locked', async () => {
      await start();
      const own = await system.registered();
      const checks = [];
      for (let number = 1; number <= 8; number++) {
        checks.push(await system.openCheck({ occasion: { kind: 'exam', number } }));
      }
      const code = own.code();
      const [said, ...answers] = await Promise.all([
        say(own),
        ...checks.map(({ token }) => system.answer(token, code)),
      ]);
      expect(said).toEqual(done);
      const outcomes = tally(answers.map(outcomeOf));
      expect(outcomes.passed ?? 0).toBeLessThanOrEqual(1);
      expect((outcomes.passed ?? 0) + (outcomes['code-used'] ?? 0) + (outcomes.locked ?? 0)).toBe(8);
      expect(await deviceOf(own)).toMatchObject({ locked_because: 'disputed', failures: 0 });
      system.world.advance(60_000);
      const { token } = await system.openCheck({ occasion: { kind: 'exam', number: 9 } });
      expect(outcomeOf(await system.answer(token, own.code()))).toBe('locked');
    });

    it('R-5 a dispute and a registration at once end with a lock on the one that stands', async () => {
      await start();
      const old = await system.registered();
      await registerAgain();
      const made = await system.phone();
      const begun = await made.begin(person);
      const code = await system.smsCode(person.phone);
      const [said, proved] = await Promise.all([say(old), made.prove(begun.json.registration, code)]);
      expect(said).toEqual(done);
      expect([200, 422]).toContain(proved.status);
      const active = await system.database.sql
        .selectFrom('device')
        .selectAll()
        .where('status', '=', 'active')
        .execute();
      expect(active).toMatchObject([{ locked_because: 'disputed' }]);
    });
  });
}
