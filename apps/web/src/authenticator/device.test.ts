import { describe, expect, it } from 'vitest';
import { changePhone, disputeCheck, provePhone, resendToPhone } from './device.ts';
import { deviceReply, NOW, nothing, ok, problem, registered } from './phone.fixture.ts';
import type { Server } from './server.ts';

const expiresAt = new Date(NOW + 300_000).toISOString();
const resendAt = new Date(NOW + 30_000).toISOString();
const sent = (reference: string) =>
  ok(
    {
      registration: 'reg_2',
      identity: [],
      proof: { kind: 'sms' as const, digits: 6 as const, reference, expiresAt, resendAt },
    },
    202,
  );

async function changing(change: Partial<Server> = {}) {
  const device = await registered({ changePhone: async () => sent('A2B'), ...change });
  const result = await changePhone(device.world, ' 010-8765-4321 ', 'ko');
  if (result.kind !== 'changing') throw new Error(result.kind);
  return { ...device, change: result.changing };
}

describe('R-9 another number', () => {
  it('R-9 is kept masked while its message is on the way, so that an app that was left goes on', async () => {
    const asked: unknown[] = [];
    const { store, change } = await changing({
      changePhone: async (_, body) => {
        asked.push(body);
        return sent('A2B');
      },
    });
    expect(asked).toEqual([{ phone: '010-8765-4321', locale: 'ko' }]);
    expect(change).toEqual({
      registration: 'reg_2',
      reference: 'A2B',
      expiresAt: NOW + 300_000,
      resendAt: NOW + 30_000,
      phone: '010-****-4321',
    });
    expect(await store.read('changing')).toEqual(change);
    expect(JSON.stringify(store.writes)).not.toContain('8765');
  });

  it('R-9 the right code changes what the app shows, and the vault stays as it is', async () => {
    const learner = { name: '홍길동', phone: '010-8765-4321' };
    const asked: unknown[] = [];
    const { world, store, change } = await changing({
      provePhone: async (_, body) => {
        asked.push(body);
        return ok(deviceReply({ learner }));
      },
    });
    const vault = await store.read('vault');
    expect(await provePhone(world, change, '135791')).toEqual({ kind: 'registered' });
    expect(asked).toEqual([{ registration: 'reg_2', code: '135791' }]);
    expect(await store.read('learner')).toEqual({ name: '홍*동', phone: '010-****-4321' });
    expect(await store.read('changing')).toBeUndefined();
    expect(await store.read('vault')).toBe(vault);
  });

  it('R-9 a wrong code changes nothing, and the message can be sent again', async () => {
    const { world, store, change } = await changing({
      provePhone: async () => problem(422, 'wrong-proof'),
      resend: async () => sent('C3D'),
    });
    expect(await provePhone(world, change, '000000')).toMatchObject({ kind: 'refused' });
    expect(await store.read('learner')).toEqual({ name: '홍*동', phone: '010-****-5678' });
    expect(await resendToPhone(world, change)).toEqual({
      kind: 'changing',
      changing: { ...change, reference: 'C3D' },
    });
    expect((await store.read('changing'))?.reference).toBe('C3D');
  });
});

describe('R-5 “this was not me”, of a check', () => {
  it('R-5 names the check and says whether it arrived', async () => {
    const asked: unknown[] = [];
    const { world } = await registered({
      dispute: async (_, body) => {
        asked.push(body);
        return ok(undefined, 204);
      },
    });
    expect(await disputeCheck(world, 'chk_1')).toBe('disputed');
    expect(asked).toEqual([{ check: 'chk_1' }]);
    const offline = await registered({ dispute: nothing });
    expect(await disputeCheck(offline.world, 'chk_1')).toBe('unreachable');
    const refused = await registered({ dispute: async () => problem(404, 'check-unknown') });
    expect(await disputeCheck(refused.world, 'chk_1')).toBe('failed');
  });
});
