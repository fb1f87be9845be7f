import { afterEach, describe, expect, it } from 'vitest';
import { dialects, exam, type System, startSystem, 홍길동 } from './support/system.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

for (const dialect of dialects) {
  describe(`a check on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const state = async (token: string) =>
      (await system.send({ method: 'GET', path: `/check/${token}/state` })).json;

    it('C-4 refusals say what is wrong: used, too old, wrong with the tries left', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const first = await system.openCheck();
      const code = phone.code();
      expect((await system.answer(first.token, code)).json.outcome).toBe('passed');
      const second = await system.openCheck({ occasion: { kind: 'exam', number: 2 } });
      expect((await system.answer(second.token, code)).json).toEqual({
        outcome: 'refused',
        reason: 'code-used',
        triesLeft: 5,
      });
      const old = phone.code(system.world.now() + 2 * MINUTE);
      system.world.advance(5 * MINUTE);
      expect((await system.answer(second.token, old)).json).toEqual({
        outcome: 'refused',
        reason: 'code-too-old',
        triesLeft: 5,
      });
      expect((await system.answer(second.token, phone.wrongCode())).json).toEqual({
        outcome: 'refused',
        reason: 'wrong-code',
        triesLeft: 4,
      });
    });

    it('C-5 the fifth wrong code locks, and everything after it is locked, the right code too', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      const left: number[] = [];
      for (let nth = 0; nth < 5; nth++) {
        const reply = await system.answer(token, phone.wrongCode(undefined, nth));
        expect(reply.json.reason).toBe('wrong-code');
        left.push(reply.json.triesLeft);
      }
      expect(left).toEqual([4, 3, 2, 1, 0]);
      expect((await system.answer(token, phone.code())).json).toEqual({
        outcome: 'refused',
        reason: 'locked',
        triesLeft: 0,
      });
      expect(await state(token)).toMatchObject({ registered: true, locked: true, triesLeft: 0 });
      const device = await phone.request('GET', '/app-api/device');
      expect(device.json).toMatchObject({ status: 'active', locked: true });
    });

    it('C-5 the same wrong code of a check within 60 s is neither counted nor compared', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      const wrong = phone.wrongCode();
      expect((await system.answer(token, wrong)).json.triesLeft).toBe(4);
      system.world.advance(MINUTE - 1);
      expect((await system.answer(token, wrong)).json).toEqual({
        outcome: 'refused',
        reason: 'wrong-code',
        triesLeft: 4,
      });
      system.world.advance(1);
      expect((await system.answer(token, wrong)).json.triesLeft).toBe(3);
    });

    it('T-4 the steps of now − 30 s, now and now + 10 s are accepted, and spaces are forgiven', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const opened = async (number: number) => system.openCheck({ occasion: { kind: 'exam', number } });
      const early = await opened(1);
      system.world.time = Date.UTC(2026, 10, 23, 3, 0, 50);
      const ahead = phone.code(system.world.now() + 10_000);
      expect(
        (await system.answer(early.token, ` ${ahead.slice(0, 3)}-${ahead.slice(3)}　`)).json.outcome,
      ).toBe('passed');
      const late = await opened(2);
      system.world.time = Date.UTC(2026, 10, 23, 3, 3, 29, 999);
      const behind = phone.code(system.world.now() - 30_000);
      expect((await system.answer(late.token, behind)).json.outcome).toBe('passed');
    });

    it('C-4a a clock that is nine hours ahead is explained, never accepted, and its code is spent', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      const ahead = phone.code(system.world.now() + 9 * HOUR);
      const explained = { outcome: 'refused', reason: 'clock-off', triesLeft: 4, clockOffset: 9 * 60 * 60 };
      expect((await system.answer(token, ahead)).json).toEqual(explained);
      expect((await system.answer(token, ahead)).json).toEqual(explained);
      system.world.advance(9 * HOUR);
      const later = await system.openCheck();
      expect((await system.answer(later.token, ahead)).json.reason).toBe('code-used');
      system.world.advance(MINUTE);
      expect((await system.answer(later.token, phone.code())).json.outcome).toBe('passed');
    });

    it('C-4a only the first wrong code of a check is searched for', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      expect((await system.answer(token, phone.wrongCode())).json.reason).toBe('wrong-code');
      const ahead = phone.code(system.world.now() + 9 * HOUR);
      expect((await system.answer(token, ahead)).json).toEqual({
        outcome: 'refused',
        reason: 'wrong-code',
        triesLeft: 3,
      });
    });

    it('C-3 a number without registration is not-registered, another name is name-differs', async () => {
      system = await startSystem(dialect);
      const nobody = await system.openCheck();
      expect((await system.answer(nobody.token, '123456')).json).toEqual({
        outcome: 'refused',
        reason: 'not-registered',
        triesLeft: 5,
      });
      const phone = await system.registered();
      const other = await system.openCheck({ learner: { ...홍길동, name: '홍길순' } });
      expect(await state(other.token)).toMatchObject({ registered: false, locked: false, triesLeft: 5 });
      expect((await system.answer(other.token, phone.wrongCode())).json).toEqual({
        outcome: 'refused',
        reason: 'name-differs',
        triesLeft: 5,
      });
      expect((await system.answer(other.token, phone.code())).json).toEqual({
        outcome: 'refused',
        reason: 'name-differs',
        triesLeft: 5,
        registeredName: '홍*동',
      });
      const right = await system.openCheck({ occasion: { kind: 'exam', number: 9 } });
      expect((await system.answer(right.token, phone.code())).json.outcome).toBe('passed');
    });

    it('C-3 a learner who passed with another number is told phone-differs, masked for who holds it', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const before = await system.openCheck();
      await system.answer(before.token, phone.code());
      const moved = await system.openCheck({ learner: { ...홍길동, phone: '010-9999-0000' }, force: true });
      expect((await system.answer(moved.token, phone.wrongCode())).json).toEqual({
        outcome: 'refused',
        reason: 'phone-differs',
        triesLeft: 5,
      });
      expect((await system.answer(moved.token, phone.code())).json).toEqual({
        outcome: 'refused',
        reason: 'phone-differs',
        triesLeft: 5,
        registeredPhone: '5678',
      });
    });

    it('C-3a at most five codes of a check are compared for the hint', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck({ learner: { ...홍길동, name: '홍길순' } });
      for (let nth = 0; nth < 5; nth++) await system.answer(token, phone.wrongCode(undefined, nth));
      expect((await system.answer(token, phone.code())).json).not.toHaveProperty('registeredName');
    });

    it('C-3 names match after NFC, width folding and without white space and zero-width characters', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered({ name: '홍길동'.normalize('NFD'), phone: '01012345678' });
      const { token } = await system.openCheck({ learner: { ...홍길동, name: ' 홍\u200b 길　동' } });
      expect((await system.answer(token, phone.code())).json.outcome).toBe('passed');
    });

    it('C-1 the same question gives the same check for five minutes, another ends it', async () => {
      system = await startSystem(dialect);
      const first = await system.openCheck();
      expect((await system.openCheck()).id).toBe(first.id);
      const changed = await system.openCheck({ learner: { ...홍길동, name: '홍길순' } });
      expect(changed.id).not.toBe(first.id);
      expect(await state(first.token)).toEqual({ status: 'expired' });
      system.world.advance(5 * MINUTE + 1);
      const again = await system.openCheck({ learner: { ...홍길동, name: '홍길순' } });
      expect(again.id).not.toBe(changed.id);
    });

    it('C-1 a check is valid for ten minutes and forgotten after a day', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token, id } = await system.openCheck();
      system.world.advance(10 * MINUTE);
      expect(await state(token)).toEqual({ status: 'expired' });
      expect((await system.answer(token, phone.code())).status).toBe(410);
      const not = await system.answer(token, 'abc');
      expect([not.status, not.json.code]).toEqual([410, 'check-over']);
      system.world.advance(24 * HOUR);
      expect((await system.send({ method: 'GET', path: `/check/${token}/state` })).status).toBe(404);
      const headers = { authorization: `Bearer ${system.institution.apiKey}` };
      const view = await system.send({ method: 'GET', path: `/v1/checks/${id}`, headers });
      expect(view.json).toMatchObject({ id, status: 'expired' });
    });

    it('C-10 a passed check is shown for ten minutes and its receipt can be made again', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token, id } = await system.openCheck();
      await system.answer(token, phone.code());
      system.world.advance(10 * MINUTE - 1);
      expect(await state(token)).toMatchObject({ id, status: 'passed', method: 'motp' });
      system.world.advance(1);
      expect(await state(token)).toEqual({ status: 'passed' });
    });

    it('C-1 an Idempotency-Key gives the first answer again and refuses another body', async () => {
      system = await startSystem(dialect);
      const open = (body: object) =>
        system.send({
          method: 'POST',
          path: '/v1/checks',
          headers: { authorization: `Bearer ${system.institution.apiKey}`, 'idempotency-key': 'a-1' },
          body,
        });
      const first = await open(exam);
      expect(first.status).toBe(201);
      const again = await open({
        ...exam,
        learner: { phone: 홍길동.phone, name: 홍길동.name, id: 홍길동.id },
      });
      expect([again.status, again.json]).toEqual([201, first.json]);
      const other = await open({ ...exam, force: true });
      expect([other.status, other.json.code]).toEqual([422, 'idempotency-mismatch']);
    });
  });
}
