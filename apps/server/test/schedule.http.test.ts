import { afterEach, describe, expect, it } from 'vitest';
import { addInstitution } from '../src/institutions/add-institution.ts';
import { dialects, exam, LMS_ORIGIN, type System, startSystem, 홍길동 } from './support/system.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** 23 November in Seoul, when the tests begin, ends here. */
const MIDNIGHT = '2026-11-23T15:00:00.000Z';

const course = { id: 'safety-101', title: '산업안전보건' };
const lesson = (number: number) => ({ kind: 'lesson', number });

for (const dialect of dialects) {
  describe(`what an LMS is answered on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    /** Asks before a step of the course. */
    const ask = (occasion: object, more: object = {}, headers: Record<string, string> = {}) =>
      system.send({
        method: 'POST',
        path: '/v1/checks',
        headers: { authorization: `Bearer ${system.institution.apiKey}`, ...headers },
        body: { learner: 홍길동, course, occasion, ...more },
      });

    /** What is asked of the learner, or why nothing is. */
    const answer = async (occasion: object, more: object = {}) => {
      const { status, json } = await ask(occasion, more);
      return [status, json.reasons?.join(' ') ?? `${json.status} ${json.because}`];
    };

    const tokenOf = (json: { url: string }): string => new URL(json.url).pathname.split('/')[2] ?? '';

    /** Asks, and passes what is asked with a new code. */
    async function pass(
      phone: Awaited<ReturnType<System['registered']>>,
      occasion: object,
      more: object = {},
    ) {
      const opened = await ask(occasion, more);
      expect(opened.json.status).toBe('open');
      system.world.advance(MINUTE);
      const answered = await system.answer(tokenOf(opened.json), phone.code());
      expect(answered.json.outcome).toBe('passed');
      return opened.json.id as string;
    }

    it('S-1 a course is walked through: due, not required with the next one, blocked until midnight', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      expect(await answer(lesson(1))).toEqual([201, 'entry first-of-day lesson-interval']);
      expect(await answer(lesson(1))).toEqual([200, 'entry first-of-day lesson-interval']);
      await pass(phone, lesson(1));
      const next = await ask(lesson(1));
      expect([next.status, next.json]).toEqual([
        200,
        { status: 'not-required', because: 'already-checked', nextDue: { kind: 'lesson', number: 9 } },
      ]);
      for (let number = 2; number <= 8; number++) {
        expect(await answer(lesson(number))).toEqual([200, 'not-required already-checked']);
      }
      const ninth = await ask(lesson(9));
      expect([ninth.status, ninth.json]).toEqual([
        200,
        { status: 'blocked', because: 'daily-lesson-limit', until: MIDNIGHT },
      ]);
      expect(await answer(lesson(9), { force: true })).toEqual([200, 'blocked daily-lesson-limit']);
      expect(await answer(lesson(8))).toEqual([200, 'not-required already-checked']);
      system.world.time = Date.parse(MIDNIGHT) - 1;
      expect(await answer(lesson(9))).toEqual([200, 'blocked daily-lesson-limit']);
      system.world.time = Date.parse(MIDNIGHT);
      expect(await answer(lesson(9))).toEqual([201, 'first-of-day lesson-interval']);
      await pass(phone, lesson(9));
      expect(await answer(lesson(2))).toEqual([200, 'not-required already-checked']);
    });

    it('S-3 the check at entry is enough for the first lesson of that day', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await pass(phone, { kind: 'entry', number: 1 });
      expect(await answer({ kind: 'entry', number: 1 })).toEqual([200, 'not-required already-checked']);
      expect(await answer(lesson(1))).toEqual([200, 'not-required already-checked']);
      system.world.advance(DAY);
      expect(await answer(lesson(1))).toEqual([201, 'first-of-day']);
    });

    it('S-3 a passed exam stands three hours for that attempt; force asks all the same', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await pass(phone, exam.occasion);
      const again = await ask(exam.occasion);
      expect(again.json).toEqual({
        status: 'not-required',
        because: 'already-checked',
        nextDue: { kind: 'exam', number: 2 },
      });
      expect(await answer({ kind: 'exam', number: 2 })).toEqual([201, 'exam']);
      expect(await answer(exam.occasion, { force: true })).toEqual([201, 'forced']);
      expect(await answer(exam.occasion, { force: true })).toEqual([200, 'forced']);
      expect(await answer(exam.occasion)).toEqual([200, 'not-required already-checked']);
      system.world.advance(180 * MINUTE);
      expect(await answer(exam.occasion, { force: true })).toEqual([201, 'exam']);
    });

    it('S-3 force opens what is never due by itself', async () => {
      system = await startSystem(dialect);
      expect(await answer({ kind: 'other', number: 1 })).toEqual([200, 'not-required not-due']);
      expect(await answer({ kind: 'other', number: 1 }, { force: true })).toEqual([201, 'forced']);
    });

    it('S-3 a round, a course, a learner and an institution stand for themselves', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await pass(phone, exam.occasion);
      const all = [201, 'entry exam'];
      expect(await answer(exam.occasion, { course: { ...course, round: '2' } })).toEqual(all);
      expect(await answer(exam.occasion, { course: { ...course, id: 'fire-1' } })).toEqual(all);
      expect(await answer(exam.occasion, { learner: { ...홍길동, id: 'trainee-18' } })).toEqual(all);
      const other = await addInstitution(system.database, system.world, {
        ...{ id: 'other', name: '다른', origins: [LMS_ORIGIN] },
      });
      if (other.kind !== 'added') return expect.fail(other.kind);
      const elsewhere = await ask(exam.occasion, {}, { authorization: `Bearer ${other.apiKey}` });
      expect(elsewhere.json.reasons).toEqual(['entry', 'exam']);
    });

    it('S-2 a lesson is counted when it is let through, also by a check that is open', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await pass(phone, lesson(1));
      const opened = await ask(lesson(9));
      expect(opened.json.reasons).toEqual(['lesson-interval']);
      for (let number = 2; number <= 7; number++) await ask(lesson(number));
      expect(await answer(lesson(8))).toEqual([200, 'blocked daily-lesson-limit']);
      expect(await answer(lesson(9))).toEqual([200, 'lesson-interval']);
      system.world.advance(10 * MINUTE);
      expect(await answer(lesson(8))).toEqual([200, 'not-required already-checked']);
      expect(await answer(lesson(9))).toEqual([200, 'blocked daily-lesson-limit']);
    });

    it('S-1 an Idempotency-Key repeats every kind of answer', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await pass(phone, lesson(1));
      const twice = async (number: number) => {
        const key = { 'idempotency-key': `lesson-${number}` };
        const first = await ask(lesson(number), {}, key);
        system.world.advance(MINUTE);
        const again = await ask(lesson(number), {}, key);
        expect([again.status, again.text]).toEqual([first.status, first.text]);
        return first.json.status;
      };
      expect(await twice(2)).toBe('not-required');
      expect(await twice(17)).toBe('open');
      for (let number = 3; number <= 7; number++) expect(await twice(number)).toBe('not-required');
      expect(await twice(20)).toBe('blocked');
      const { rows } = await passages();
      expect(rows).toEqual([2, 3, 4, 5, 6, 7]);
    });

    it('S-1 what is not required writes nothing but the first time of a lesson', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await pass(phone, lesson(1));
      const before = await passages();
      await ask(lesson(2));
      const first = await passages();
      system.world.advance(MINUTE);
      await ask(lesson(2));
      expect(await passages()).toEqual(first);
      expect([before.rows, first.rows]).toEqual([[], [2]]);
      expect(first.events).toBe(before.events);
    });

    it('S-4 a policy applies at once, in its own time zone', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await pass(phone, lesson(1));
      const policy = {
        ...{ entry: 'once', firstOfDay: true, everyLessons: 2, before: ['exam'], dailyLessonLimit: 3 },
        ...{ timeZone: 'America/New_York', holdsForMinutes: { lesson: null, evaluation: 0 } },
      };
      const path = '/v1/policy';
      const headers = { authorization: `Bearer ${system.institution.apiKey}` };
      expect((await system.send({ method: 'PUT', path, headers, body: policy })).status).toBe(200);
      expect(await answer(lesson(3))).toEqual([201, 'lesson-interval']);
      expect(await answer({ kind: 'assignment', number: 1 })).toEqual([200, 'not-required already-checked']);
      await pass(phone, exam.occasion);
      expect(await answer(exam.occasion)).toEqual([201, 'exam']);
      await ask(lesson(2));
      const blocked = await ask(lesson(4));
      // It is still 22 November there, for two hours.
      expect(blocked.json).toEqual({
        ...{ status: 'blocked', because: 'daily-lesson-limit', until: '2026-11-23T05:00:00.000Z' },
      });
    });

    async function passages(): Promise<{ rows: number[]; events: number }> {
      const { sql } = system.database;
      const rows = await sql.selectFrom('lesson_passage').select('number').orderBy('number').execute();
      const events = await sql.selectFrom('audit_event').select('id').execute();
      return { rows: rows.map(({ number }) => number), events: events.length };
    }
  });
}
