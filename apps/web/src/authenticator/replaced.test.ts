import type { DeviceReply } from '@motp/protocol';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../common/problem.ts';
import { deviceReply, NOW, nothing, ok, PERSON, problem, registered } from './phone.fixture.ts';
import { begin, prepare, prove } from './registration.ts';
import { askReplaced, disputeReplacement, findReplaced } from './replaced.ts';
import type { Server } from './server.ts';
import { acknowledge, askStanding, findStart } from './start.ts';

const DAY_MS = 24 * 60 * 60_000;
const UNTIL = NOW + 29 * DAY_MS;
const disputableUntil = new Date(UNTIL).toISOString();
const saying = (change: Partial<DeviceReply>) => async () =>
  ok(deviceReply({ status: 'replaced', ...change }));

/** An app that was opened after another phone had replaced it. */
async function replacedApp(change: Partial<Server> = {}) {
  const replies: (() => Promise<Answer<DeviceReply>>)[] = [saying({ disputableUntil })];
  const device = await registered({
    device: () => (replies.shift() ?? saying({ disputableUntil }))(),
    ...change,
  });
  const signing = (await device.store.read('keys'))?.signing;
  await askStanding(device.world);
  const kept = await device.store.read('replaced');
  if (!kept) throw new Error('nothing is kept of the replacement');
  return { ...device, replies, signing, kept };
}

describe('R-5 the app that was replaced', () => {
  it('R-5 keeps its signing key alone, with the day it was replaced and the last day to say so', async () => {
    const { store, signing, kept } = await replacedApp();
    expect(kept).toEqual({ at: UNTIL - 30 * DAY_MS, until: UNTIL, signing });
    for (const record of ['keys', 'vault', 'learner', 'pending'] as const)
      expect(await store.read(record), record).toBeUndefined();
    expect(await store.read('over')).toBe('replaced');
  });

  it('R-5 keeps no key when the server would hear no dispute', async () => {
    const { world, store } = await registered({ device: saying({}) });
    expect(await askStanding(world)).toEqual({ kind: 'over', over: 'replaced' });
    expect(await store.read('replaced')).toBeUndefined();
  });

  it('R-5 after its time the key goes, also without a connection', async () => {
    const { store, kept } = await replacedApp();
    expect(await findReplaced(store, UNTIL - 1)).toBe(kept);
    expect(await findReplaced(store, UNTIL)).toBeUndefined();
    expect(await store.read('replaced')).toBeUndefined();
  });

  it('R-5 “this was not me” is said with the old key, once, and is remembered', async () => {
    const asked: unknown[] = [];
    const { world, store, signing, kept } = await replacedApp({
      dispute: async (key, body) => {
        asked.push(key, body);
        return ok(undefined, 204);
      },
    });
    const disputed = { ...kept, disputedAt: NOW };
    expect(await disputeReplacement(world, kept)).toEqual({ kind: 'disputed', replaced: disputed });
    expect(asked).toEqual([signing, {}]);
    expect(await store.read('replaced')).toEqual(disputed);
  });

  it('C-9 a lost reply to it is asked for again', async () => {
    const { world, replies, kept } = await replacedApp({ dispute: nothing });
    replies.push(saying({ disputedAt: new Date(NOW + 5).toISOString() }));
    const disputed = { ...kept, disputedAt: NOW + 5 };
    expect(await disputeReplacement(world, kept)).toEqual({ kind: 'disputed', replaced: disputed });
  });

  it('R-5 offline it can be said later; too late, the key goes', async () => {
    const { world, store, replies, kept } = await replacedApp({ dispute: nothing });
    replies.push(nothing);
    expect(await disputeReplacement(world, kept)).toEqual({ kind: 'unreachable' });
    expect(await store.read('replaced')).toBe(kept);
    const late = await replacedApp({ dispute: async () => problem(410, 'device-over') });
    late.replies.push(saying({}));
    expect(await disputeReplacement(late.world, late.kept)).toEqual({ kind: 'too-late' });
    expect(await late.store.read('replaced')).toBeUndefined();
  });

  it('R-5 the server’s word on it is taken when the app is opened again', async () => {
    const { world, replies, kept } = await replacedApp();
    expect(await askReplaced(world, kept)).toBe(kept);
    replies.push(saying({}));
    expect(await askReplaced(world, kept)).toBeUndefined();
  });

  it('R-6 says so until it is registered again, with keys of its own; then the old key goes', async () => {
    const { world, store, signing } = await replacedApp();
    await acknowledge(world);
    expect(await prepare(world)).toBe('ready');
    expect(await findStart(world)).toEqual({ kind: 'over', over: 'replaced' });
    expect((await store.read('keys'))?.signing).not.toBe(signing);
    const asked = await begin(world, PERSON, ['terms-1'], 'ko');
    if (asked.kind !== 'pending') throw new Error(asked.kind);
    expect((await findStart(world)).kind).toBe('proof');
    expect(await prove(world, asked.pending, { code: '135791' })).toEqual({ kind: 'registered' });
    expect(await store.read('replaced')).toBeUndefined();
    expect(await findStart(world)).toEqual({ kind: 'passcode' });
  });
});
