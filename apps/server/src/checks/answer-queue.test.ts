import { describe, expect, it } from 'vitest';
import { AnswerQueue } from './answer-queue.ts';

const outcomesOf = (batch: readonly number[]) => batch.map((item) => `outcome ${item}`);

/** Answers everything at once and notes the batches. */
function noting() {
  const batches: number[][] = [];
  const queue = new AnswerQueue<number, string>(async (batch) => {
    batches.push([...batch]);
    return outcomesOf(batch);
  });
  return { batches, queue };
}

/** A commit that ends when the test says so. */
function held(lanes = 1) {
  const batches: number[][] = [];
  const ends: (() => void)[] = [];
  const queue = new AnswerQueue<number, string>(async (batch) => {
    batches.push([...batch]);
    await new Promise<void>((resolve) => ends.push(resolve));
    return outcomesOf(batch);
  }, lanes);
  return { batches, queue, end: () => ends.shift()?.() };
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('the answer queue', () => {
  it('P-1 gives each waiter its own outcome, in one batch in order of arrival', async () => {
    const { batches, queue } = noting();
    expect(await Promise.all([3, 1, 2].map((item) => queue.add(item)))).toEqual([
      'outcome 3',
      'outcome 1',
      'outcome 2',
    ]);
    expect(batches).toEqual([[3, 1, 2]]);
  });

  it('P-1 what arrives while a commit is under way forms the next batch', async () => {
    const { batches, queue, end } = held();
    const outcomes = [queue.add(1)];
    await turns(3);
    outcomes.push(queue.add(2), queue.add(3));
    await turns(3);
    expect(batches).toEqual([[1]]);
    expect(queue.length).toBe(2);
    end();
    await turns(3);
    expect(batches).toEqual([[1], [2, 3]]);
    end();
    expect(await Promise.all(outcomes)).toEqual(['outcome 1', 'outcome 2', 'outcome 3']);
  });

  it('P-1 a batch holds at most 256 answers, and none is left behind', async () => {
    const { batches, queue } = noting();
    const all = Array.from({ length: 600 }, (_, item) => item);
    await Promise.all(all.map((item) => queue.add(item)));
    expect(batches.map(({ length }) => length)).toEqual([256, 256, 88]);
    expect(batches.flat()).toEqual(all);
  });

  it('P-1 with two lanes each takes half of many that wait, and never so few that a batch is not worth it', async () => {
    const { batches, queue, end } = held(2);
    const all = Array.from({ length: 200 }, (_, item) => item);
    const outcomes = all.map((item) => queue.add(item));
    await turns(3);
    expect(batches.map(({ length }) => length)).toEqual([100, 50]);
    end();
    await turns(3);
    end();
    await turns(3);
    expect(batches.map(({ length }) => length)).toEqual([100, 50, 32, 18]);
    expect(batches.flat()).toEqual(all);
    end();
    end();
    expect(await Promise.all(outcomes)).toEqual(outcomesOf(all));
  });

  it('P-1 a batch that fails is told to its own waiters and to nobody else', async () => {
    const queue = new AnswerQueue<number, string>(async (batch) => {
      if (batch.includes(0)) throw new Error('no commit');
      return batch.map(() => 'fine');
    });
    const first = await Promise.allSettled([queue.add(0), queue.add(1)]);
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(first[1]).toMatchObject({ reason: new Error('no commit') });
    expect(await queue.add(2)).toBe('fine');
  });

  it('P-1 one answer may fail in a batch of others', async () => {
    const queue = new AnswerQueue<number, string>(async (batch) => {
      return batch.map((item) => (item === 2 ? new Error('this one') : 'fine'));
    });
    const settled = await Promise.allSettled([1, 2, 3].map((item) => queue.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('P-1 with two lanes two batches are under way, and idle waits for both', async () => {
    const { batches, queue, end } = held(2);
    const outcomes = [queue.add(1)];
    await turns(3);
    outcomes.push(queue.add(2));
    await turns(3);
    outcomes.push(queue.add(3), queue.add(4));
    await turns(3);
    expect(batches).toEqual([[1], [2]]);
    let isIdle = false;
    const idle = queue.idle().then(() => {
      isIdle = true;
    });
    end();
    await turns(3);
    expect(batches).toEqual([[1], [2], [3, 4]]);
    end();
    await turns(3);
    expect(isIdle).toBe(false);
    end();
    await idle;
    expect(await Promise.all(outcomes)).toEqual(['outcome 1', 'outcome 2', 'outcome 3', 'outcome 4']);
  });

  it('P-1 is idle when everything that was added has its outcome', async () => {
    const { queue, end, batches } = held();
    await queue.idle();
    const outcome = queue.add(1);
    let isIdle = false;
    const idle = queue.idle().then(() => {
      isIdle = true;
    });
    await turns(5);
    expect(isIdle).toBe(false);
    end();
    await idle;
    expect(await outcome).toBe('outcome 1');
    expect(batches).toEqual([[1]]);
    expect(queue.length).toBe(0);
  });
});
