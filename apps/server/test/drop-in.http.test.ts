import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setDropIn } from '../src/drop-in/set-drop-in.ts';
import { addInstitution } from '../src/institutions/add-institution.ts';
import { ACCREDIT, encoded, examForm, openFacade, postForm, RESET, withKey } from './support/drop-in.ts';
import type { Phone } from './support/phone.ts';
import { dialects, exam, LMS_ORIGIN, type System, startSystem, 홍길동 } from './support/system.ts';

for (const dialect of dialects) {
  describe(`pages of the existing service on ${dialect}`, () => {
    let system: System;
    let phone: Phone;
    beforeEach(async () => {
      system = await startSystem(dialect);
      phone = await system.registered();
      await openFacade(system);
    });
    afterEach(() => system.close());

    const call = (fields: Record<string, string | undefined>, headers = {}) =>
      postForm(system, ACCREDIT, { ...examForm, OTPNO: phone.code(), ...fields }, headers);
    const code = async (fields: Record<string, string | undefined>, headers = {}) =>
      (await call(fields, headers)).json.code;
    const trail = async (kind: string) => {
      const rows = await system.database.sql
        .selectFrom('audit_event')
        .selectAll()
        .where('kind', 'like', kind)
        .orderBy('id')
        .execute();
      return rows.map(({ kind: of, actor, data_json: json }) => [of, actor, JSON.parse(json ?? '{}')]);
    };
    const opening = () =>
      system.send({
        method: 'POST',
        path: '/v1/checks',
        headers: { authorization: `Bearer ${system.institution.apiKey}` },
        body: exam,
      });

    it('C-7 C-8 a page’s code is 200 with our receipt, once, and no check knows of it', async () => {
      const before = await system.database.sql.selectFrom('check').selectAll().execute();
      const reply = await call({});
      expect(reply.status).toBe(200);
      expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(reply.json).toEqual({
        code: '200',
        status: 'SUCCESS',
        msg: '인증하였습니다.',
        receipt: expect.any(String),
      });
      expect(decodeProtectedHeader(reply.json.receipt)).toMatchObject({
        alg: 'ES256',
        typ: 'motp-drop-in-receipt+jwt',
      });
      expect(decodeJwt(reply.json.receipt)).toEqual({
        iss: 'http://localhost:4000',
        aud: 'inst',
        sub: 홍길동.id,
        jti: expect.stringMatching(/^dir_/),
        iat: Math.floor(system.world.now() / 1000),
        via: 'drop-in',
        person: [expect.any(String)],
        course: { id: 'safety-101', round: '3' },
        occasion: { kind: 'exam', number: 1 },
        method: 'motp',
        amr: ['otp', 'pin', 'mfa'],
        demo: true,
      });
      expect(await system.database.sql.selectFrom('check').selectAll().execute()).toEqual(before);
      const opened = await opening();
      expect([opened.status, opened.json.status]).toEqual([201, 'open']);
      const token = new URL(opened.json.url).pathname.split('/')[2] as string;
      expect((await system.answer(token, phone.code())).json.reason).toBe('code-used');
      expect(await trail('drop-in.passed')).toEqual([
        ['drop-in.passed', 'learner', { record: decodeJwt(reply.json.receipt).jti }],
      ]);
    });

    it('C-9 the same code for the same occasion again is the same answer, for another one it is spent', async () => {
      const first = await call({});
      system.world.advance(20_000);
      const again = await call({ OTPNO: phone.code(system.world.now() - 20_000) });
      expect(again.json.code).toBe('200');
      expect(decodeJwt(again.json.receipt)).toEqual(decodeJwt(first.json.receipt));
      const other = await call({ CLASS_TME: '02' });
      expect([other.json.code, other.json.msg]).toEqual([
        'AP001',
        '이미 사용한 인증번호입니다. 앱에 새 인증번호가 나오면 다시 입력 하세요.',
      ]);
      expect(await code({ USRID: 'somebody-else' })).toBe('AP001');
      const keyed = await call({}, withKey(system));
      expect(keyed.json.code).toBe('AP001');
      const rows = await system.database.sql.selectFrom('drop_in_record').selectAll().execute();
      expect(rows).toHaveLength(1);
    });

    it('C-8 with the API key it is a signed check like any other, and what it satisfies is asked no more', async () => {
      const reply = await call({}, withKey(system));
      expect(reply.json).toEqual({
        code: '200',
        status: 'SUCCESS',
        msg: '인증하였습니다.',
        check: expect.stringMatching(/^chk_/),
        receipt: expect.any(String),
      });
      expect(decodeProtectedHeader(reply.json.receipt).typ).toBe('motp-receipt+jwt');
      const view = await system.send({
        method: 'GET',
        path: `/v1/checks/${reply.json.check}`,
        headers: { authorization: `Bearer ${system.institution.apiKey}` },
      });
      expect(decodeJwt(view.json.receipt)).toEqual(decodeJwt(reply.json.receipt));
      expect(view.json).toMatchObject({
        status: 'passed',
        method: 'motp',
        reasons: ['exam'],
        course: { id: 'safety-101', round: '3' },
      });
      const opened = await opening();
      expect([opened.status, opened.json.status]).toEqual([200, 'not-required']);
      const again = await call({}, withKey(system));
      expect([again.json.code, again.json.check]).toEqual(['200', reply.json.check]);
      expect(await code({})).toBe('200');
    });

    it('C-7 a code that passed a check is AP001 at the façade', async () => {
      const { token } = await system.openCheck();
      expect((await system.answer(token, phone.code())).json.outcome).toBe('passed');
      expect(await code({})).toBe('AP001');
      expect(await code({}, withKey(system))).toBe('AP001');
    });

    it('C-3 not registered and another name are both AP005, and nothing about codes changes', async () => {
      const device = () => system.database.sql.selectFrom('device').selectAll().execute();
      const before = await device();
      const answers = [
        await call({ USER_TEL: '01099998888' }),
        await call({ USER_NM: '김길동' }),
        await call({ USER_TEL: '12' }),
        await call({ USER_NM: '김길동', OTPNO: phone.wrongCode() }, withKey(system)),
      ];
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(answers[0]?.json).toEqual({ code: 'AP005', status: 'FAIL', msg: '등록되지 않은 사용자입니다.' });
      expect(await device()).toEqual(before);
      expect(await trail('%.refused')).toEqual([
        ['drop-in.refused', 'learner', { reason: 'not-registered' }],
        ['drop-in.refused', 'learner', { reason: 'name-differs' }],
        ['check.refused', 'institution', { reason: 'name-differs', via: 'drop-in' }],
      ]);
    });

    it('C-3 T-4 names, numbers and codes are read as everywhere else', async () => {
      const typed = [...phone.code()]
        .map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
        .join(' ');
      expect(await code({ USER_NM: ' 홍 길동 ', USER_TEL: '010-1234-5678', OTPNO: typed })).toBe('200');
    });

    it('P-3 what is missing or cannot be read has its code, and nothing changes', async () => {
      const table: [string, Record<string, string | undefined>][] = [
        ['AP002', { USER_NM: '' }],
        ['AP002', { USER_NM: undefined }],
        ['AP002', { USER_NM: '\u200b' }],
        ['AP003', { USER_TEL: ' ' }],
        ['AP004', { OTPNO: '' }],
        ['AP007', { AGTID: 'nobody' }],
        ['AP007', { AGTID: undefined }],
        ['AP012', { OTPNO: '12345' }],
        ['AP012', { OTPNO: '1234567' }],
        ['AP012', { OTPNO: 'abcdef' }],
        ['WE004', { USER_NM: 'a'.repeat(101) }],
        ['WE004', { USER_NM: '홍\u0000길동' }],
        ['WE004', { USER_NM: '홍\u0007길동' }],
        ['WE004', { USRID: '' }],
        ['WE004', { USRID: 'a'.repeat(65) }],
        ['WE004', { COURSE_AGENT_PK: undefined }],
        ['WE004', { EVAL_CD: '05' }],
        ['WE004', { EVAL_CD: 'toString' }],
        ['WE004', { CLASS_TME: '00' }],
        ['WE004', { CLASS_TME: '1000' }],
        ['WE004', { EVAL_CD: '00', CLASS_TME: '01' }],
      ];
      const before = await rows();
      for (const [expected, fields] of table)
        expect([fields, await code(fields)]).toEqual([fields, expected]);
      expect(await rows()).toEqual(before);
    });

    const rows = async () =>
      Promise.all(
        (['device', 'check', 'audit_event', 'drop_in_counter', 'drop_in_record'] as const).map((table) =>
          system.database.sql.selectFrom(table).selectAll().execute(),
        ),
      );

    it('P-3 content type, method, headers and bodies that nobody can read have a WE code each', async () => {
      const body = encoded({ ...examForm, OTPNO: phone.code() });
      const send = async (
        method: 'GET' | 'POST' | 'PUT' | 'DELETE',
        headers = {},
        sent: string | undefined = body,
      ) => {
        const type = { 'content-type': 'application/x-www-form-urlencoded' };
        const reply = await system.send({
          ...{ method, path: ACCREDIT, headers: { ...type, ...headers } },
          ...(method === 'GET' ? {} : { body: sent }),
        });
        return [reply.status, reply.json.code];
      };
      const before = await rows();
      expect(await send('POST', { 'content-type': 'application/json' })).toEqual([200, 'WE001']);
      expect(await send('POST', { 'content-type': 'nonsense' })).toEqual([200, 'WE001']);
      const korean = 'application/x-www-form-urlencoded; charset=euc-kr';
      expect(await send('POST', { 'content-type': korean })).toEqual([200, 'WE001']);
      for (const method of ['GET', 'PUT', 'DELETE'] as const) {
        expect(await send(method)).toEqual([200, 'WE002']);
      }
      expect(await send('POST', { origin: 'https://evil.example' })).toEqual([200, 'WE003']);
      expect(await send('POST', { origin: 'null' })).toEqual([200, 'WE003']);
      expect(await send('POST', { authorization: 'Bearer motp_wrong' })).toEqual([200, 'WE003']);
      expect(await send('POST', {}, `${body}&USRID=other`)).toEqual([200, 'WE004']);
      expect(await send('POST', {}, `${body}&x=%zz`)).toEqual([200, 'WE004']);
      expect(await send('POST', {}, `${body}&x=%ed%a0%80`)).toEqual([200, 'WE004']);
      expect(await send('POST', {}, `${body}&x=${'a'.repeat(20_000)}`)).toEqual([200, 'WE004']);
      expect(await rows()).toEqual(before);
    });

    it('O-3 another institution’s key and origin, and a façade that was closed, get nothing', async () => {
      const other = await addInstitution(system.database, system.world, {
        ...{ id: 'other', name: '대한', origins: ['https://other.example'] },
      });
      if (other.kind !== 'added') throw new Error('not added');
      expect(await code({}, { authorization: `Bearer ${other.apiKey}`, origin: undefined })).toBe('WE003');
      await setDropIn(system, { institution: 'other', agtid: 'emon-other', origins: [], off: false });
      const crossed = await call({}, { origin: 'https://other.example' });
      expect([crossed.json.code, crossed.headers['access-control-allow-origin']]).toEqual([
        'WE003',
        undefined,
      ]);
      await setDropIn(system, { institution: 'inst', origins: [], off: true });
      expect(await code({})).toBe('AP007');
      expect(await code({}, withKey(system))).toBe('AP007');
      expect(await system.database.sql.selectFrom('drop_in_record').selectAll().execute()).toEqual([]);
    });

    it('O-3 only pages of the institution’s origins read an answer', async () => {
      const preflight = async (origin: string) => {
        const response = await system.app.server.inject({
          method: 'OPTIONS',
          url: ACCREDIT,
          headers: { origin, 'access-control-request-method': 'POST' },
        });
        return [response.statusCode, response.headers['access-control-allow-origin'], response.headers.vary];
      };
      expect(await preflight(LMS_ORIGIN)).toEqual([204, LMS_ORIGIN, 'Origin']);
      expect(await preflight('https://evil.example')).toEqual([204, undefined, 'Origin']);
      const reply = await call({});
      expect(reply.headers['access-control-allow-origin']).toBe(LMS_ORIGIN);
      expect(reply.headers['access-control-allow-credentials']).toBeUndefined();
      const evil = await call({}, { origin: 'https://evil.example' });
      expect([evil.json.code, evil.headers['access-control-allow-origin']]).toEqual(['WE003', undefined]);
      await openFacade(system, 'emon-inst', ['https://old.example']);
      expect(await preflight(LMS_ORIGIN)).toEqual([204, undefined, 'Origin']);
      expect(await preflight('https://old.example')).toEqual([204, 'https://old.example', 'Origin']);
    });

    it('C-4 a code of five minutes ago is AP001 with a text that helps, and costs nothing', async () => {
      const reply = await call({ OTPNO: phone.code(system.world.now() - 180_000) });
      expect([reply.json.code, reply.json.msg]).toEqual([
        'AP001',
        '시간이 지난 인증번호입니다. 앱에 보이는 인증번호를 다시 입력 하세요.',
      ]);
      expect(await system.database.sql.selectFrom('drop_in_counter').selectAll().execute()).toEqual([]);
    });

    it('C-1 EVAL_CD and CLASS_TME are an occasion', async () => {
      const table = [
        ['00', '00', { kind: 'entry', number: 1 }, 'entry'],
        ['00', '', { kind: 'entry', number: 1 }, 'entry'],
        ['01', '09', { kind: 'lesson', number: 9 }, 'forced'],
        ['02', '1', { kind: 'exam', number: 1 }, 'exam'],
        ['03', '001', { kind: 'assignment', number: 1 }, 'assignment'],
        ['04', '02', { kind: 'progress-test', number: 2 }, 'progress-test'],
        ['99', '999', { kind: 'other', number: 999 }, 'forced'],
      ] as const;
      for (const [evalCd, classTme, occasion, reason] of table) {
        const fields = { EVAL_CD: evalCd, CLASS_TME: classTme, CLASS_AGENT_PK: undefined };
        const reply = await call(fields, withKey(system));
        expect(decodeJwt(reply.json.receipt)).toMatchObject({
          occasion,
          reasons: [reason],
          course: { id: 'safety-101', title: 'safety-101' },
        });
        system.world.advance(60_000);
      }
    });

    it('P-3 a fault of ours is never a 500, and tells nothing', async () => {
      await system.database.sql.schema.dropTable('drop_in_counter').execute();
      const reply = await call({});
      expect([reply.status, reply.json]).toEqual([
        200,
        {
          code: 'IE001',
          status: 'FAIL',
          msg: 'mOTP시스템 장애가 발생하였습니다. 대체인증 화면으로 이동합니다.',
        },
      ]);
      expect((await postForm(system, RESET, {})).json.code).toBe('AP007');
    });
  });
}
