import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ACCREDIT,
  ENTRY_LOG,
  encoded,
  examForm,
  logForm,
  openFacade,
  RESET,
  resetForm,
  SUBSTITUTE_LOG,
} from './support/drop-in.ts';
import { dialects, type System, startSystem } from './support/system.ts';

const TABLES = [
  'check',
  'device',
  'learner',
  'audit_event',
  'drop_in',
  'drop_in_counter',
  'drop_in_record',
] as const;

for (const dialect of dialects) {
  describe(`arbitrary input of façades on ${dialect}`, () => {
    let system: System;
    afterEach(() => system.close());

    const rows = () =>
      Promise.all(TABLES.map((table) => system.database.sql.selectFrom(table).selectAll().execute()));

    /** Forms as pages send them, of which one field at least is not what it should be. */
    const broken = fc
      .record({
        form: fc.constantFrom(examForm, resetForm, logForm),
        field: fc.constantFrom('AGTID', 'USRID'),
        value: fc.oneof(
          fc.constantFrom('', ' ', 'x'.repeat(65), '\u0000', "'; drop table device; --"),
          fc.string({ unit: 'binary', maxLength: 400 }),
        ),
      })
      .filter(({ field, value }) => field === 'AGTID' || !/^[^\p{Cc}\p{Cs}]{1,64}$/u.test(value.trim()))
      .map(({ form, field, value }) => encoded({ ...form, OTPNO: '123456', [field]: value.toWellFormed() }));

    it('P-3 arbitrary bodies, types, methods and headers are never answered 500 and change nothing', async () => {
      system = await startSystem(dialect);
      await system.registered();
      await openFacade(system);
      const before = await rows();
      const token = fc.string({ unit: fc.constantFrom(...'abc/;=", *%\t'), maxLength: 30 });
      const request = fc.record({
        url: fc.constantFrom(ACCREDIT, RESET, SUBSTITUTE_LOG, ENTRY_LOG),
        method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
        type: fc.oneof(
          fc.constantFrom(
            'application/x-www-form-urlencoded',
            'application/json',
            'multipart/form-data',
            'text/xml',
          ),
          fc.constantFrom('application/x-www-form-urlencoded; charset=utf-8', '', ';', 'a/b; c='),
          token,
        ),
        origin: fc.option(fc.constantFrom('http://127.0.0.1:4001', 'null', 'https://evil.example', '\u00e9')),
        key: fc.option(fc.constantFrom('Bearer', 'Bearer motp_x', `Bearer ${'x'.repeat(300)}`, 'Basic x')),
        body: fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
          fc.json(),
          fc.string({ minLength: 16_385, maxLength: 16_400 }),
          broken,
        ),
      });
      await fc.assert(
        fc.asyncProperty(request, async ({ url, method, type, origin, key, body }) => {
          const headers = {
            'content-type': type,
            ...(origin === null ? {} : { origin }),
            ...(key === null ? {} : { authorization: key }),
          };
          const sent = method === 'GET' || method === 'OPTIONS' ? {} : { payload: body };
          const reply = await system.app.server.inject({ method: method as 'POST', url, headers, ...sent });
          expect(reply.statusCode).toBe(method === 'OPTIONS' ? 204 : 200);
          // AP002: the form of another page, which has no name.
          if (method !== 'OPTIONS')
            expect(reply.body).toMatch(/"code":"(AP00[27]|WE00[1-4])"|<Remark>(AP007|WE00[1-4])</);
        }),
        { numRuns: 800 },
      );
      expect(await rows()).toEqual(before);
    });
  });
}
