import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dumpOf } from '../src/db/contents.fixture.ts';
import { Certifier } from '../src/identity/certifier.fixture.ts';
import { addInstitution } from '../src/institutions/add-institution.ts';
import {
  ACCREDIT,
  ENTRY_LOG,
  examForm,
  type Form,
  logForm,
  openFacade,
  postForm,
  RESET,
  resetForm,
  SUBSTITUTE_LOG,
  withKey,
} from './support/drop-in.ts';
import type { Phone } from './support/phone.ts';
import { dialects, type System, startSystem, 홍길동 } from './support/system.ts';
import { tally, wrongCodes } from './support/wrong-codes.ts';

const LOCKED = '5회 오류가 발생하였습니다. mOTP인증이 잠겼습니다. 본인확인을 하여 잠금을 해제 하세요.';
const DAY_MS = 24 * 60 * 60_000;

for (const dialect of dialects) {
  describe(`locks and façades on ${dialect}`, () => {
    let system: System;
    let phone: Phone;
    const certifier = new Certifier();
    beforeEach(async () => {
      system = await startSystem(dialect, { providers: { phone: certifier } });
      phone = await system.registered();
      await openFacade(system);
    });
    afterEach(() => system.close());

    const call = (code: string, fields: Form = {}, headers = {}) =>
      postForm(system, ACCREDIT, { ...examForm, OTPNO: code, ...fields }, headers);
    const codeOf = async (code: string, fields: Form = {}, headers = {}) =>
      (await call(code, fields, headers)).json.code;
    const wrong = (count: number) => wrongCodes(phone, system.world.now(), count);
    const device = () => system.database.sql.selectFrom('device').selectAll().executeTakeFirstOrThrow();
    const counter = () =>
      system.database.sql
        .selectFrom('drop_in_counter')
        .selectAll()
        .where('channel', '=', 'anonymous')
        .executeTakeFirst();
    const trail = async (kind: string) => {
      const rows = await system.database.sql
        .selectFrom('audit_event')
        .selectAll()
        .where('kind', '=', kind)
        .orderBy('id')
        .execute();
      return rows.map(({ actor, data_json: json }) => [actor, JSON.parse(json ?? '{}')]);
    };
    const closeFacade = async () => {
      for (const code of wrong(5)) await call(code);
    };
    const identify = async (token: string) => {
      const path = `/check/${token}/identity`;
      const begun = await system.send({ method: 'POST', path, body: { method: 'phone' } });
      const { attempt, secret } = begun.json;
      const body = { secret, parameters: {} };
      return (await system.send({ method: 'POST', path: `/identity/return/${attempt}`, body })).json;
    };

    it('C-5 the fifth wrong code of a browser closes the façade there and nothing else', async () => {
      const before = await device();
      const replies = [];
      for (const code of wrong(7)) replies.push((await call(code)).json);
      expect(replies.map(({ code }) => code)).toEqual([...Array(5).fill('AP001'), 'AP009', 'AP009']);
      const again = '인증번호가 일치하지 않습니다. 다시 입력 하세요.';
      expect(replies.map(({ msg }) => msg)).toEqual([...Array(4).fill(again), LOCKED, LOCKED, LOCKED]);
      expect(await counter()).toMatchObject({ failures: 5, closed_at: system.world.now() });
      expect(await device()).toEqual(before);
      expect(await codeOf(phone.code())).toBe('AP009');
      expect(await trail('drop-in.closed')).toEqual([['learner', { because: 'wrong-codes' }]]);
      const { token } = await system.openCheck();
      const state = await system.send({ method: 'GET', path: `/check/${token}/state` });
      expect(state.json).toMatchObject({ locked: false, triesLeft: 5 });
    });

    it('C-5 of 200 parallel wrong codes of a browser five are counted, and the lock is untouched', async () => {
      const before = await device();
      const replies = await Promise.all(wrong(200).map((code) => call(code)));
      expect(tally(replies.map(({ json }) => json.code))).toEqual({ AP001: 5, AP009: 195 });
      const row = await counter();
      expect(row).toMatchObject({ failures: 5, closed_at: system.world.now() });
      expect(JSON.parse(row?.failed_json ?? '')).toHaveLength(5);
      expect(await device()).toEqual(before);
      expect(await trail('drop-in.closed')).toHaveLength(1);
      expect(await trail('registration.locked')).toEqual([]);
    });

    it('C-5 of 200 parallel wrong codes with the key five are counted, and the registration is locked', async () => {
      const replies = await Promise.all(wrong(200).map((code) => call(code, {}, withKey(system))));
      expect(tally(replies.map(({ json }) => json.code))).toEqual({ AP001: 5, AP009: 195 });
      expect(await device()).toMatchObject({ failures: 5, locked_at: system.world.now(), last_step: -1 });
      expect(await counter()).toBeUndefined();
      expect(await trail('registration.locked')).toEqual([['institution', { because: 'wrong-codes' }]]);
      expect(await codeOf(phone.code())).toBe('AP009');
      expect(await codeOf(phone.code(), {}, withKey(system))).toBe('AP009');
    });

    it('C-5 check page and keyed façade share one count', async () => {
      const { token } = await system.openCheck();
      const codes = wrong(5);
      const answers = codes.map((code, index) =>
        index % 2 === 0 ? call(code, {}, withKey(system)) : system.answer(token, code),
      );
      await Promise.all(answers);
      expect(await device()).toMatchObject({ failures: 5, locked_at: system.world.now() });
    });

    it('C-7 of a façade and a check page with one code at once exactly one passes', async () => {
      const checks = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          system.openCheck({ course: { id: `course-${index}`, title: '산업안전보건' } }),
        ),
      );
      const code = phone.code();
      const outcomes = await Promise.all(
        checks.flatMap(({ token }, index) => [
          system.answer(token, code).then(({ json }) => json.outcome === 'passed'),
          codeOf(code, { CLASS_TME: String(index + 1) }).then((answer) => answer === '200'),
          codeOf(code, { CLASS_TME: String(index + 50) }, withKey(system)).then((answer) => answer === '200'),
        ]),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
    });

    it('C-5 another learner, and this one elsewhere, are not closed', async () => {
      await closeFacade();
      const other = await system.registered({ name: '김길동', phone: '010-1234-0000' });
      const fields = { USER_NM: '김길동', USER_TEL: '01012340000', USRID: 'trainee-18' };
      expect(await codeOf(other.code(), fields)).toBe('200');
      const added = await addInstitution(system.database, system.world, {
        ...{ id: 'other', name: '대한', origins: ['https://other.example'] },
      });
      expect(added.kind).toBe('added');
      await openFacade({ ...system, institution: { id: 'other', apiKey: '' } }, 'emon-other');
      const there = { AGTID: 'emon-other' };
      expect(await codeOf(phone.code(), there, { origin: 'https://other.example' })).toBe('200');
      expect(await codeOf(phone.code())).toBe('AP009');
    });

    it('C-5 a closed façade opens after 24 hours, or when the learner passes a real check there', async () => {
      await closeFacade();
      system.world.advance(DAY_MS - 1);
      expect(await codeOf(phone.code())).toBe('AP009');
      system.world.advance(1);
      expect(await codeOf(phone.code())).toBe('200');
      await closeFacade();
      expect(await codeOf(phone.code())).toBe('AP009');
      system.world.advance(60_000);
      const { token } = await system.openCheck();
      expect((await system.answer(token, phone.code())).json.outcome).toBe('passed');
      system.world.advance(60_000);
      expect(await codeOf(phone.code())).toBe('200');
    });

    it('C-5 what opens is a pass of that person, not of whoever says that learner id', async () => {
      await closeFacade();
      const other = await system.registered({ name: '김길동', phone: '010-1234-0000' });
      const learner = { id: 홍길동.id, name: '김길동', phone: '010-1234-0000' };
      const { token } = await system.openCheck({ learner });
      expect((await system.answer(token, other.code())).json.outcome).toBe('passed');
      expect(await codeOf(phone.code())).toBe('AP009');
    });

    it('C-5 a right code begins the count anew, the same wrong one within a minute counts once', async () => {
      const codes = wrong(9);
      for (const code of codes.slice(0, 4)) await call(code);
      await call(codes[3] ?? '');
      expect(await counter()).toMatchObject({ failures: 4 });
      expect(await codeOf(phone.code())).toBe('200');
      for (const code of codes.slice(4, 8)) expect(await codeOf(code)).toBe('AP001');
      expect(await counter()).toMatchObject({ failures: 4, closed_at: null });
    });

    it('C-6 a browser’s M_RET never unlocks, the institution’s word does, and the trail says whose it was', async () => {
      for (const code of wrong(5)) await call(code, {}, withKey(system));
      const before = await device();
      expect((await postForm(system, RESET, resetForm)).json).toEqual({
        ...{ code: 'AP010', status: 'FAIL' },
        msg: '확인할 수 있는 본인확인 결과가 없어 잠금을 해제하지 못했습니다.',
      });
      for (const M_RET of ['F', 'X', '']) {
        const refused = await postForm(system, RESET, { ...resetForm, M_RET }, withKey(system));
        expect(refused.json.code).toBe(M_RET === 'F' ? 'AP010' : 'WE004');
      }
      const other = { ...resetForm, USER_NM: '김길동' };
      expect((await postForm(system, RESET, other, withKey(system))).json.code).toBe('AP010');
      expect(await device()).toEqual(before);
      expect((await postForm(system, RESET, resetForm, withKey(system))).json.code).toBe('200');
      expect(await device()).toMatchObject({ failures: 0, locked_at: null });
      const transaction = expect.any(String);
      expect(await trail('registration.unlocked')).toEqual([
        ['institution', { because: 'institution', vouched: true, transaction }],
      ]);
      expect(await trail('drop-in.reset')).toEqual([
        ['learner', { vouched: false, transaction, reset: 'unproved' }],
        ['institution', { vouched: true, transaction, reset: 'mismatch' }],
        ['institution', { vouched: true, transaction, reset: 'done' }],
      ]);
      expect(await codeOf(phone.code())).toBe('200');
    });

    it('C-6 the institution’s word opens a closed façade too', async () => {
      await closeFacade();
      expect((await postForm(system, RESET, resetForm)).json.code).toBe('AP010');
      expect((await postForm(system, RESET, resetForm, withKey(system))).json.code).toBe('200');
      expect(await codeOf(phone.code())).toBe('200');
    });

    it('R-5 a lock by dispute is lifted by no page and no institution', async () => {
      await system.database.sql
        .updateTable('device')
        .set({ locked_at: system.world.now(), locked_because: 'disputed' })
        .execute();
      expect((await postForm(system, RESET, resetForm, withKey(system))).json.code).toBe('AP010');
      expect((await device()).locked_because).toBe('disputed');
    });

    it('C-6 after an identity check that we fetched ourselves a page’s reset is 200, for ten minutes', async () => {
      for (const code of wrong(5)) await call(code, {}, withKey(system));
      await closeFacade();
      const { token } = await system.openCheck();
      certifier.certifies({ name: '홍길동', phone: '+821012345678' as never });
      expect(await identify(token)).toEqual({ outcome: 'passed' });
      expect((await postForm(system, RESET, resetForm)).json.code).toBe('200');
      const stranger = { ...resetForm, USRID: 'trainee-18' };
      expect((await postForm(system, RESET, stranger)).json.code).toBe('AP010');
      expect(await codeOf(phone.code())).toBe('200');
      system.world.advance(10 * 60_000);
      expect((await postForm(system, RESET, resetForm)).json.code).toBe('AP010');
    });

    it('C-6 an identity check that passed a check but did not match the registration resets nothing', async () => {
      for (const code of wrong(5)) await call(code, {}, withKey(system));
      const learner = { ...홍길동, birthDate: '1990-01-31' };
      const { token } = await system.openCheck({ learner });
      certifier.certifies({ name: '홍길동', birthDate: '1990-01-31' });
      expect(await identify(token)).toEqual({ outcome: 'passed' });
      expect((await postForm(system, RESET, resetForm)).json.code).toBe('AP010');
      expect((await device()).locked_at).not.toBeNull();
    });

    it('P-2 nothing that a page sends stands in the database as it was sent', async () => {
      const said = { SESSIONID: 'lms-session-9', EXIP: '203.0.113.77', USRDT: '2026-11-23 12:34:56' };
      const [first = '', second = ''] = wrong(2);
      await call(first, said);
      await call(second, said, withKey(system));
      await call(phone.code(), said);
      await postForm(system, SUBSTITUTE_LOG, { ...logForm, m_trnDT: '20261123123456' });
      await postForm(system, RESET, resetForm);
      const dump = (await dumpOf(system.database)).filter((row) => !row.startsWith('learner '));
      const sent = ['홍길동', '01012345678', '1012345678', 'lms-session-9', '203.0.113.77', '12:34:56'];
      for (const text of [...sent, 'provider-1', 'provider-2', '20261123123456']) {
        expect([text, dump.filter((row) => row.includes(text))]).toEqual([text, []]);
      }
      // Six digits by themselves: as a part of times and hashes they mean nothing.
      const codes = [first, second, phone.code()].map((code) => new RegExp(`(?<![\\w-])${code}(?![\\w-])`));
      expect(dump.filter((row) => codes.some((code) => code.test(row)))).toEqual([]);
    });

    const listed = async (query = '') => {
      const reply = await system.send({
        method: 'GET',
        path: `/v1/learners/${홍길동.id}/checks${query}`,
        headers: { authorization: `Bearer ${system.institution.apiKey}` },
      });
      return reply.json;
    };

    it('C-1 a logged substitute check is history under whoever said it, once, and lets nobody in', async () => {
      const reply = await postForm(system, SUBSTITUTE_LOG, logForm);
      expect([reply.status, reply.headers['content-type'], reply.text]).toEqual([
        200,
        'text/xml; charset=utf-8',
        '<?xml version="1.0" encoding="UTF-8"?>\n<Result><RetVal>101</RetVal><RetMsg>기록하였습니다.</RetMsg><Remark>200</Remark></Result>\n',
      ]);
      system.world.advance(1);
      await postForm(system, SUBSTITUTE_LOG, logForm);
      await postForm(system, SUBSTITUTE_LOG, { ...logForm, m_Ret: 'F', m_trnID: 'provider-3' });
      await postForm(system, SUBSTITUTE_LOG, logForm, withKey(system));
      system.world.advance(1);
      await postForm(system, ENTRY_LOG, { ...logForm, EVAL_CD: undefined, CLASS_TME: undefined });
      const entry = {
        ...{ id: expect.stringMatching(/^dir_/), via: 'drop-in', at: expect.any(String) },
        ...{ learner: { id: 홍길동.id }, course: { id: 'safety-101', round: '3' } },
      };
      const ofExam = { ...entry, kind: 'substitute', occasion: { kind: 'exam', number: 1 } };
      const { checks } = await listed();
      expect(checks).toEqual([
        { ...entry, kind: 'entry-log', status: 'unsigned', occasion: { kind: 'entry', number: 1 } },
        { ...ofExam, status: 'vouched' },
        { ...ofExam, status: 'unsigned' },
      ]);
      expect(await trail('drop-in.logged')).toHaveLength(5);
      const { id } = await system.openCheck();
      expect(id).toMatch(/^chk_/);
      expect(await codeOf(wrong(1)[0] ?? '')).toBe('AP001');
    });

    it('P-3 a log that cannot be read is 901 with the code in Remark', async () => {
      const table: [Form, Record<string, string | undefined>, string][] = [
        [{ ...logForm, AGTID: 'nobody' }, {}, 'AP007'],
        [{ ...logForm, USRID: '' }, {}, 'WE004'],
        [{ ...logForm, m_Ret: '' }, {}, 'WE004'],
        [{ ...logForm, EVAL_CD: '7' }, {}, 'WE004'],
        [logForm, { 'content-type': 'text/xml' }, 'WE001'],
        [logForm, { authorization: 'Bearer motp_wrong' }, 'WE003'],
      ];
      for (const [form, headers, code] of table) {
        const { text } = await postForm(system, SUBSTITUTE_LOG, form, headers);
        expect(text).toContain('<RetVal>901</RetVal>');
        expect(text).toContain(`<Remark>${code}</Remark>`);
      }
      expect((await listed()).checks).toEqual([]);
    });

    it('C-1 the list has checks and what came by the façade in one order, page by page', async () => {
      const { id } = await system.openCheck();
      for (const number of [1, 2, 3]) {
        system.world.advance(60_000);
        await call(phone.code(), { CLASS_TME: String(number) });
      }
      system.world.advance(60_000);
      const signed = (await call(phone.code(), { CLASS_TME: '4' }, withKey(system))).json.check;
      const seen: string[] = [];
      let next = '';
      do {
        const page = await listed(`?limit=2${next === '' ? '' : `&cursor=${next}`}`);
        seen.push(...page.checks.map((one: { id: string; status: string }) => `${one.status} ${one.id}`));
        next = page.next ?? '';
      } while (next !== '');
      expect(seen).toEqual([
        `passed ${signed}`,
        ...Array(3).fill(expect.stringMatching(/^unsigned dir_/)),
        `expired ${id}`.replace('expired', 'open'),
      ]);
    });
  });
}

