import { afterEach, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../../test/support/processes.ts';
import type { Phone } from '../support/phone.ts';
import { dialects } from '../support/system.ts';
import { outcomeOf, wrongCodes } from '../support/wrong-codes.ts';
import { Client, type Fleet, type Learner, newLearner, startFleet } from './fleet.ts';

const ROUNDS = 4;
const PASSERS = 6;
const GUESSERS = 6;
const CHECKS = 5;

/** Answers are spread over this time, so that the end comes between, in and after commits. */
const SPREAD_MS = 150;

interface Subject {
  learner: Learner;
  phone: Phone;
  checks: { id: string; token: string }[];
  /** What this round sends: per check, in order. */
  codes: string[];
}

/** An answer that came back before the process died. */
interface Replied {
  subject: Subject;
  check: { id: string; token: string };
  code: string;
  outcome: string;
  triesLeft: number;
}

for (const dialect of dialects) {
  describe(`kill -9 on ${dialect}`, () => {
    let fleet: Fleet;
    afterEach(() => fleet?.close());

    async function subject(client: Client, codesOf: (phone: Phone) => string[]): Promise<Subject> {
      const learner = newLearner();
      const phone = await client.registered(learner);
      const checks = [];
      for (let number = 1; number <= CHECKS; number++) checks.push(await client.open(learner, number));
      return { learner, phone, checks, codes: codesOf(phone) };
    }

    /** Sends everything at once and kills in the middle. @returns the answers that were received */
    async function answersUntilKilled(
      server: RunningServer,
      client: Client,
      subjects: Subject[],
      afterReplies: number,
    ): Promise<Replied[]> {
      const replied: Replied[] = [];
      let killed: Promise<void> | undefined;
      const answers = subjects.flatMap((each) =>
        each.codes.map(async (code, index) => {
          const check = each.checks[index % CHECKS] ?? expect.fail('no check');
          await new Promise((resolve) => setTimeout(resolve, Math.random() * SPREAD_MS));
          const reply = await client.answer(check.token, code).catch(() => undefined);
          if (!reply) return;
          const triesLeft = reply.json.triesLeft ?? 5;
          replied.push({ subject: each, check, code, outcome: outcomeOf(reply), triesLeft });
          if (replied.length >= afterReplies) killed ??= server.kill();
        }),
      );
      await Promise.all(answers);
      await (killed ?? server.kill());
      return replied;
    }

    async function nothingAcceptedIsAcceptedAgain(client: Client, replied: Replied[]): Promise<void> {
      for (const { subject: each, check, code } of replied.filter(({ outcome }) => outcome === 'passed')) {
        expect(await client.check(check.id)).toMatchObject({ status: 'passed', method: 'motp' });
        expect(await client.state(check.token)).toMatchObject({
          status: 'passed',
          receipt: expect.any(String),
        });
        const again = await client.open(each.learner, 100);
        expect(outcomeOf(await client.answer(again.token, code))).toBe('code-used');
      }
    }

    /** A code passes once, whether or not anybody heard of it. */
    async function everyCodePassedOnce(client: Client, passers: Subject[]): Promise<void> {
      for (const { learner, checks, codes } of passers) {
        const before = await Promise.all(checks.map(({ token }) => client.state(token)));
        const passed = before.filter(({ status }) => status === 'passed').length;
        expect(passed).toBeLessThanOrEqual(1);
        const again = await client.open(learner, 101);
        const outcome = outcomeOf(await client.answer(again.token, codes[0] ?? ''));
        expect(outcome).toBe(passed === 1 ? 'code-used' : 'passed');
      }
    }

    async function noFailureIsForgotten(
      client: Client,
      guessers: Subject[],
      replied: Replied[],
    ): Promise<void> {
      for (const each of guessers) {
        const own = replied.filter(({ subject: { learner } }) => learner === each.learner);
        const said = Math.min(5, ...own.map(({ triesLeft }) => triesLeft));
        expect(own.filter(({ outcome }) => outcome === 'wrong-code').length).toBeLessThanOrEqual(5);
        const state = await client.state(each.checks[0]?.token ?? '');
        expect(state.triesLeft).toBeLessThanOrEqual(said);
        expect(state.locked).toBe(state.triesLeft === 0);
        const right = await client.open(each.learner, 102);
        const outcome = outcomeOf(await client.answer(right.token, each.phone.code()));
        expect(outcome).toBe(state.locked ? 'locked' : 'passed');
      }
    }

    it('P-1 at any moment: no accepted code is accepted again, no failure is forgotten, no pass is lost', async () => {
      fleet = await startFleet(dialect);
      let server = await fleet.start();
      const seen = { replied: 0, lost: 0, passed: 0, locked: 0 };
      for (let round = 0; round < ROUNDS; round++) {
        const client = new Client(server, fleet);
        const times = <T>(count: number, make: () => Promise<T>) =>
          Promise.all(Array.from({ length: count }, make));
        const passers = await times(PASSERS, () =>
          subject(client, (phone) => Array(CHECKS * 2).fill(phone.code())),
        );
        const guessers = await times(GUESSERS, () =>
          subject(client, (phone) => wrongCodes(phone, Date.now(), CHECKS * 2)),
        );
        const all = [...passers, ...guessers].sort(() => Math.random() - 0.5);
        const sent = all.flatMap(({ codes }) => codes).length;
        // Once in each part of the stream, at a random moment.
        const moment = Math.ceil(((round + Math.random()) / ROUNDS) * sent * 0.9);
        const replied = await answersUntilKilled(server, client, all, moment);
        server = await fleet.start(server.port);
        await nothingAcceptedIsAcceptedAgain(client, replied);
        await noFailureIsForgotten(client, guessers, replied);
        await everyCodePassedOnce(client, passers);
        seen.replied += replied.length;
        seen.lost += sent - replied.length;
        seen.passed += replied.filter(({ outcome }) => outcome === 'passed').length;
        seen.locked += replied.filter(({ outcome }) => outcome === 'locked').length;
      }
      expect(Object.values(seen).filter((count) => count === 0)).toEqual([]);
    });
  });
}
