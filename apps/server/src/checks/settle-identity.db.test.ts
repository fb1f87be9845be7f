import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem, TestWorld, 홍길동 } from '../../test/support/system.ts';
import { Certifier } from '../identity/certifier.fixture.ts';
import type { PhoneNumber } from '../learners/rules.ts';

const MINUTE = 60_000;
const phone = '+821012345678' as PhoneNumber;
const other = '+821087654321' as PhoneNumber;
const person = { name: '홍길동', phone, birthDate: '1990-01-31', di: 'di-of-홍길동' };
const birthDate = '1990-01-31';

for (const dialect of dialects) {
  describe(`identity checks of checks on ${dialect}`, () => {
    let system: System;
    let certifier: Certifier;
    let ipin: Certifier;

    beforeEach(async () => {
      certifier = new Certifier();
      ipin = new Certifier({ phone: false }, 'ipin-certifier');
      system = await startSystem(dialect, {
        world: new TestWorld(),
        providers: { phone: certifier, ipin },
      });
      certifier.certifies(person);
    });
    afterEach(() => system.close());

    const begin = (token: string, method = 'phone') =>
      system.send({ method: 'POST', path: `/check/${token}/identity`, body: { method } });
    const complete = (attempt: string, secret: string, parameters = {}) =>
      system.send({ method: 'POST', path: `/identity/return/${attempt}`, body: { secret, parameters } });
    const state = async (token: string) =>
      (await system.send({ method: 'GET', path: `/check/${token}/state` })).json;
    const identify = async (token: string, method = 'phone') => {
      const { attempt, secret } = (await begin(token, method)).json;
      return complete(attempt, secret);
    };
    const kinds = async (kind: string) =>
      (
        await system.database.sql
          .selectFrom('audit_event')
          .select('data_json')
          .where('kind', '=', kind as never)
          .execute()
      ).map(({ data_json: data }) => JSON.parse(data ?? '{}'));
    /** Five wrong codes of a registered phone. */
    const lock = async () => {
      const app = await system.registered();
      const { token } = await system.openCheck({ occasion: { kind: 'exam', number: 99 } });
      for (let nth = 0; nth < 5; nth++) await system.answer(token, app.wrongCode(undefined, nth));
      return app;
    };

    it('C-6 a learner without a phone app passes with a certified person, and the receipt says how', async () => {
      const { token, id } = await system.openCheck();
      expect((await state(token)).methods).toEqual(['motp', 'phone']);
      const begun = await begin(token);
      expect(begun.status).toBe(200);
      expect(begun.json).toEqual({
        attempt: expect.stringMatching(/^idt_[\w-]{43}$/),
        secret: expect.stringMatching(/^[\w-]{43}$/),
        url: expect.stringContaining('https://certifier.example/'),
        window: 'http://localhost:4000/identity/go',
        expiresAt: new Date(system.world.now() + 10 * MINUTE).toISOString(),
      });
      expect(certifier.started[0]).toMatchObject({
        returnUrl: `http://localhost:4000/identity/return/${begun.json.attempt}`,
        person: { name: '홍길동', phone },
      });
      const completed = await complete(begun.json.attempt, begun.json.secret);
      expect([completed.status, completed.json]).toEqual([200, { outcome: 'passed' }]);
      expect(await state(token)).toMatchObject({ status: 'passed', method: 'phone', registered: false });
      const seen = await system.send({
        method: 'GET',
        path: `/v1/checks/${id}`,
        headers: { authorization: `Bearer ${system.institution.apiKey}` },
      });
      const claims = JSON.parse(Buffer.from(seen.json.receipt.split('.')[1], 'base64url').toString());
      expect(claims).toMatchObject({ jti: id, method: 'phone', amr: ['sms'] });
      expect(claims).not.toHaveProperty('device');
      expect(JSON.stringify(claims)).not.toContain('홍길동');
    });

    it.each([
      ['name', { ...person, name: '김영희' }],
      ['phone', { ...person, phone: other }],
      ['phone', { name: '홍길동', phone: other }],
    ])('C-6 a person who differs in the %s passes nothing, and the state says which', async (field, said) => {
      certifier.certifies(said as typeof person);
      const { token } = await system.openCheck();
      const refused = { outcome: 'refused', reason: 'identity-differs', field };
      expect((await identify(token)).json).toEqual(refused);
      expect(await state(token)).toMatchObject({ status: 'open', identity: refused });
      system.world.advance(1);
      await begin(token);
      expect(await state(token)).not.toHaveProperty('identity');
    });

    it('C-6 the name alone never passes', async () => {
      certifier.certifies({ name: '홍길동' } as typeof person);
      const { token } = await system.openCheck();
      expect((await identify(token)).json).toEqual({ outcome: 'refused', reason: 'identity-failed' });
      expect((await state(token)).status).toBe('open');
    });

    it('C-6 i-PIN is offered where a birth date or a kept DI can be compared, and the DI is kept by number', async () => {
      ipin.certifies({ name: '홍길동', birthDate: '1990-01-31', di: person.di } as typeof person);
      const first = await system.openCheck();
      expect((await begin(first.token, 'ipin')).json.code).toBe('identity-unavailable');
      expect((await identify(first.token)).json).toEqual({ outcome: 'passed' });
      const second = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
      expect((await state(second.token)).methods).toEqual(['motp', 'phone', 'ipin']);
      expect((await identify(second.token, 'ipin')).json).toEqual({ outcome: 'passed' });
      const third = await system.openCheck({ occasion: { kind: 'exam', number: 3 } });
      ipin.certifies({ name: '홍길동', birthDate: '1990-01-31', di: 'another' } as typeof person);
      expect((await identify(third.token, 'ipin')).json).toMatchObject({ reason: 'identity-differs' });
      const dated = { ...홍길동, birthDate };
      const fourth = await system.openCheck({ learner: dated, occasion: { kind: 'exam', number: 4 } });
      expect((await identify(fourth.token, 'ipin')).json).toEqual({ outcome: 'passed' });
    });

    it('C-6 the lock is lifted when the person matches the registration too, and a right code passes again', async () => {
      const app = await lock();
      const { token } = await system.openCheck();
      expect(await state(token)).toMatchObject({ locked: true, triesLeft: 0 });
      expect((await identify(token)).json).toEqual({ outcome: 'passed' });
      expect(await kinds('registration.unlocked')).toEqual([{ because: 'identity' }]);
      const next = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
      expect(await state(next.token)).toMatchObject({ locked: false, triesLeft: 5 });
      system.world.advance(MINUTE);
      expect((await system.answer(next.token, app.code())).json.outcome).toBe('passed');
    });

    it('C-6 a birth date passes the check and lifts no lock: a registration says name and number', async () => {
      await lock();
      certifier.certifies({ name: '홍길동', phone: other, birthDate, di: 'x' });
      const { token } = await system.openCheck({ learner: { ...홍길동, birthDate } });
      expect((await identify(token)).json).toEqual({ outcome: 'passed' });
      expect(await kinds('registration.unlocked')).toEqual([]);
      const next = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
      expect((await state(next.token)).locked).toBe(true);
      expect(await system.database.sql.selectFrom('certified_number').selectAll().execute()).toEqual([]);
    });

    it('C-6 a profile that borrows a number passes for its own person and unlocks nobody', async () => {
      await lock();
      certifier.certifies({ ...person, name: '김영희' });
      const { token } = await system.openCheck({ learner: { ...홍길동, id: 'x', name: '김영희' } });
      expect((await identify(token)).json).toEqual({ outcome: 'passed' });
      const next = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
      expect((await state(next.token)).locked).toBe(true);
    });

    it('C-6 a link started by somebody else never counts: the secret is not in it', async () => {
      const { token } = await system.openCheck();
      const { attempt } = (await begin(token)).json;
      for (const secret of ['x', attempt, '0'.repeat(43)]) {
        const reply = await complete(attempt, secret);
        expect([reply.status, reply.json.code]).toEqual([404, 'attempt-unknown']);
      }
      expect((await complete('idt_unknown', 'x')).json.code).toBe('attempt-unknown');
      expect([certifier.fetched, (await state(token)).status]).toEqual([0, 'open']);
    });

    it('C-6 a result is fetched once and its outcome is final, however often the browser returns', async () => {
      const { token } = await system.openCheck();
      const { attempt, secret } = (await begin(token)).json;
      const replies = await Promise.all(Array.from({ length: 20 }, () => complete(attempt, secret)));
      const outcomes = replies.map(({ json }) => json.outcome ?? json.code);
      expect(certifier.fetched).toBe(1);
      expect(new Set(outcomes).has('passed')).toBe(true);
      expect([...new Set(outcomes)].every((o) => o === 'passed' || o === 'attempt-running')).toBe(true);
      certifier.certifies({ ...person, name: '김영희' });
      expect((await complete(attempt, secret)).json).toEqual({ outcome: 'passed' });
      expect(await kinds('identity.passed')).toHaveLength(1);
      expect(await kinds('check.passed')).toHaveLength(1);
    });

    it('C-6 of two results for one check the first passes it and the other hears that it is over', async () => {
      const { token } = await system.openCheck();
      const attempts = await Promise.all(Array.from({ length: 4 }, () => begin(token)));
      const replies = await Promise.all(attempts.map(({ json }) => complete(json.attempt, json.secret)));
      const outcomes = replies.map(({ json }) => json.reason ?? json.outcome).sort();
      expect(outcomes).toEqual(['check-over', 'check-over', 'check-over', 'passed']);
      expect(await kinds('check.passed')).toHaveLength(1);
    });

    it('C-6 one result of the provider counts for one attempt alone', async () => {
      certifier.certifies({ ...person, transaction: 'same' } as typeof person);
      const first = await system.openCheck();
      const second = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
      expect((await identify(first.token)).json).toEqual({ outcome: 'passed' });
      expect((await identify(second.token)).json).toEqual({ outcome: 'refused', reason: 'identity-failed' });
      expect((await state(second.token)).status).toBe('open');
      expect((await kinds('identity.refused'))[0]).toMatchObject({ why: 'replayed' });
    });

    it('C-6 one result that is presented for eight checks at once counts for one of them', async () => {
      let waiting = 0;
      let release = () => {};
      const all = new Promise<void>((resolve) => {
        release = resolve;
      });
      // Without a DI: keeping one would make the others wait.
      certifier.answers(async () => {
        waiting += 1;
        if (waiting === 8) release();
        await all;
        return { kind: 'certified', person: { name: person.name, phone, transaction: 'same' } };
      });
      const attempts: { attempt: string; secret: string }[] = [];
      for (let number = 1; number <= 8; number++) {
        const { token } = await system.openCheck({ occasion: { kind: 'exam', number } });
        attempts.push((await begin(token)).json);
      }
      const replies = await Promise.all(attempts.map(({ attempt, secret }) => complete(attempt, secret)));
      const outcomes = replies.map(({ json }) => json.reason ?? json.outcome ?? json.code).sort();
      expect(outcomes).toEqual([...Array(7).fill('identity-failed'), 'passed']);
      expect(await kinds('check.passed')).toHaveLength(1);
    });

    it('C-6 cancelled and failed have words of their own, and nothing is passed', async () => {
      const { token } = await system.openCheck();
      for (const [result, reason] of [
        [{ kind: 'cancelled' }, 'identity-cancelled'],
        [{ kind: 'failed', why: 'wrong-signature' }, 'identity-failed'],
      ] as const) {
        certifier.answers(result);
        system.world.advance(1);
        expect((await identify(token)).json).toEqual({ outcome: 'refused', reason });
        expect(await state(token)).toMatchObject({ status: 'open', identity: { reason } });
      }
    });

    it('C-6 a provider that is away costs the result nothing: it is fetched when it is back', async () => {
      const { token } = await system.openCheck();
      const { attempt, secret } = (await begin(token)).json;
      certifier.isDown(true);
      const down = await complete(attempt, secret);
      expect([down.status, down.json.code, down.headers['retry-after']]).toEqual([
        503,
        'provider-unavailable',
        '5',
      ]);
      expect((await begin(token)).json.code).toBe('provider-unavailable');
      expect((await state(token)).status).toBe('open');
      certifier.isDown(false);
      expect((await complete(attempt, secret)).json).toEqual({ outcome: 'passed' });
      expect(await kinds('provider.failed')).toHaveLength(2);
    });

    it('C-6 starting extends the check once, to ten minutes from then, and a late result is refused', async () => {
      const { token } = await system.openCheck();
      const opened = system.world.now();
      system.world.advance(8 * MINUTE);
      const first = (await begin(token)).json;
      const until = new Date(opened + 18 * MINUTE).toISOString();
      expect(first.expiresAt).toBe(until);
      system.world.advance(5 * MINUTE);
      expect((await begin(token)).json.expiresAt).toBe(until);
      system.world.advance(5 * MINUTE - 1);
      expect((await state(token)).status).toBe('open');
      system.world.advance(1);
      expect((await complete(first.attempt, first.secret)).json).toEqual({
        outcome: 'refused',
        reason: 'check-over',
      });
      expect((await begin(token)).json.code).toBe('check-over');
      expect(certifier.fetched).toBe(0);
    });

    it('C-6 a result that comes while the check ends is over, and nothing is passed', async () => {
      const { token } = await system.openCheck();
      const { attempt, secret } = (await begin(token)).json;
      certifier.answers(async (reference) => {
        system.world.advance(11 * MINUTE);
        return { kind: 'certified', person: { ...person, transaction: reference } };
      });
      expect((await complete(attempt, secret)).json).toEqual({ outcome: 'refused', reason: 'check-over' });
      expect(await kinds('check.passed')).toEqual([]);
    });

    it('C-6 five attempts of one check in a day, then 429 with a time; the code is still taken', async () => {
      const app = await system.registered();
      const { token } = await system.openCheck();
      for (let nth = 0; nth < 5; nth++) expect((await begin(token)).status).toBe(200);
      const limited = await begin(token);
      expect([limited.status, limited.json.code]).toEqual([429, 'identity-limit']);
      expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
      expect((await system.answer(token, app.code())).json.outcome).toBe('passed');
    });

    it('C-6 twenty attempts of one number in a day, over all its checks', async () => {
      await system.close();
      system = await startSystem(dialect, { limits: true, providers: { phone: certifier } });
      for (let number = 1; number <= 5; number++) {
        const { token } = await system.openCheck({ occasion: { kind: 'exam', number } });
        for (let nth = 0; nth < 4; nth++) expect((await begin(token)).status).toBe(200);
      }
      const { token } = await system.openCheck({ occasion: { kind: 'exam', number: 6 } });
      const limited = await begin(token);
      expect([limited.json.code, limited.headers['retry-after']]).toEqual(['identity-limit', '86400']);
      system.world.advance(24 * 60 * MINUTE - 1);
      const later = await system.openCheck({ occasion: { kind: 'exam', number: 6 } });
      expect((await begin(later.token)).json.code).toBe('identity-limit');
      system.world.advance(1);
      expect((await begin(later.token)).status).toBe(200);
    });

    it('C-3 C-6 who borrows a number for their profile leaves the check page of its owner open', async () => {
      await system.close();
      system = await startSystem(dialect, { limits: true, providers: { phone: certifier } });
      const learner = { ...홍길동, id: 'trainee-18', name: '김영희' };
      for (let number = 1; number <= 4; number++) {
        const { token } = await system.openCheck({ learner, occasion: { kind: 'exam', number } });
        for (let nth = 0; nth < 5; nth++) expect((await begin(token)).status).toBe(200);
      }
      const borrowed = await system.openCheck({ learner, occasion: { kind: 'exam', number: 5 } });
      expect((await begin(borrowed.token)).json.code).toBe('identity-limit');
      const { token } = await system.openCheck();
      expect((await begin(token)).status).toBe(200);
    });

    it('C-5 C-6 unlocking races with wrong codes: no more than five are judged before and five after', async () => {
      const app = await lock();
      const checks = await Promise.all(
        [1, 2, 3, 4].map((number) => system.openCheck({ occasion: { kind: 'exam', number } })),
      );
      const [first, ...others] = checks;
      if (!first) throw new Error('no check');
      const { attempt, secret } = (await begin(first.token)).json;
      const guesses = others.flatMap(({ token }, at) =>
        Array.from({ length: 10 }, (_, nth) => ({
          token,
          code: app.wrongCode(undefined, 10 + at * 10 + nth),
        })),
      );
      const [completed, ...answers] = await Promise.all([
        complete(attempt, secret),
        ...guesses.map(({ token, code }) => system.answer(token, code)),
      ]);
      expect(completed.json).toEqual({ outcome: 'passed' });
      const judged = answers.filter(({ json }) => ['wrong-code', 'clock-off'].includes(json.reason)).length;
      expect([0, 1, 2, 3, 4, 5]).toContain(judged);
      const device = await system.database.sql.selectFrom('device').selectAll().executeTakeFirstOrThrow();
      expect(device.failures).toBe(judged);
      expect(device.locked_at !== null).toBe(judged === 5);
    });
  });
}
