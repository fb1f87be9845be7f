import type { PendingRegistration, RegisteredDevice } from '@motp/protocol';
import { CompactEncrypt, importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../common/problem.ts';
import { unlock } from './attempts.ts';
import { utf8 } from './bytes.ts';
import { keepClock } from './clock-keeper.ts';
import { thumbprint } from './keys.ts';
import { memoryLocks, memoryStore } from './memory-store.ts';
import { begin, prepare, prove } from './registration.ts';
import type { Beginning, Server } from './server.ts';
import { askStanding, findStart, reset, withdraw } from './start.ts';
import type { World } from './world.ts';

const NOW = Date.UTC(2026, 10, 23, 3, 0, 0);
const PERSON = { name: ' 홍길동 ', phone: '010-1234-5678', passcode: '482915' };
const ok = <Body>(body: Body, status = 200): Answer<Body> => ({ kind: 'ok', status, body });
const problem = (status: number, code: string) => ({ kind: 'problem', problem: { status, code } }) as const;
const nothing = async (): Promise<Answer<never>> => ({ kind: 'unreachable' });

type Asked = { begun: Beginning[]; ended: number };

/** A server that keeps PROTOCOL §4's promises for one phone; `wrongly` makes the seed for another registration. */
function honestServer(asked: Asked, wrongly = false): Server {
  const pending: PendingRegistration = {
    registration: 'reg_1',
    identity: [],
    proof: {
      kind: 'sms',
      digits: 6,
      reference: 'K3F',
      expiresAt: new Date(NOW + 300_000).toISOString(),
      resendAt: new Date(NOW + 30_000).toISOString(),
    },
  };
  async function prove(signing: CryptoKeyPair): Promise<Answer<RegisteredDevice>> {
    const seed = await new CompactEncrypt(new Uint8Array(32).fill(7))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
      .setKeyManagementParameters({
        apu: utf8(await thumbprint(signing.publicKey)),
        apv: utf8(wrongly ? 'reg_2' : 'reg_1'),
      })
      .encrypt(await importJWK({ ...asked.begun[0]?.encryptionKey, kty: 'EC' }, 'ECDH-ES'));
    const otp = { algorithm: 'SHA256', digits: 6, period: 60 } as const;
    return ok({ device: 'dev_1', seed, otp, learner: { name: '홍길동', phone: '+821012345678' }, now: NOW });
  }
  return {
    time: async () => NOW,
    consents: nothing,
    begin: async (_, beginning) => {
      asked.begun.push(beginning);
      return ok(pending, 202);
    },
    resend: async () => ok(pending, 202),
    prove: async (signing, _, code) => (code === '135791' ? prove(signing) : problem(422, 'wrong-proof')),
    device: nothing,
    endDevice: async () => {
      asked.ended++;
      return ok(undefined, 204);
    },
    withdraw: async () => ok(undefined, 204),
  };
}

async function phone(change: Partial<Server> = {}, wrongly = false) {
  const asked: Asked = { begun: [], ended: 0 };
  const store = memoryStore();
  const server = { ...honestServer(asked, wrongly), ...change };
  const clocks = { date: () => NOW, steady: () => 0 };
  let marked = false;
  const marker = {
    get: () => marked,
    set: (to: boolean) => {
      marked = to;
    },
  };
  const clock = await keepClock(store, () => server.time(), clocks);
  const world: World = { store, server, clock, locks: memoryLocks(), marker };
  return { world, asked, store, marker };
}

async function registered(change: Partial<Server> = {}) {
  const device = await phone(change);
  await prepare(device.world);
  const begun = await begin(device.world, PERSON, ['terms-1'], 'ko');
  if (begun.kind !== 'pending') throw new Error(begun.kind);
  expect(await prove(device.world, begun.pending, '135791')).toEqual({ kind: 'registered' });
  return device;
}

describe('R-1 registering', () => {
  it('R-1 keys are written, read back and signed with before a code is asked for', async () => {
    const { world, asked, store } = await phone();
    expect(await begin(world, PERSON, [], 'ko')).toEqual({ kind: 'no-storage' });
    expect(asked.begun).toEqual([]);
    expect(await prepare(world)).toBe('ready');
    expect((await store.read('keys'))?.signing.privateKey.extractable).toBe(false);
    expect((await store.read('keys'))?.encryption.privateKey.extractable).toBe(false);
    expect((await store.read('keys'))?.device.extractable).toBe(false);
  });

  it('R-1 storage that forgets what is written is noticed before a code is asked for', async () => {
    const { world } = await phone();
    const forgetful: World = {
      ...world,
      store: { read: async () => undefined, write: async () => undefined },
    };
    expect(await prepare(forgetful)).toBe('no-storage');
  });

  it('R-1 storage that refuses to write is noticed before a code is asked for', async () => {
    const { world, store } = await phone();
    const write = () => Promise.reject(new Error('QuotaExceededError'));
    expect(await prepare({ ...world, store: { read: store.read, write } })).toBe('no-storage');
  });

  it('R-3 sends both keys bound together, and neither passcode nor seed', async () => {
    const { world, asked } = await registered();
    const [sent] = asked.begun;
    expect(sent?.name).toBe('홍길동');
    expect(sent?.consents).toEqual(['terms-1']);
    const keys = await world.store.read('keys');
    expect(sent?.encryptionThumbprint).toBe(keys && (await thumbprint(keys.encryption.publicKey)));
    expect(JSON.stringify(sent)).not.toContain('482915');
  });

  it('R-4 what is kept holds no passcode, no full name and no full number', async () => {
    const { store } = await registered();
    const kept = JSON.stringify(store.writes);
    for (const secret of ['482915', '홍길동', '1234-5678', '12345678']) expect(kept).not.toContain(secret);
    expect(await store.read('learner')).toEqual({ name: '홍*동', phone: '010-****-5678' });
    expect(await store.read('pending')).toBeUndefined();
  });

  it('T-2 the seed opens with the passcode that was chosen before the SMS', async () => {
    const { world } = await registered();
    expect(await findStart(world)).toEqual({ kind: 'passcode' });
    expect((await unlock(world.store, world.locks, '482915')).kind).toBe('opened');
  });

  it('R-2 a phone that was closed while reading the message goes on where it was', async () => {
    const { world } = await phone();
    await prepare(world);
    await begin(world, PERSON, [], 'ko');
    expect((await findStart(world)).kind).toBe('proof');
  });

  it('R-3 a seed made for another registration is refused and nothing is kept of it', async () => {
    const { world, store } = await phone({}, true);
    await prepare(world);
    const begun = await begin(world, PERSON, [], 'ko');
    if (begun.kind !== 'pending') throw new Error(begun.kind);
    expect(await prove(world, begun.pending, '135791')).toEqual({ kind: 'broken' });
    expect(await store.read('vault')).toBeUndefined();
  });

  it('T-3 without the server’s time nothing is begun', async () => {
    const { world, asked } = await phone({ time: async () => undefined });
    await prepare(world);
    expect(await begin(world, PERSON, [], 'ko')).toEqual({ kind: 'unreachable' });
    expect(asked.begun).toEqual([]);
  });

  it('R-1 a second tab does not replace the keys of a finished registration', async () => {
    const { world, store } = await registered();
    const before = await store.read('keys');
    expect(await prepare(world)).toBe('registered');
    expect(await store.read('keys')).toBe(before);
  });
});

describe('R-5 R-6 when the registration is over', () => {
  const device = (status: 'active' | 'replaced' | 'reset' | 'ended') => async () => {
    const learner = { name: '', phone: '' };
    return ok({ device: 'dev_1', status, locked: false, learner, checks: [], identity: [], now: NOW });
  };

  it('R-5 the old app says so when next opened, and its seed is gone', async () => {
    const { world, store } = await registered({ device: device('replaced') });
    expect(await askStanding(world)).toEqual({ kind: 'over', over: 'replaced' });
    expect(await store.read('vault')).toBeUndefined();
    expect(await findStart(world)).toEqual({ kind: 'over', over: 'replaced' });
  });

  it('R-5 reset and ended end it as well; an unreachable or failing server ends nothing', async () => {
    for (const status of ['reset', 'ended'] as const) {
      const { world } = await registered({ device: device(status) });
      expect(await askStanding(world)).toEqual({ kind: 'over', over: 'ended' });
    }
    for (const answer of [
      nothing,
      async () => problem(503, 'unavailable'),
      async () => problem(401, 'bad-proof'),
    ]) {
      const { world, store } = await registered({ device: answer });
      expect(await askStanding(world)).toEqual({ kind: 'unknown' });
      expect(await store.read('vault')).toBeDefined();
    }
  });

  it('R-6 the app notices that its store is gone', async () => {
    const { world, store } = await registered();
    await store.write({ keys: undefined, vault: undefined });
    expect(await findStart(world)).toEqual({ kind: 'store-lost' });
  });

  it('R-6 a vault without its keys opens nothing and leads to registering again', async () => {
    const { world, store } = await registered();
    await store.write({ keys: undefined });
    expect(await findStart(world)).toEqual({ kind: 'store-lost' });
    expect(await store.read('vault')).toBeUndefined();
  });

  it('R-8 reset erases offline at once, and the server hears of it later', async () => {
    const { world, store, marker } = await registered({ endDevice: nothing });
    expect(await reset(world)).toBe(false);
    expect(await store.read('vault')).toBeUndefined();
    expect(await store.read('endings')).toHaveLength(1);
    expect(marker.get()).toBe(false);
    expect(await findStart(world)).toEqual({ kind: 'welcome' });
  });

  it('R-8 reset online tells the server once', async () => {
    const { world, asked, store } = await registered();
    expect(await reset(world)).toBe(true);
    expect(asked.ended).toBe(1);
    expect(await store.read('endings')).toBeUndefined();
  });

  it('P-2 withdrawing consent needs the server; then nothing is left on the phone', async () => {
    const offline = await registered({ withdraw: nothing });
    expect(await withdraw(offline.world)).toBe('unreachable');
    expect(await offline.store.read('vault')).toBeDefined();
    const online = await registered();
    expect(await withdraw(online.world)).toBe('withdrawn');
    expect(await online.store.read('vault')).toBeUndefined();
    expect(await online.store.read('keys')).toBeUndefined();
    expect(await online.store.read('learner')).toBeUndefined();
  });
});
