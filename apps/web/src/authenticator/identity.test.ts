import type { RefusedIdentity } from '@motp/protocol';
import { describe, expect, it } from 'vitest';
import { deviceIdentity, readOutcome, sayNotBegun, signed } from './identity.ts';
import { deviceReply, NOW, nothing, ok, phone, problem, registered } from './phone.fixture.ts';
import { askStanding, isUnderWay } from './start.ts';
import type { T } from './texts.ts';
import { ko } from './texts-ko.ts';

const t: T = (key, values = {}) => ko[key].replace(/{{(\w+)}}/g, (_, name: string) => String(values[name]));

const refusedWith = (reason: RefusedIdentity['reason'], field?: RefusedIdentity['field']) =>
  readOutcome(ok({ outcome: 'refused', reason, ...(field === undefined ? {} : { field }) }));

describe('C-6 what became of an identity check', () => {
  it('C-6 passed and started are what they say', () => {
    expect(readOutcome(ok({ outcome: 'passed' }))).toEqual({ kind: 'passed' });
    expect(readOutcome(ok({ outcome: 'started' }))).toEqual({ kind: 'waiting' });
  });

  it('C-6 a refusal says what differs, or how it ended', () => {
    const said = [
      refusedWith('identity-differs', 'name'),
      refusedWith('identity-differs', 'phone'),
      refusedWith('identity-differs', 'birthDate'),
      refusedWith('identity-differs'),
      refusedWith('identity-failed'),
      refusedWith('identity-cancelled'),
      refusedWith('check-over'),
    ].map((look) => look.kind === 'over' && look.said);
    expect(said).toEqual([
      'identity-differs-name',
      'identity-differs-phone',
      'identity-differs-birthDate',
      'identity-differs',
      'identity-failed',
      'identity-cancelled',
      'identity-check-over',
    ]);
  });

  it('C-9 no answer, or a server in trouble, ends nothing; an attempt that does not exist is over', () => {
    expect(readOutcome({ kind: 'unreachable' })).toEqual({ kind: 'waiting' });
    for (const code of ['unavailable', 'internal', 'proof-replayed', 'http-502'])
      expect(readOutcome(problem(503, code)), code).toEqual({ kind: 'waiting' });
    expect(readOutcome(problem(404, 'attempt-unknown')).kind).toBe('over');
  });

  it('C-4 why none was begun is said with the next step, and how long to wait', () => {
    const said = (code: string) => sayNotBegun(t, { ...problem(429, code), retryAfter: 3600 });
    expect(said('identity-limit')).toBe('본인인증을 여러 번 시작했습니다. 1시간 뒤에 다시 시도해 주세요.');
    expect(said('provider-unavailable')).toBe(ko['problem-provider']);
    expect(said('identity-unavailable')).toBe(ko['problem-identity-unavailable']);
    expect(sayNotBegun(t, { kind: 'unreachable' })).toBe(ko['problem-unreachable']);
  });
});

describe('R-9 an identity check of the registered app', () => {
  it('R-9 is gone on with after the app was hidden, until its time is over', async () => {
    const { world, store } = await registered();
    await deviceIdentity(world, 'name').keep({ id: 'idt_1', expiresAt: NOW + 600_000 });
    expect(await store.read('attempt')).toEqual({ id: 'idt_1', expiresAt: NOW + 600_000, purpose: 'name' });
    expect(await isUnderWay(world)).toBe(true);
    const late = { ...world, clock: { ...world.clock, now: () => NOW + 600_000 } };
    expect(await isUnderWay(late)).toBe(false);
    await deviceIdentity(world, 'name').keep(undefined);
    expect(await isUnderWay(world)).toBe(false);
  });

  it('R-9 names its purpose and asks with the app’s own key', async () => {
    const wanted: unknown[] = [];
    const { world, store } = await registered({
      deviceIdentity: async (signing, body) => {
        wanted.push(body, signing === (await store.read('keys'))?.signing);
        return problem(503, 'provider-unavailable');
      },
    });
    await deviceIdentity(world, 'unlock').begin('ipin');
    expect(wanted).toEqual([{ method: 'ipin', purpose: 'unlock' }, true]);
  });

  it('C-6 one that was to lift a lock is waited for no more once the lock is lifted', async () => {
    const locked = { locked: true, lockedBecause: 'disputed' } as const;
    const replies = [deviceReply(locked), deviceReply({})];
    const device = async () => ok(replies.shift() ?? deviceReply({}));
    const { world } = await registered({ device });
    await deviceIdentity(world, 'unlock').keep({ id: 'idt_1', expiresAt: NOW + 600_000 });
    expect(await askStanding(world)).toMatchObject({ kind: 'active', locked: 'disputed' });
    expect(await isUnderWay(world)).toBe(true);
    expect(await askStanding(world)).toMatchObject({ kind: 'active', locked: undefined });
    expect(await isUnderWay(world)).toBe(false);
  });

  it('R-9 without a key nobody is asked', async () => {
    const { world } = await phone();
    expect(await signed(world, nothing)).toEqual(problem(410, 'device-over'));
  });
});
