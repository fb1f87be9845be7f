import { verifyReceipt } from '@motp/lms-sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { closeExemption, type NewExemption, openExemption } from '../src/exemptions/operate-exemption.ts';
import { Certifier } from '../src/identity/certifier.fixture.ts';
import { addInstitution } from '../src/institutions/add-institution.ts';
import { NumberRefusedError, sendMessages } from '../src/messages/send-messages.ts';
import {
  dialects,
  exam,
  LMS_ORIGIN,
  PUBLIC_URL,
  type System,
  startSystem,
  홍길동,
} from './support/system.ts';
import { tally, wrongCodes } from './support/wrong-codes.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const 김영희 = { id: 'trainee-18', name: '김영희', phone: '010-2222-3333' };

for (const dialect of dialects) {
  describe(`an exemption window on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const ask = (more: object = {}, headers: Record<string, string> = {}, key = system.institution.apiKey) =>
      system.send({
        method: 'POST',
        path: '/v1/checks',
        headers: { authorization: `Bearer ${key}`, ...headers },
        body: { ...exam, learner: 김영희, ...more },
      });

    const answer = async (...asked: Parameters<typeof ask>) => {
      const { status, json } = await ask(...asked);
      return [status, json.method ?? json.status];
    };

    const declare = async (fields: Partial<NewExemption> = {}): Promise<string> => {
      const asked = { provider: 'sms', institutions: ['inst'], hours: 2, reason: '문자 장애' };
      const opened = await openExemption(system, { ...asked, actor: 'command', ...fields });
      return opened.kind === 'opened' ? opened.id : expect.fail(opened.problems.join());
    };

    /** Somebody asks for a code by SMS, and the gateway fails in this way. */
    const messageFails = async (phone: string, error = new Error('down')) => {
      await (await system.phone()).begin({ name: '김영희', phone });
      const send = () => Promise.reject(error);
      await sendMessages({ ...system, sender: { keepsText: false, send }, failed: () => undefined });
    };

    const trail = (kind: string) =>
      system.database.sql
        .selectFrom('audit_event')
        .select(['actor', 'check_id as check', 'institution_id as institution', 'data_json as data'])
        .where('kind', '=', kind)
        .orderBy('id')
        .execute()
        .then((rows) => rows.map(({ data, ...row }) => ({ ...row, data: JSON.parse(data ?? '{}') })));

    /** As the SDK of the LMS decides. */
    const verified = async ({ id, receipt }: { id: string; receipt: string }) => {
      const jwks = (await system.send({ method: 'GET', path: '/.well-known/jwks.json' })).json as never;
      const expected = { issuer: PUBLIC_URL, audience: 'inst', check: id, learner: 김영희.id, jwks };
      return verifyReceipt(receipt, { ...expected, now: () => system.world.now(), allowDemo: true });
    };

    it('S-5 while SMS fails, who has no registration is let in with a receipt that says exemption', async () => {
      system = await startSystem(dialect);
      await system.send({
        ...{ method: 'PUT', path: '/v1/webhook', body: { url: 'http://127.0.0.1:4999/motp' } },
        headers: { authorization: `Bearer ${system.institution.apiKey}` },
      });
      const window = await declare();
      expect(await answer()).toEqual([201, 'open']);
      await messageFails(김영희.phone);
      const { status, json } = await ask();
      expect([status, json]).toEqual([
        201,
        {
          ...{ id: expect.stringMatching(/^chk_/), status: 'passed', method: 'exemption' },
          receipt: json.receipt,
        },
      ]);
      const claims = await verified(json);
      expect(claims).toMatchObject({ method: 'exemption', amr: [], reasons: ['entry', 'exam'] });
      expect([claims.device, claims.registration, claims.iat]).toEqual([
        ...[undefined, undefined, Math.floor(system.world.now() / 1000)],
      ]);
      expect(await trail('check.passed')).toEqual([
        {
          ...{ actor: 'system', check: json.id, institution: 'inst' },
          data: { method: 'exemption', window, registration: 'missing' },
        },
      ]);
      const events = await system.database.sql.selectFrom('webhook_event').selectAll().execute();
      expect(events.map(({ type, subject }) => [type, subject])).toEqual([['check.passed', json.id]]);
      expect(JSON.parse(events[0]?.payload_json ?? '').data.method).toBe('exemption');
      // It stands like any passed check, and the one that was open is over.
      expect((await ask()).json).toMatchObject({ status: 'not-required', because: 'already-checked' });
      const rows = await system.database.sql.selectFrom('check').select(['status', 'method']).execute();
      expect(tally(rows.map((row) => `${row.status} ${row.method}`))).toEqual({
        'expired null': 1,
        'passed exemption': 1,
      });
    });

    it('S-5 a registration that works is asked as ever; a locked one is exempted; a namesake is not', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      await declare({ institutions: '*' });
      await messageFails('010-9999-0000');
      const mine = { learner: 홍길동 };
      const opened = await system.openCheck(mine);
      const stranger = { learner: { ...김영희, phone: 홍길동.phone } };
      expect(await answer(stranger)).toEqual([201, 'open']);
      for (const code of wrongCodes(phone, system.world.now(), 5)) await system.answer(opened.token, code);
      expect(await answer(mine)).toEqual([201, 'exemption']);
      expect((await trail('check.passed')).map(({ data }) => data.registration)).toEqual(['locked']);
      expect(await answer({ ...stranger, occasion: { kind: 'exam', number: 2 } })).toEqual([201, 'open']);
    });

    it('S-5 ends with 15 minutes of quiet, with its hours, and when it is closed', async () => {
      system = await startSystem(dialect);
      const nth = (number: number) => ({ occasion: { kind: 'assignment', number } });
      const id = await declare({ hours: 1 });
      await messageFails(김영희.phone);
      system.world.advance(15 * MINUTE);
      expect(await answer(nth(1))).toEqual([201, 'exemption']);
      system.world.advance(1);
      expect(await answer(nth(2))).toEqual([201, 'open']);
      await messageFails('010-9999-0001');
      expect(await answer(nth(3))).toEqual([201, 'exemption']);
      system.world.advance(45 * MINUTE - 1);
      await messageFails('010-9999-0002');
      expect(await answer(nth(4))).toEqual([201, 'open']);
      const second = await declare();
      expect(await answer(nth(5))).toEqual([201, 'exemption']);
      const closing = { id: second, reason: '문자 정상', actor: 'command' };
      expect(await closeExemption(system, closing)).toEqual({ kind: 'closed' });
      expect(await answer(nth(6))).toEqual([201, 'open']);
      for (const over of [second, id]) {
        const again = await closeExemption(system, { ...closing, id: over });
        expect(again).toEqual({ kind: 'refused', problems: ['this window is over already'] });
      }
      expect((await trail('exemption.closed')).map(({ data }) => data)).toEqual([
        { window: second, provider: 'sms', reason: '문자 정상' },
      ]);
    });

    it('S-5 is of its institutions and its provider alone, and a refused number is no outage', async () => {
      system = await startSystem(dialect);
      const input = { id: 'other', name: '다른 기관', origins: [LMS_ORIGIN] };
      const other = await addInstitution(system.database, system.world, input);
      const otherKey = other.kind === 'added' ? other.apiKey : expect.fail(other.kind);
      await declare();
      await declare({ provider: 'portone', institutions: ['other'] });
      await messageFails(김영희.phone, new NumberRefusedError('1060'));
      expect(await answer()).toEqual([201, 'open']);
      await messageFails('010-9999-0003');
      expect(await answer({}, {}, otherKey)).toEqual([201, 'open']);
      expect(await answer()).toEqual([201, 'exemption']);
    });

    it('S-5 an identity provider that does not answer counts, at the start and at the result', async () => {
      const certifier = new Certifier({}, 'nice');
      system = await startSystem(dialect, { providers: { phone: certifier } });
      await declare({ provider: 'nice' });
      const { token } = await system.openCheck({ learner: 김영희 });
      const begin = () =>
        system.send({ method: 'POST', path: `/check/${token}/identity`, body: { method: 'phone' } });
      const { attempt, secret } = (await begin()).json;
      expect(await answer({ occasion: { kind: 'exam', number: 2 } })).toEqual([201, 'open']);
      certifier.isDown(true);
      const path = `/identity/return/${attempt}`;
      const returned = await system.send({ method: 'POST', path, body: { secret, parameters: {} } });
      expect(returned.status).toBe(503);
      expect(await answer({ occasion: { kind: 'exam', number: 2 } })).toEqual([201, 'exemption']);
      system.world.advance(MINUTE);
      expect((await begin()).status).toBe(503);
      const failures = await system.database.sql.selectFrom('provider_failure').selectAll().execute();
      expect(failures).toEqual([{ provider: 'nice', failed_at: system.world.now(), failures: 2 }]);
    });

    it('S-5 at once: one check; with one Idempotency-Key: one answer', async () => {
      system = await startSystem(dialect);
      await declare();
      await messageFails(김영희.phone);
      const replies = await Promise.all(Array.from({ length: 8 }, () => ask()));
      expect(tally(replies.map(({ json }) => json.status))).toEqual({ passed: 1, 'not-required': 7 });
      const second = { occasion: { kind: 'exam', number: 2 } };
      const keyed = await Promise.all(
        Array.from({ length: 8 }, () => ask(second, { 'idempotency-key': 'once' })),
      );
      expect(tally(keyed.map(({ status, json }) => `${status} ${json.method}`))).toEqual({
        '201 exemption': 8,
      });
      expect(new Set(keyed.map(({ json }) => json.id)).size).toBe(1);
      for (const { json } of keyed) expect((await verified(json)).method).toBe('exemption');
      const rows = await system.database.sql.selectFrom('check').select('method').execute();
      expect(rows).toHaveLength(2);
    });

    it('S-3 S-5 blocked stays blocked, and force opens an exempted check', async () => {
      system = await startSystem(dialect);
      await declare();
      await messageFails(김영희.phone);
      const lesson = (number: number) => ({ occasion: { kind: 'lesson', number } });
      expect(await answer(lesson(1))).toEqual([201, 'exemption']);
      for (let number = 2; number <= 8; number++) {
        expect(await answer(lesson(number))).toEqual([200, 'not-required']);
      }
      expect(await answer({ ...lesson(9), force: true })).toEqual([200, 'blocked']);
      const forced = await ask({ ...lesson(8), force: true });
      expect((await verified(forced.json)).reasons).toEqual(['forced']);
    });

    it('S-5 is opened in words only: provider, institutions, hours and a reason', async () => {
      system = await startSystem(dialect);
      const asked = { provider: 'kakao', institutions: ['nobody'], hours: 25, reason: ' ', actor: 'command' };
      expect(await openExemption(system, asked)).toEqual({
        kind: 'refused',
        problems: [
          'there is no provider "kakao": one of sms, portone, nice, oidc, simulator',
          '--hours must be more than 0 and at most 24',
          'a reason is needed: it goes into the audit trail',
          'there is no institution "nobody"',
        ],
      });
      const reason = '01012345678';
      expect(await openExemption(system, { ...asked, institutions: [], reason })).toMatchObject({
        problems: { length: 4 },
      });
      expect(await closeExemption(system, { id: 'exm_1', reason: '끝', actor: 'command' })).toMatchObject({
        problems: ['there is no exemption window "exm_1": `motp exemption list` shows them'],
      });
      const until = new Date(system.world.now() + 2 * HOUR).toISOString();
      const window = await declare();
      const data = { window, provider: 'sms', institutions: 'inst', until, reason: '문자 장애' };
      expect((await trail('exemption.opened')).map((event) => event.data)).toEqual([data]);
    });
  });
}
