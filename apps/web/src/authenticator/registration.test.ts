import type { DeviceReply } from '@motp/protocol';
import { describe, expect, it } from 'vitest';
import { unlock } from './attempts.ts';
import { thumbprint } from './keys.ts';
import { deviceReply, nothing, ok, PERSON, phone, problem, registered } from './phone.fixture.ts';
import { begin, prepare, prove } from './registration.ts';
import { askStanding, findStart, reset, withdraw } from './start.ts';
import type { World } from './world.ts';

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
    expect(await prove(world, begun.pending, { code: '135791' })).toEqual({ kind: 'broken' });
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
  const device = (status: DeviceReply['status']) => async () => ok(deviceReply({ status }));

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
