import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Certifier } from '../src/identity/certifier.fixture.ts';
import { dialects, exam, type System, startSystem, 홍길동 } from './support/system.ts';

describe('bad input', () => {
  let system: System;
  let headers: Record<string, string>;
  let token: string;
  beforeAll(async () => {
    system = await startSystem('sqlite');
    headers = { authorization: `Bearer ${system.institution.apiKey}` };
    token = (await system.openCheck({ occasion: { kind: 'exam', number: 500 } })).token;
  });
  afterAll(() => system.close());

  const post = (path: string, body: unknown, more: Record<string, string> = {}) =>
    system.send({ method: 'POST', path, body, headers: { ...headers, ...more } });
  const code = async (body: unknown) => {
    const reply = await post('/v1/checks', body);
    return [reply.status, reply.json.code];
  };

  it('P-3 malformed JSON, other types, unknown fields, large bodies and other media types have a code each', async () => {
    expect(await code('{"learner":')).toEqual([400, 'malformed-json']);
    expect(await code('{"__proto__":{"a":1}}')).toEqual([400, 'malformed-json']);
    expect(await code('[]')).toEqual([400, 'malformed']);
    expect(await code('')).toEqual([400, 'malformed']);
    expect(await code({ ...exam, occasion: { kind: 'exam', number: '1' } })).toEqual([400, 'malformed']);
    expect(await code({ ...exam, extra: 1 })).toEqual([400, 'unknown-field']);
    expect(await code({ ...exam, course: { ...exam.course, title: 'a'.repeat(20_000) } })).toEqual([
      413,
      'body-too-large',
    ]);
    const form = await post('/v1/checks', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([form.status, form.json.code]).toEqual([415, 'unsupported-media-type']);
    const plain = await post(`/check/${token}/code`, '123456', { 'content-type': 'text/plain' });
    expect([plain.status, plain.json.code]).toEqual([415, 'unsupported-media-type']);
  });

  it('P-3 a problem names the place and never repeats the input', async () => {
    const reply = await post('/v1/checks', {
      ...exam,
      learner: { ...홍길동, phone: '010-999', shoe: 'secret-value' },
    });
    expect(reply.json).toEqual({
      type: 'urn:motp:problem:unknown-field',
      title: 'The request carries a field that does not exist',
      status: 400,
      detail: expect.any(String),
      code: 'unknown-field',
      errors: [{ path: '/learner/shoe', message: expect.any(String) }],
    });
    const phone = await post('/v1/checks', { ...exam, learner: { ...홍길동, phone: '010-999' } });
    expect(phone.json.errors).toEqual([{ path: '/learner/phone', message: 'is not a phone number' }]);
    expect(phone.text).not.toContain('010-999');
  });

  it('P-3 U+0000 and lone surrogates are refused', async () => {
    for (const name of ['홍\u0000길동', '홍\ud800']) {
      const reply = await post('/v1/checks', { ...exam, learner: { ...홍길동, name } });
      expect([reply.status, reply.json.code]).toEqual([400, 'bad-text']);
      expect(reply.json.errors).toEqual([{ path: '/learner/name', message: expect.any(String) }]);
    }
  });

  it('P-3 lengths, occasions, dates and return addresses are what the wire says', async () => {
    const learner = (fields: object) => ({ ...exam, learner: { ...홍길동, ...fields } });
    expect(await code(learner({ name: '가'.repeat(100) }))).toEqual([201, undefined]);
    expect(await code(learner({ name: '가'.repeat(101) }))).toEqual([400, 'malformed']);
    expect(await code(learner({ id: 'a'.repeat(65) }))).toEqual([400, 'malformed']);
    expect(await code(learner({ birthDate: '1990-02-31' }))).toEqual([400, 'malformed']);
    expect(await code({ ...exam, occasion: { kind: 'exam', number: 1000 } })).toEqual([400, 'malformed']);
    expect(await code({ ...exam, occasion: { kind: 'quiz', number: 1 } })).toEqual([400, 'malformed']);
    const back = 'origin-not-registered';
    expect(await code({ ...exam, returnUrl: 'https://evil.example/' })).toEqual([422, back]);
    expect(await code({ ...exam, returnUrl: 'javascript:alert(1)' })).toEqual([422, back]);
    const key = await post('/v1/checks', exam, { 'idempotency-key': 'a'.repeat(65) });
    expect([key.status, key.json.code]).toEqual([400, 'malformed']);
  });

  it('T-4 what is no six digits costs nothing, however long it is', async () => {
    for (const typed of ['', '12345', '1234567', 'abcdef', '١٢٣٤٥٦', '1'.repeat(5_000)]) {
      const reply = await post(`/check/${token}/code`, { code: typed });
      expect([reply.status, reply.json.code]).toEqual([400, 'not-a-code']);
    }
  });

  it('C-1 without a valid API key nothing is looked at', async () => {
    for (const authorization of ['', 'Bearer', 'Bearer motp_wrong', `Basic ${system.institution.apiKey}`]) {
      const reply = await post('/v1/checks', '{', { authorization });
      expect([reply.status, reply.json.code]).toEqual([401, 'unauthorized']);
      expect(reply.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('C-1 unknown ids and another institution’s are 404', async () => {
    const get = (path: string) => system.send({ method: 'GET', path, headers });
    for (const path of ['/v1/checks/chk_none', '/check/none/state', '/v1/nothing', '/%zz']) {
      const reply = await get(path);
      expect([path, reply.status]).toEqual([path, path === '/%zz' ? 400 : 404]);
      expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    }
    expect((await post('/check/none/code', { code: '123456' })).status).toBe(404);
  });
});

for (const dialect of dialects) {
  describe(`arbitrary input on ${dialect}`, () => {
    let system: System;
    afterEach(() => system.close());

    /** Every route that reads something, with a check, a registration and an attempt that exist, and with none. */
    async function start() {
      const certifier = new Certifier();
      system = await startSystem(dialect, { providers: { phone: certifier, ipin: certifier } });
      const { token } = await system.openCheck();
      const phone = await system.phone();
      const begun = await phone.begin({ ...홍길동, id: undefined });
      const registration = `/app-api/registrations/${begun.json.registration}`;
      const path = `${registration}/identity`;
      const { attempt, secret } = (await phone.request('POST', path, { method: 'phone' })).json;
      const paths = [
        '/v1/checks',
        `/check/${token}/code`,
        `/check/${token}/identity`,
        '/app-api/registrations',
        `${registration}/proof`,
        '/app-api/registrations/reg_1/proof',
        '/app-api/registrations/reg_1/resend',
        path,
        '/app-api/device/dispute',
        '/app-api/device/phone',
        '/app-api/device/phone/proof',
        '/app-api/device/identity',
        `/identity/return/${attempt}`,
        '/identity/return/idt_1',
      ];
      return { phone, paths, secret };
    }

    it('P-3 arbitrary bodies are never answered 500 and change nothing', async () => {
      const { phone, paths, secret } = await start();
      const authorization = `Bearer ${system.institution.apiKey}`;
      const before = await counts(system);
      const shaped = fc.record(
        {
          ...{ learner: fc.anything(), code: fc.anything(), phone: fc.string() },
          ...{ name: fc.string({ unit: 'binary' }), method: fc.anything(), purpose: fc.anything() },
          ...{ check: fc.string({ unit: 'binary' }), registration: fc.string({ unit: 'binary' }) },
          ...{ attempt: fc.string({ unit: 'binary' }), secret: fc.constantFrom(`${secret}A`, '', 'A') },
          parameters: fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.string({ unit: 'binary' }))),
        },
        { requiredKeys: [] },
      );
      const request = fc.record({
        path: fc.constantFrom(...paths),
        body: fc.oneof(
          ...[fc.json(), fc.string({ unit: 'binary' })],
          fc.jsonValue().map((value) => JSON.stringify(value)),
          shaped.map(safeJson),
        ),
      });
      await fc.assert(
        fc.asyncProperty(request, async ({ path, body }) => {
          const headers = { authorization, dpop: await phone.proof('POST', path) };
          const { status } = await system.send({ method: 'POST', path, body, headers });
          expect([400, 401, 404, 410, 413, 415, 422]).toContain(status);
        }),
        { numRuns: 800 },
      );
      expect(await counts(system)).toEqual(before);
    });

    it('P-3 nor is what stands in an address: U+0000, other letters, encodings that are none', async () => {
      const { phone } = await start();
      const authorization = `Bearer ${system.institution.apiKey}`;
      const before = await counts(system);
      const routes = [
        ['GET', '/v1/checks/', ''],
        ['GET', '/check/', '/state'],
        ['POST', '/check/', '/identity'],
        ['POST', '/identity/return/', ''],
        ['GET', '/app-api/identity/', ''],
        ['GET', '/app-api/registrations/', ''],
        ['POST', '/app-api/registrations/', '/resend'],
        ['POST', '/app-api/registrations/', '/proof'],
        ['POST', '/app-api/registrations/', '/identity'],
      ] as const;
      const bodies = { identity: { method: 'phone' }, proof: { code: '000000' } };
      const part = fc.oneof(
        fc.constantFrom('%00', 'reg_%00', '%zz', '%ed%a0%80', '..', '%2e%2e', '%25', 'a'.repeat(300)),
        fc.string({ unit: 'grapheme', minLength: 1 }).map(encodeURIComponent),
      );
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...routes), part, async ([method, start, end], name) => {
          const path = `${start}${name}${end}`;
          const body = start.startsWith('/identity')
            ? { secret: 'A', parameters: {} }
            : bodies[end.slice(1) as keyof typeof bodies];
          const headers = { authorization, dpop: await phone.proof(method, path) };
          const sent = method === 'POST' && body ? { body } : {};
          const { status } = await system.send({ method, path, headers, ...sent });
          expect([400, 401, 404, 414]).toContain(status);
        }),
        { numRuns: 300 },
      );
      expect(await counts(system)).toEqual(before);
    });
  });
}

function safeJson(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? String(member) : member)) ?? ''
    );
  } catch {
    return '{';
  }
}

async function counts({ database }: System): Promise<number[]> {
  const tables = [
    'check',
    'registration',
    'device',
    'learner',
    'message',
    'audit_event',
    'identity_attempt',
  ] as const;
  return Promise.all(
    tables.map(async (table) => {
      const row = await database.sql
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow();
      return Number(row.rows);
    }),
  );
}