describe('limits of façades', () => {
  let system: System;
  let phone: Phone;
  beforeEach(async () => {
    system = await startSystem('sqlite', { limits: true });
    phone = await system.registered();
    await openFacade(system);
  });
  afterEach(() => system.close());

  const call = async (fields: Form, headers = {}) =>
    (await postForm(system, ACCREDIT, { ...examForm, OTPNO: phone.code(), ...fields }, headers)).json.code;

  it('O-7 30 failures of one learner in ten minutes are WE005, with and without the key apart', async () => {
    const wrongName = { USER_NM: '김길동' };
    for (let nth = 0; nth < 30; nth++) expect(await call(wrongName)).toBe('AP005');
    expect(await call(wrongName)).toBe('WE005');
    expect(await call(wrongName, withKey(system))).toBe('AP005');
    expect(await call({})).toBe('200');
    system.world.advance(10 * 60_000);
    expect(await call(wrongName)).toBe('AP005');
  });

  it('O-7 an address that failed 300 times is told nothing of the unknown, and others behind it still pass', async () => {
    for (let nth = 0; nth < 300; nth++) {
      expect(await call({ USER_TEL: `0109999${String(nth).padStart(4, '0')}` })).toBe('AP005');
    }
    expect(await call({ USER_TEL: '01099990999' })).toBe('WE005');
    expect(await call({ AGTID: 'nobody' })).toBe('WE005');
    expect(await call({}, { authorization: 'Bearer motp_wrong' })).toBe('WE005');
    expect(await call({})).toBe('200');
    expect(await call({ USER_TEL: '01099990999' }, withKey(system))).toBe('AP005');
  });

  it('O-7 30 substitute checks of one learner are logged in ten minutes', async () => {
    const log = async (nth: number) =>
      (await postForm(system, SUBSTITUTE_LOG, { ...logForm, m_trnID: `t-${nth}` })).text;
    for (let nth = 0; nth < 30; nth++) expect(await log(nth)).toContain('<Remark>200</Remark>');
    expect(await log(30)).toContain('<Remark>WE005</Remark>');
  });
});
