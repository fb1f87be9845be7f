import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

/** Work that ends when the test says so. */
function staged() {
  const turns = new Turns();
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (side: 'own' | 'other', name: string) =>
    turns.take(side, async () => {
      begun.push(name);
      await new Promise<void>((end) => ends.set(name, end));
    });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (name: string) => {
    ends.get(name)?.();
    await settle();
  };
  return { begun, start, end, settle, turns };
}

describe('whose turn it is to write', () => {
  it('P-4 own transactions come one after another, in the order in which they asked', async () => {
    const { begun, start, end, settle } = staged();
    void start('own', 'a');
    void start('own', 'b');
    void start('own', 'c');
    await settle();
    expect(begun).toEqual(['a']);
    await end('a');
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('P-4 the other thread’s run together, and never beside an own one', async () => {
    const { begun, start, end, settle } = staged();
    void start('other', 'x');
    void start('other', 'y');
    void start('own', 'a');
    await settle();
    expect(begun).toEqual(['x', 'y']);
    await end('x');
    expect(begun).toEqual(['x', 'y']);
    await end('y');
    expect(begun).toEqual(['x', 'y', 'a']);
  });

  it('P-4 who waits is not overtaken: a stream of the other thread’s lets an own one through', async () => {
    const { begun, start, end, settle } = staged();
    void start('other', 'x');
    void start('own', 'a');
    void start('other', 'y');
    await settle();
    expect(begun).toEqual(['x']);
    await end('x');
    expect(begun).toEqual(['x', 'a']);
    await end('a');
    expect(begun).toEqual(['x', 'a', 'y']);
  });

  it('P-4 work that fails gives its turn on', async () => {
    const { turns } = staged();
    const failed = turns.take('own', async () => Promise.reject(new Error('no')));
    const next = turns.take('own', async () => 'yes');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });
});
