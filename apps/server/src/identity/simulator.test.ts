import { beforeEach, describe, expect, it } from 'vitest';
import type { PhoneNumber } from '../learners/rules.ts';
import { type IdentityStart, ProviderUnavailableError } from './provider.ts';
import { createSimulator, type Simulator } from './simulator.ts';

const MINUTE = 60_000;
const reference = '0123456789abcdef0123456789abcdef';
const returnUrl = 'https://motp.example/identity/return/idt_1';
const phone = '+821012345678' as PhoneNumber;
const typed = { name: '홍길동', birthDate: '19900131', phone: '010-1234-5678' };
const ipin = { id: 'hong', password: 'x', name: '홍길동', birthDate: '1990-01-31' };

describe('C-6 the simulator', () => {
  let now: number;
  let texts: { to: string; text: string; expiresAt: number }[];
  let simulator: Simulator;

  beforeEach(() => {
    now = Date.UTC(2026, 10, 23, 3, 0, 5);
    texts = [];
    let drawn = 0;
    simulator = createSimulator({
      world: { now: () => now, random: (bytes) => Buffer.alloc(bytes, ++drawn) },
      publicUrl: 'https://motp.example',
      hangMs: 0,
      sendText: async (message) => void texts.push(message),
    });
  });

  const start = (method: 'phone' | 'ipin' = 'phone', fields: Partial<IdentityStart> = {}) =>
    simulator.provider(method).start({
      ...{ method, reference, returnUrl, person: { name: '홍길동', phone }, locale: 'ko' },
      ...fields,
    });
  const complete = (method: 'phone' | 'ipin' = 'phone', state = { reference }) =>
    simulator.provider(method).complete(state, { result: 'ok' });
  const newestCode = () => /\d{6}/.exec(texts.at(-1)?.text ?? '')?.[0] ?? '';
  const wrongCode = () => (newestCode() === '000000' ? '111111' : '000000');
  const transaction = reference;

  it('C-6 opens a window that knows name and number, and says what it gives', async () => {
    expect(await start()).toEqual({
      state: { reference },
      url: `https://motp.example/demo/identity/${reference}`,
    });
    expect(simulator.view(reference)).toEqual({
      method: 'phone',
      locale: 'ko',
      person: { name: '홍길동', phone: '01012345678' },
    });
    expect(simulator.provider('phone').gives).toEqual({ phone: true, birthDate: true, di: true });
    expect(simulator.provider('ipin').gives).toEqual({ phone: false, birthDate: true, di: true });
  });

  it('C-6 the code of the message certifies whom was typed, the same each time it is asked', async () => {
    await start();
    expect(await simulator.sendCode(reference, typed)).toEqual({ outcome: 'sent', secondsLeft: 300 });
    expect(texts).toEqual([{ to: phone, text: expect.any(String), expiresAt: now + 5 * MINUTE }]);
    const ended = { outcome: 'certified', redirect: `${returnUrl}?result=ok` };
    expect(simulator.confirmCode(reference, newestCode())).toEqual(ended);
    expect(simulator.confirmCode(reference, 'again')).toEqual(ended);
    expect(await simulator.sendCode(reference, typed)).toEqual(ended);
    expect(simulator.view(reference)).toBeUndefined();
    const person = { name: '홍길동', birthDate: '1990-01-31', phone, di: expect.any(String), transaction };
    const first = await complete();
    expect(first).toEqual({ kind: 'certified', person });
    expect(await complete()).toEqual(first);
  });

  it('C-6 one person has one DI, whichever method says it, and another person another', async () => {
    const certified = async (nth: number, fields: { name?: string; birthDate?: string } = {}) => {
      const other = `${nth}`.repeat(32);
      await start('ipin', { reference: other });
      simulator.confirmIpin(other, { ...ipin, ...fields });
      const result = await complete('ipin', { reference: other });
      return result.kind === 'certified' ? result.person : undefined;
    };
    await start();
    await simulator.sendCode(reference, typed);
    simulator.confirmCode(reference, newestCode());
    const byPhone = await complete();
    const byIpin = await certified(1);
    expect(byPhone).toMatchObject({ person: { di: byIpin?.di } });
    expect(byIpin).not.toHaveProperty('phone');
    expect((await certified(2, { name: '홍 길동' }))?.di).toBe(byIpin?.di);
    expect((await certified(3, { name: '김영희' }))?.di).not.toBe(byIpin?.di);
    expect((await certified(4, { birthDate: '19900201' }))?.di).not.toBe(byIpin?.di);
  });

  it('C-6 what the browser brings back is never believed: an unfinished window proves nothing', async () => {
    await start();
    await simulator.sendCode(reference, typed);
    expect(await complete()).toEqual({ kind: 'failed', why: 'not-verified' });
    expect(await complete('ipin')).toEqual({ kind: 'failed', why: 'unknown-transaction' });
    expect(await complete('phone', { reference: 'f'.repeat(32) })).toEqual({
      kind: 'failed',
      why: 'unknown-transaction',
    });
  });

  it('C-6 five wrong codes fail the window, resending gives no tries back', async () => {
    await start();
    await simulator.sendCode(reference, typed);
    const left: unknown[] = [];
    for (let nth = 0; nth < 3; nth++) left.push(simulator.confirmCode(reference, wrongCode()));
    await simulator.sendCode(reference, typed);
    left.push(simulator.confirmCode(reference, wrongCode()));
    expect(left).toEqual([4, 3, 2, 1].map((triesLeft) => ({ outcome: 'wrong-code', triesLeft })));
    const failed = { outcome: 'failed', redirect: `${returnUrl}?result=failed` };
    expect(simulator.confirmCode(reference, wrongCode())).toEqual(failed);
    expect(simulator.confirmCode(reference, newestCode())).toEqual(failed);
    expect(await complete()).toEqual({ kind: 'failed', why: 'refused-in-window' });
  });

  it('C-6 a code lives five minutes, a new one ends it, and there are five messages', async () => {
    await start();
    expect(simulator.confirmCode(reference, '123456')).toEqual({ outcome: 'code-expired' });
    await simulator.sendCode(reference, typed);
    const first = newestCode();
    now += 5 * MINUTE;
    expect(simulator.confirmCode(reference, first)).toEqual({ outcome: 'code-expired' });
    for (let nth = 2; nth <= 5; nth++) {
      expect(await simulator.sendCode(reference, typed)).toMatchObject({ outcome: 'sent' });
    }
    expect(await simulator.sendCode(reference, typed)).toEqual({ outcome: 'too-many' });
    expect(texts).toHaveLength(5);
    expect(simulator.confirmCode(reference, first)).toEqual({ outcome: 'wrong-code', triesLeft: 4 });
    expect(simulator.confirmCode(reference, newestCode())).toMatchObject({ outcome: 'certified' });
  });

  it('C-6 a field that cannot be right is named, and nothing is sent', async () => {
    await start();
    expect(await simulator.sendCode(reference, { ...typed, birthDate: '19900231' })).toEqual({
      outcome: 'refused',
      fields: ['birthDate'],
    });
    expect(texts).toEqual([]);
  });

  it.each([
    ['cancelled', 'cancelled', { kind: 'cancelled' }],
    ['failed', 'failed', { kind: 'failed', why: 'refused-in-window' }],
  ] as const)('C-6 a window can end as %s', async (ending, result, expected) => {
    await start();
    const ended = { outcome: ending, redirect: `${returnUrl}?result=${result}` };
    expect(simulator.end(reference, ending)).toEqual(ended);
    expect(simulator.end(reference, 'hanging')).toEqual(ended);
    expect(await complete()).toEqual(expected);
  });

  it('C-6 a provider that hangs has no answer, however often it is asked', async () => {
    await start('ipin');
    expect(simulator.end(reference, 'hanging')?.redirect).toBe(`${returnUrl}?result=ok`);
    await expect(complete('ipin')).rejects.toThrow(ProviderUnavailableError);
    await expect(complete('ipin')).rejects.toThrow(ProviderUnavailableError);
  });

  it('C-6 a window is over after ten minutes and forgotten after an hour', async () => {
    await start();
    await simulator.sendCode(reference, typed);
    simulator.confirmCode(reference, newestCode());
    now += 10 * MINUTE;
    expect(await simulator.sendCode(reference, typed)).toBeUndefined();
    expect(simulator.end(reference, 'cancelled')).toBeUndefined();
    expect(await complete()).toMatchObject({ kind: 'certified' });
    now += 51 * MINUTE;
    await start('phone', { reference: 'e'.repeat(32) });
    expect(await complete()).toEqual({ kind: 'failed', why: 'unknown-transaction' });
  });

  it('C-6 a window answers only in its own method', async () => {
    await start('ipin');
    expect(await simulator.sendCode(reference, typed)).toBeUndefined();
    expect(simulator.confirmCode(reference, '123456')).toBeUndefined();
    expect(simulator.confirmIpin(reference, { ...ipin, password: '' })).toEqual({
      outcome: 'refused',
      fields: ['password'],
    });
  });
});
