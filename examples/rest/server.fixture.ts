import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  exam,
  PUBLIC_URL,
  type System,
  startSystem,
  TestWorld,
} from '../../apps/server/test/support/system.ts';
import { codeOf, type Example } from './sample.fixture.ts';

export function againstTheServer(example: Example): void {
  let system: System;
  let real: Record<string, unknown>;
  beforeEach(async () => {
    system = await startSystem('sqlite', { world: new TestWorld(Date.now()) });
    const url = await system.app.server.listen({ host: '127.0.0.1', port: 0 });
    const { id: institution, apiKey } = system.institution;
    real = example.settings(url, { issuer: PUBLIC_URL, institution, apiKey, allowDemo: true });
  });
  afterEach(() => system.close());

  async function passed() {
    const phone = await system.registered();
    const opened = await example.call('requireCheck', { settings: real, request: exam });
    const token = new URL(opened.returned.url).pathname.split('/')[2] ?? '';
    await system.answer(token, phone.code());
    const check = opened.returned.id as string;
    return { check, phone, fetched: await example.call('getCheck', { settings: real, check }) };
  }

  it('C-1 and C-8: a check is opened, passed by a phone, fetched and its receipt believed', async () => {
    const { check, phone, fetched } = await passed();
    expect(fetched.returned).toMatchObject({ id: check, status: 'passed', receipt: expect.any(String) });
    const { receipt } = fetched.returned;
    const believed = await example.call('verifyReceipt', {
      ...{ settings: real, receipt, check, learner: exam.learner.id },
    });
    expect(believed.returned).toMatchObject({
      ...{ iss: PUBLIC_URL, aud: 'inst', sub: 'trainee-17', jti: check, method: 'motp' },
      ...{ course: exam.course, occasion: exam.occasion, device: phone.thumbprint, demo: true },
    });
  });

  it('C-8 the same receipt opens nothing for another check, learner, institution or server, nor for real', async () => {
    const { check, fetched } = await passed();
    const { receipt } = fetched.returned;
    const right = { settings: real, receipt, check, learner: exam.learner.id };
    const [header, payload, signature] = receipt.split('.');
    const changed = Buffer.from(payload, 'base64url').toString().replace('trainee-17', 'trainee-18');
    const table: [Record<string, unknown>, string][] = [
      [{}, 'believed'],
      [{ check: 'chk_another' }, 'wrong-check'],
      [{ learner: 'trainee-18' }, 'wrong-learner'],
      [{ settings: { ...real, institution: 'other' } }, 'wrong-audience'],
      [{ settings: { ...real, issuer: 'https://other.example' } }, 'wrong-issuer'],
      [{ settings: { ...real, allowDemo: false } }, 'demo-refused'],
      [{ receipt: [header, Buffer.from(changed).toString('base64url'), signature].join('.') }, 'tampered'],
    ];
    for (const [fields, code] of table) {
      expect(codeOf(await example.call('verifyReceipt', { ...right, ...fields }))).toBe(code);
    }
  });

  it('P-3 what the server refuses comes with its code and status', async () => {
    const request = { ...exam, mood: 'fine' };
    const table: [string, Record<string, unknown>, string, number][] = [
      ['getCheck', { check: 'chk_unknown' }, 'check-unknown', 404],
      ['requireCheck', { request }, 'unknown-field', 400],
      ['requireCheck', { request: exam, settings: { ...real, apiKey: 'wrong' } }, 'unauthorized', 401],
    ];
    for (const [call, fields, problem, status] of table) {
      expect(await example.call(call, { settings: real, ...fields })).toMatchObject({ problem, status });
    }
  });

  it('C-9 an idempotency key gives the same check again, and refuses another body', async () => {
    const asked = { settings: real, request: exam, idempotencyKey: 'exam 1' };
    const first = await example.call('requireCheck', asked);
    expect(await example.call('requireCheck', asked)).toEqual(first);
    const other = { ...asked, request: { ...exam, occasion: { kind: 'exam', number: 2 } } };
    expect((await example.call('requireCheck', other)).problem).toBe('idempotency-mismatch');
  });
}
