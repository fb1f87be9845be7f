import { describe, expect, it } from 'vitest';
import { registrationIdentity } from './identity.ts';
import { deviceReply, NOW, nothing, ok, PERSON, phone, problem } from './phone.fixture.ts';
import { endsPending, needsIdentity, say } from './refusals.ts';
import { askDelivery, begin, prepare, prove, requireIdentity } from './registration.ts';
import type { Server } from './server.ts';
import { askStanding, findStart } from './start.ts';
import type { T } from './texts.ts';
import { ko } from './texts-ko.ts';

const t: T = (key, values = {}) => ko[key].replace(/{{(\w+)}}/g, (_, name: string) => String(values[name]));
const refused = (code: string, retryAfter?: number) => ({
  kind: 'refused' as const,
  problem: { status: 429, code },
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

async function begun(change: Partial<Server> = {}, proof: 'sms' | 'identity' = 'sms') {
  const device = await phone(change);
  await prepare(device.world);
  const pending = await begin(device.world, PERSON, ['terms-1'], 'ko', proof);
  if (pending.kind !== 'pending') throw new Error(pending.kind);
  return { ...device, pending: pending.pending };
}

describe('R-2 the proof of a number', () => {
  it('R-2 says that an identity check will prove it, and says nothing of it where a message does', async () => {
    const asked = await begun({}, 'identity');
    expect(asked.asked.begun[0]?.proof).toBe('identity');
    const plain = await begun();
    expect(plain.asked.begun[0]).not.toHaveProperty('proof');
  });

  it('R-2 a registration that an identity check proves is kept as such, without a reference', async () => {
    const { store } = await begun({}, 'identity');
    expect(await store.read('pending')).toMatchObject({
      proof: 'identity',
      reference: '',
      identity: ['phone'],
      expiresAt: NOW + 300_000,
    });
  });

  it('R-2 an app closed during the identity check goes on with it, past the time of the message', async () => {
    const { world, store, pending } = await begun({}, 'identity');
    const work = registrationIdentity(world, pending.registration);
    await work.keep({ id: 'idt_1', expiresAt: NOW + 600_000 });
    const late = { ...world, clock: { ...world.clock, now: () => NOW + 599_000 } };
    expect(await findStart(late)).toMatchObject({ kind: 'proof', pending: { attempt: { id: 'idt_1' } } });
    await work.keep(undefined);
    expect(await findStart(late)).toEqual({ kind: 'welcome' });
    expect((await store.read('pending'))?.vaultKey).toBe(pending.vaultKey);
  });

  it('R-2 an attempt of an older registration is not kept with a newer one', async () => {
    const { world, store } = await begun();
    await registrationIdentity(world, 'reg_0').keep({ id: 'idt_0', expiresAt: NOW });
    expect((await store.read('pending'))?.attempt).toBeUndefined();
  });

  it('R-2 a passed identity check brings the seed as a code does', async () => {
    const { world, store, pending } = await begun({}, 'identity');
    expect(await prove(world, pending, { attempt: 'idt_1' })).toEqual({ kind: 'registered' });
    expect(await store.read('pending')).toBeUndefined();
    expect(await findStart(world)).toEqual({ kind: 'passcode' });
  });

  it('R-2 says whether the message goes out, and nothing when that cannot be learned', async () => {
    const progress = { registration: 'reg_1', delivery: 'failing', identity: ['phone' as const] } as const;
    const failing = await begun({ progress: async () => ok({ ...progress, identity: ['phone'] }) });
    expect(await askDelivery(failing.world, failing.pending)).toBe('failing');
    for (const answer of [nothing, async () => problem(404, 'registration-unknown')]) {
      const { world, pending } = await begun({ progress: answer });
      expect(await askDelivery(world, pending)).toBeUndefined();
    }
  });

  it('R-2 a number that SMS cannot prove now is offered the other way; other refusals are not', () => {
    for (const code of ['message-limit', 'proof-closed', 'registration-over'])
      expect(say(t, refused(code, 30)).otherWay, code).toBe(true);
    for (const code of ['registration-limit', 'phone-not-mobile', 'identity-limit'])
      expect(say(t, refused(code, 30)).otherWay, code).toBeUndefined();
  });
});

describe('R-2a another name on a number', () => {
  it('R-2a ends no pending registration: it waits for an identity check, also when the app is closed', async () => {
    expect(endsPending(refused('identity-required'))).toBe(false);
    expect(needsIdentity(refused('identity-required'))).toBe(true);
    const { world, pending } = await begun();
    await requireIdentity(world, pending);
    expect(await findStart(world)).toMatchObject({ kind: 'proof', pending: { proof: 'required' } });
  });
});

describe('R-9 what the server knows of the owner', () => {
  it('R-9 a name or number that was changed is shown masked, and is written only when it is another', async () => {
    const learner = { name: '김영희', phone: '010-8765-4321' };
    const { world, store, pending } = await begun({ device: async () => ok(deviceReply({ learner })) });
    await prove(world, pending, { code: '135791' });
    await askStanding(world);
    expect(await store.read('learner')).toEqual({ name: '김*희', phone: '010-****-4321' });
    const writes = store.writes.length;
    await askStanding(world);
    expect(store.writes.length).toBe(writes);
  });
});
