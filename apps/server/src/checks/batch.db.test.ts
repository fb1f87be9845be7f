import { parseCode } from '@motp/otp';
import type { KyselyPlugin } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { dialects, exam, type System, startSystem } from '../../test/support/system.ts';
import { withPlugin } from '../../test/support/with-plugin.ts';
import { tally, wrongCodes } from '../../test/support/wrong-codes.ts';
import type { Database } from '../db/open.ts';
import { type AnswerItem, type AnswerOutcome, answerBatch, answerQueue } from './answer-check.ts';
import { AnswerQueue } from './answer-queue.ts';
import { tokenHash } from './open-check.ts';

/** The same database, with every statement counted. */
function counting(database: Database): { database: Database; take(): number } {
  let count = 0;
  const counter: KyselyPlugin = {
    transformQuery: ({ node }) => {
      count++;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const take = () => {
    const taken = count;
    count = 0;
    return taken;
  };
  return { database: withPlugin(database, counter), take };
}

const LEARNERS = 8;
const CHECKS = 8;

for (const dialect of dialects) {
  describe(`one batch on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    async function learners() {
      const names = Array.from({ length: LEARNERS }, (_, index) => ({
        name: `훈련생${index}`,
        phone: `010-2000-000${index}`,
      }));
      return Promise.all(
        names.map(async ({ name, phone }, index) => {
          const made = await system.registered({ name, phone });
          const tokens: string[] = [];
          for (let course = 0; course < CHECKS; course++) {
            const learner = { id: `trainee-${index}`, name, phone };
            const fields = { learner, course: { ...exam.course, id: `course-${course}` } };
            tokens.push((await system.openCheck(fields)).token);
          }
          return { phone: made, tokens };
        }),
      );
    }

    async function setWebhook() {
      const set = await system.send({
        method: 'PUT',
        path: '/v1/webhook',
        headers: { authorization: `Bearer ${system.institution.apiKey}` },
        body: { url: 'http://127.0.0.1:1/motp' },
      });
      expect(set.status).toBe(201);
    }

    const item = (token: string, code: string) => ({
      tokenHash: tokenHash(token),
      code: parseCode(code) ?? expect.fail('no code'),
      now: system.world.now(),
    });

    it.each([
      ['without a webhook', { sqlite: 5, postgres: 3 }, 0],
      ['with a webhook', { sqlite: 6, postgres: 4 }, 9],
    ])(
      'P-1 64 answers cost as many statements as two, in one commit, %s',
      async (_what, statements, told) => {
        system = await startSystem(dialect);
        if (told > 0) await setWebhook();
        const all = await learners();
        const { database, take } = counting(system.database);
        const sizes: number[] = [];
        const { keyring, world } = system;
        const observe = ({ size }: { size: number }) => sizes.push(size);
        // One lane, which takes all that waits.
        const queue = new AnswerQueue<AnswerItem, AnswerOutcome>((batch) =>
          answerBatch({ database, keyring, world, observe }, batch),
        );
        const judged = async (subjects: typeof all, checks: number) => {
          const outcomes = await Promise.all(
            subjects.flatMap(({ phone, tokens }) => {
              const code = phone.code();
              const [bad = ''] = wrongCodes(phone, world.now(), 1);
              const used = tokens.slice(CHECKS - checks);
              return used.map((token, index) => queue.add(item(token, index < checks / 2 ? bad : code)));
            }),
          );
          return tally(outcomes.map(({ kind }) => kind));
        };
        expect(await judged(all.slice(0, 1), 2)).toEqual({ wrong: 1, passed: 1 });
        const few = take();
        world.advance(60_000);
        // Of each learner one code passes, and those that come after find it used; one of the first learner’s is over.
        expect(await judged(all, CHECKS)).toEqual({ wrong: 4 * 8, passed: 8, refused: 3 * 8 - 1, over: 1 });
        expect(sizes).toEqual([2, 64]);
        expect(take()).toBe(few);
        // One statement more tells of all that passed, and none where nobody is told.
        expect(few).toBe(statements[dialect]);
        const events = await system.database.sql.selectFrom('webhook_event').select('type').execute();
        expect(tally(events.map(({ type }) => type))).toEqual(told > 0 ? { 'check.passed': told } : {});
      },
    );

    it('P-1 an answer that waited over five seconds is not judged', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      const { database, keyring, world } = system;
      const queue = answerQueue({ database, keyring, world });
      const late = item(token, phone.code());
      world.advance(5_001);
      expect(await queue.add(late)).toEqual({ kind: 'unavailable' });
      world.advance(-1);
      expect(await queue.add(late)).toMatchObject({ kind: 'passed' });
    });

    it('P-1 a seed that does not open fails its own answer, in a batch with others', async () => {
      system = await startSystem(dialect);
      const [good, bad] = await learners();
      if (!good || !bad) return expect.fail('no learners');
      const { database, keyring, world } = system;
      await database.sql
        .updateTable('device')
        .set({ seed_sealed: keyring.seal({ table: 'device', column: 'seed', row: 'another' }, 'x') })
        .where('thumbprint', '=', bad.phone.thumbprint)
        .execute();
      const queue = answerQueue({ database, keyring, world });
      const settled = await Promise.allSettled(
        [bad, good].map(({ phone, tokens }) => queue.add(item(tokens[0] ?? '', phone.code()))),
      );
      expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
      expect(settled[1]).toMatchObject({ value: { kind: 'passed' } });
      const rows = await database.sql.selectFrom('check').select('status').execute();
      expect(tally(rows.map(({ status }) => status))).toEqual({ passed: 1, open: LEARNERS * CHECKS - 1 });
    });
  });
}
