import { Worker } from 'node:worker_threads';
import { parseCode } from '@motp/otp';
import { afterEach, describe, expect, it } from 'vitest';
import { isDatabaseFault } from '../db/faults.ts';
import type { Fact } from '../db/open.ts';
import type { AnswerItem, ObservedBatch } from './answer-check.ts';
import { type AnswerThread, answersOnThread } from './answer-thread.ts';

/** A thread that speaks as ours does: it says that it is open, then does with each batch what its first token says. */
const script = `
  const { parentPort } = require('node:worker_threads');
  const observed = { size: 1, milliseconds: 2, commitMilliseconds: 1 };
  const acts = {
    pass: (items) => ({ outcomes: items.map(() => ({ kind: 'over' })), observed, isTold: true, facts: [{ kind: 'registration.locked' }] }),
    fail: () => ({ fault: { name: 'SqliteError', message: 'database is locked', code: 'SQLITE_BUSY' } }),
    one: (items) => ({ outcomes: items.map((_, nth) => nth === 1
      ? { fault: { name: 'SealError', message: 'does not open' } } : { kind: 'over' }), isTold: false, facts: [] }),
    end: () => process.exit(1),
  };
  parentPort.on('message', (items) => {
    const reply = acts[items[0].tokenHash](items);
    setTimeout(() => parentPort.postMessage(reply), 5);
  });
  parentPort.postMessage('open');`;

const item = (act: string): AnswerItem => ({
  tokenHash: act,
  code: parseCode('123456') ?? expect.fail('no code'),
  now: 0,
});

const besideNone = <T>(work: () => Promise<T>) => work();
let thread: AnswerThread | undefined;
afterEach(() => thread?.stop());

function start() {
  const seen = { started: 0, told: 0, facts: [] as string[], batches: [] as ObservedBatch[] };
  const make = () => {
    seen.started++;
    return new Worker(script, { eval: true });
  };
  const hearing = {
    database: {
      besideNone,
      noted: (facts: readonly Fact[]) => void seen.facts.push(...facts.map(({ kind }) => kind)),
    },
    observe: (batch: ObservedBatch) => void seen.batches.push(batch),
    eventsWaiting: () => void seen.told++,
  };
  thread = answersOnThread(make, hearing);
  return { seen, run: thread.run };
}

describe('the thread of the answers', () => {
  it('P-1 settles one batch after another and says what it saw', async () => {
    const { run, seen } = start();
    const [two, one] = await Promise.all([
      run([item('pass'), item('pass')]),
      run([item('one'), item('one')]),
    ]);
    expect(two).toEqual([{ kind: 'over' }, { kind: 'over' }]);
    expect(one[0]).toEqual({ kind: 'over' });
    expect(one[1]).toMatchObject({ name: 'SealError', message: 'does not open' });
    expect(one[1]).toBeInstanceOf(Error);
    expect(seen).toEqual({
      started: 1,
      told: 1,
      facts: ['registration.locked'],
      batches: [{ size: 1, milliseconds: 2, commitMilliseconds: 1 }],
    });
  });

  it('P-1 a fault of the database stays one on the way: 503, not 500', async () => {
    const { run } = start();
    const error = await run([item('fail')]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'SqliteError', code: 'SQLITE_BUSY' });
    expect(isDatabaseFault(error)).toBe(true);
  });

  it('C-9 one that ends leaves its batches unknown, and the next batch has another thread', async () => {
    const { run, seen } = start();
    const lost = await Promise.allSettled([run([item('end')]), run([item('pass')])]);
    expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(lost.every((each) => each.status === 'rejected' && isDatabaseFault(each.reason))).toBe(true);
    expect(await run([item('pass')])).toEqual([{ kind: 'over' }]);
    expect(seen.started).toBe(2);
  });
});
