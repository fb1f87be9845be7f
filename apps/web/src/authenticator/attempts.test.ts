import { beforeAll, describe, expect, it } from 'vitest';
import { unlock } from './attempts.ts';
import { deliverEndings, eraseRegistration } from './ending.ts';
import { generateKeys } from './keys.ts';
import { memoryLocks, memoryStore } from './memory-store.ts';
import type { Keys, Store } from './store.ts';
import { deriveVaultKey, sealSeed, type Vault } from './vault.ts';

const PASSCODE = '482915';
const WRONG = '482916';
let keys: Keys;
let vault: Vault;

beforeAll(async () => {
  keys = await generateKeys();
  const otp = { algorithm: 'SHA256', digits: 6, period: 60 } as const;
  const sealing = { device: 'dev_1', thumbprint: keys.thumbprint, otp };
  // Few iterations: these tests are about counting, the vault's own are about its strength.
  vault = await sealSeed(
    new Uint8Array(32),
    await deriveVaultKey(PASSCODE, keys.device, undefined, 10),
    sealing,
  );
});

const registered = (failures?: number) =>
  memoryStore({ keys, vault, ...(failures === undefined ? {} : { failures }) });

async function fail(store: Store, times: number) {
  const locks = memoryLocks();
  const results = [];
  for (let time = 0; time < times; time++) results.push(await unlock(store, locks, WRONG));
  return results;
}

describe('R-7 five wrong passcodes erase the seed', () => {
  it('R-7 four wrong ones are counted down, the fifth erases', async () => {
    const store = registered();
    expect(await fail(store, 5)).toEqual([
      { kind: 'wrong', left: 4 },
      { kind: 'wrong', left: 3 },
      { kind: 'wrong', left: 2 },
      { kind: 'wrong', left: 1 },
      { kind: 'erased' },
    ]);
    expect(await store.read('vault')).toBeUndefined();
    expect(await store.read('keys')).toBeUndefined();
    expect(await store.read('over')).toBe('erased');
    expect(await store.read('endings')).toEqual([keys.signing]);
  });

  it('R-7 the right one takes the failures back', async () => {
    const store = registered();
    await fail(store, 4);
    expect((await unlock(store, memoryLocks(), PASSCODE)).kind).toBe('opened');
    expect(await store.read('failures')).toBeUndefined();
    expect((await fail(store, 1))[0]).toEqual({ kind: 'wrong', left: 4 });
  });

  it('R-7 the failure is written before the derivation, and taken back after it', async () => {
    const store = registered();
    await unlock(store, memoryLocks(), PASSCODE);
    expect(store.writes).toEqual([{ failures: 1 }, { failures: undefined }]);
  });

  it('R-7 closing the app during the derivation gains no try', async () => {
    const store = registered(3);
    // The app is closed right after its first write: nothing that comes later happens.
    const closing: Store = {
      read: store.read,
      async write(changes) {
        await store.write(changes);
        throw new Error('closed');
      },
    };
    await expect(unlock(closing, memoryLocks(), WRONG)).rejects.toThrow('closed');
    expect(await store.read('failures')).toBe(4);
    expect(await unlock(store, memoryLocks(), WRONG)).toEqual({ kind: 'erased' });
  });

  it('R-7 a count of five found at the start erases without another try', async () => {
    const store = registered(5);
    expect(await unlock(store, memoryLocks(), PASSCODE)).toEqual({ kind: 'erased' });
    expect(await store.read('vault')).toBeUndefined();
  });

  it('R-7 two tabs count two failures for two tries, neither more nor fewer', async () => {
    const store = registered();
    const locks = memoryLocks();
    const results = await Promise.all([unlock(store, locks, WRONG), unlock(store, locks, WRONG)]);
    expect(results).toEqual([
      { kind: 'wrong', left: 4 },
      { kind: 'wrong', left: 3 },
    ]);
    expect(await store.read('failures')).toBe(2);
  });

  it('R-7 a burst of tries judges five passcodes and no more', async () => {
    const store = registered();
    const locks = memoryLocks();
    const results = await Promise.all(Array.from({ length: 20 }, () => unlock(store, locks, WRONG)));
    expect(results.filter(({ kind }) => kind === 'wrong')).toHaveLength(4);
    expect(results.filter(({ kind }) => kind === 'erased')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'nothing-to-open')).toHaveLength(15);
  });
});

describe('R-8 reset erases at once and tells the server when it can', () => {
  it('R-8 one write erases seed and keys; the signing key alone stays', async () => {
    const store = registered();
    await eraseRegistration(store);
    expect(store.writes).toHaveLength(1);
    expect(await store.read('vault')).toBeUndefined();
    expect(await store.read('keys')).toBeUndefined();
    expect(await store.read('endings')).toEqual([keys.signing]);
  });

  it('R-8 the signing key stays until the server has confirmed the end', async () => {
    const store = registered();
    await eraseRegistration(store);
    const locks = memoryLocks();
    await deliverEndings(store, locks, async () => ({ kind: 'unreachable' }));
    expect(await store.read('endings')).toEqual([keys.signing]);
    const busy = { kind: 'problem', problem: { status: 503, code: 'unavailable' } } as const;
    await deliverEndings(store, locks, async () => busy);
    expect(await store.read('endings')).toEqual([keys.signing]);
    await deliverEndings(store, locks, async () => ({ kind: 'ok', status: 204, body: undefined }));
    expect(await store.read('endings')).toBeUndefined();
  });

  it('R-8 an end that the server has already, or a key it never knew, is confirmed too', async () => {
    for (const code of ['device-over', 'device-unknown']) {
      const store = registered();
      await eraseRegistration(store);
      await deliverEndings(store, memoryLocks(), async () => ({
        kind: 'problem',
        problem: { status: 410, code },
      }));
      expect(await store.read('endings')).toBeUndefined();
    }
  });

  it('R-8 of several ends only the unconfirmed stay', async () => {
    const other = (await generateKeys()).signing;
    const store = memoryStore({ endings: [keys.signing, other] });
    await deliverEndings(store, memoryLocks(), async (signing) =>
      signing === other ? { kind: 'unreachable' } : { kind: 'ok', status: 204, body: undefined },
    );
    expect(await store.read('endings')).toEqual([other]);
  });
});
