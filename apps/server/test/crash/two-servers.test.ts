import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf, tally, wrongCodes } from '../support/wrong-codes.ts';
import { Client, type Fleet, newLearner, startFleet, stepWithTimeLeft } from './fleet.ts';

/** Enough to ask everything before a code is too old. */
const NEEDED_MS = 5_000;

describe('two servers over one PostgreSQL', () => {
  let fleet: Fleet;
  let clients: [Client, Client];
  beforeAll(async () => {
    fleet = await startFleet('postgres');
    const first = await fleet.start();
    clients = [new Client(first, fleet), new Client(await fleet.start(), fleet)];
  });
  afterAll(() => fleet.close());

  const alternating = (index: number): Client => clients[index % 2] ?? clients[0];

  async function registeredWithChecks(count: number) {
    const learner = newLearner();
    const phone = await clients[0].registered(learner);
    const tokens = await Promise.all(
      Array.from(
        { length: count },
        async (_, index) => (await alternating(index).open(learner, index + 1)).token,
      ),
    );
    return { learner, phone, tokens };
  }

  it('C-7 200 right answers over both to one check: one passes', async () => {
    const { phone, tokens } = await registeredWithChecks(1);
    const code = phone.code();
    const answers = Array.from({ length: 200 }, (_, index) =>
      alternating(index).answer(tokens[0] ?? '', code),
    );
    expect(tally((await Promise.all(answers)).map(outcomeOf))).toEqual({ passed: 1, 'check-over': 199 });
    const states = await Promise.all(clients.map((client) => client.state(tokens[0] ?? '')));
    expect(states.map(({ status }) => status)).toEqual(['passed', 'passed']);
  });

  it('C-7 200 right answers over both to 20 checks of one learner: one passes, once', async () => {
    const { phone, tokens } = await registeredWithChecks(20);
    const code = phone.code();
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, index) => alternating(index).answer(tokens[index % 20] ?? '', code)),
    );
    const {
      passed,
      'check-over': over = 0,
      'code-used': used = 0,
      ...others
    } = tally(replies.map(outcomeOf));
    expect(others).toEqual({});
    expect(passed).toBe(1);
    expect(over + used).toBe(199);
    expect(over).toBeLessThanOrEqual(9);
    const states = await Promise.all(tokens.map((token) => clients[1].state(token)));
    expect(tally(states.map(({ status }) => status))).toEqual({ passed: 1, open: 19 });
  });

  it('C-5 300 wrong answers over both: five are judged, the rest is locked', async () => {
    const { phone, tokens } = await registeredWithChecks(30);
    const codes = wrongCodes(phone, Date.now(), 300);
    const replies = await Promise.all(
      codes.map((code, index) => alternating(index).answer(tokens[index % 30] ?? '', code)),
    );
    expect(tally(replies.map(outcomeOf))).toEqual({ 'wrong-code': 5, locked: 295 });
    const left = replies.flatMap(({ json }) => (json.reason === 'wrong-code' ? [json.triesLeft] : []));
    expect(left.sort()).toEqual([0, 1, 2, 3, 4]);
    const right = await clients[1].answer(tokens[7] ?? '', phone.code());
    expect(right.json).toEqual({ outcome: 'refused', reason: 'locked', triesLeft: 0 });
  });

  it('C-7 and C-5 of thirty learners at once, each over both: one pass each, five failures each', async () => {
    const passers = await Promise.all(Array.from({ length: 15 }, () => registeredWithChecks(2)));
    const guessers = await Promise.all(Array.from({ length: 15 }, () => registeredWithChecks(2)));
    const answers = (tokens: string[], codes: string[]) =>
      codes.map((code, index) => alternating(index).answer(tokens[index % 2] ?? '', code));
    const all = [
      ...passers.map(({ phone, tokens }) => answers(tokens, Array(2).fill(phone.code()))),
      ...guessers.map(({ phone, tokens }) => answers(tokens, wrongCodes(phone, Date.now(), 12))),
    ];
    const outcomes = await Promise.all(
      all.map(async (each) => JSON.stringify(tally((await Promise.all(each)).map(outcomeOf).sort()))),
    );
    expect(tally(outcomes)).toEqual({ '{"code-used":1,"passed":1}': 15, '{"locked":7,"wrong-code":5}': 15 });
  });

  it('C-5 the same wrong code 50 times over both costs one try', async () => {
    const { phone, tokens } = await registeredWithChecks(1);
    const [code = ''] = wrongCodes(phone, Date.now(), 1);
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => alternating(index).answer(tokens[0] ?? '', code)),
    );
    expect(tally(replies.map(({ json }) => `${json.reason} ${json.triesLeft}`))).toEqual({
      'wrong-code 4': 50,
    });
  });

  it('R-5 a phone registered through one is answered, replaced and ended through the other', async () => {
    await stepWithTimeLeft(NEEDED_MS);
    const { learner, phone, tokens } = await registeredWithChecks(2);
    expect(outcomeOf(await clients[1].answer(tokens[0] ?? '', phone.code()))).toBe('passed');
    expect(outcomeOf(await clients[0].answer(tokens[1] ?? '', phone.code()))).toBe('code-used');
    const newer = await clients[1].registered(learner);
    const { token } = await clients[0].open(learner, 3);
    expect(outcomeOf(await clients[0].answer(token, phone.code()))).toBe('wrong-code');
    expect(outcomeOf(await clients[0].answer(token, newer.code()))).toBe('passed');
    const old = await phone.request('GET', '/app-api/device');
    expect(old.json.status).toBe('replaced');
  });

  it('C-1 openings of one occasion over both give one check, with the same answer for one Idempotency-Key', async () => {
    const learner = newLearner();
    const body = {
      learner,
      course: { id: 'c', title: '산업안전보건' },
      occasion: { kind: 'exam', number: 1 },
    };
    const open = (index: number, key: string) =>
      alternating(index).send({
        method: 'POST',
        path: '/v1/checks',
        headers: { authorization: `Bearer ${fleet.apiKey}`, 'idempotency-key': key },
        body,
      });
    const same = await Promise.all(Array.from({ length: 20 }, (_, index) => open(index, 'once')));
    expect(tally(same.map(({ status }) => String(status)))).toEqual({ '201': 20 });
    const distinct = await Promise.all(Array.from({ length: 20 }, (_, index) => open(index, `key-${index}`)));
    expect(tally(distinct.map(({ status }) => String(status)))).toEqual({ '200': 20 });
    expect(new Set([...same, ...distinct].map(({ json }) => json.id)).size).toBe(1);
  });
});
