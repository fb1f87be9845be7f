import { type DropInExpectation, verifyDropInReceipt, verifyReceipt } from '@motp/lms-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCREDIT, examForm, type Form, openFacade, postForm, withKey } from './support/drop-in.ts';
import type { Phone } from './support/phone.ts';
import { type System, startSystem, 홍길동 } from './support/system.ts';

describe('the receipt that a browser carries', () => {
  let system: System;
  let phone: Phone;
  let expected: DropInExpectation;
  beforeAll(async () => {
    system = await startSystem('sqlite');
    phone = await system.registered();
    await openFacade(system);
    expected = {
      ...{ issuer: 'http://localhost:4000', audience: 'inst', apiKey: system.institution.apiKey },
      ...{ learner: 홍길동, course: { id: 'safety-101', round: '3' }, occasion: { kind: 'exam', number: 1 } },
      jwks: (await system.send({ method: 'GET', path: '/.well-known/jwks.json' })).json,
      ...{ now: () => system.world.now(), allowDemo: true },
    };
  });
  afterAll(() => system.close());

  const receiptOf = async (fields: Form, code = phone.code(), headers = {}): Promise<string> => {
    const reply = await postForm(system, ACCREDIT, { ...examForm, OTPNO: code, ...fields }, headers);
    system.world.advance(60_000);
    return reply.json.receipt;
  };
  const codeOf = (verifying: Promise<unknown>): Promise<string> =>
    verifying.then(
      () => 'believed',
      (error) => error.code,
    );

  it('C-8 is believed by the SDK, however the LMS writes name and number', async () => {
    const receipt = await receiptOf({ USER_NM: '홍 길 동', USER_TEL: '+82-10-1234-5678' });
    for (const [name, number] of [
      ['홍길동', '01012345678'],
      ['홍길동'.normalize('NFD'), '010-1234-5678'],
      [' 홍 길동', '+82 10 1234 5678'],
      ['홍\u200b길동', '０１０－１２３４－５６７８'],
    ] as const) {
      const learner = { id: 홍길동.id, name, phone: number };
      expect(await verifyDropInReceipt(receipt, { ...expected, learner })).toMatchObject({ via: 'drop-in' });
    }
  });

  it('C-8 one’s own code under another’s id, course or occasion is refused by the LMS', async () => {
    const other = await system.registered({ name: '김길동', phone: '010-1234-0000' });
    const mine = { USER_NM: '김길동', USER_TEL: '01012340000' };
    const forged = await receiptOf(mine, other.code());
    expect(await codeOf(verifyDropInReceipt(forged, expected))).toBe('wrong-person');
    const lesson = await receiptOf({ EVAL_CD: '01', CLASS_TME: '01' });
    expect(await codeOf(verifyDropInReceipt(lesson, expected))).toBe('wrong-occasion');
    const stranger = await receiptOf({ USRID: 'trainee-18' });
    expect(await codeOf(verifyDropInReceipt(stranger, expected))).toBe('wrong-learner');
  });

  it('C-8 the two kinds of receipt are not taken for each other', async () => {
    const learner = 홍길동.id;
    const { jwks, issuer, audience, now } = expected;
    const common = { jwks, issuer, audience, now: now ?? Date.now, learner, allowDemo: true };
    const unsigned = await receiptOf({ CLASS_TME: '02' });
    const { jti } = await verifyDropInReceipt(unsigned, {
      ...expected,
      occasion: { kind: 'exam', number: 2 },
    });
    expect(await codeOf(verifyReceipt(unsigned, { ...common, check: jti }))).toBe('malformed');
    const signed = await receiptOf({ CLASS_TME: '03' }, phone.code(), withKey(system));
    const [, payload = ''] = signed.split('.');
    const check = JSON.parse(Buffer.from(payload, 'base64url').toString()).jti;
    expect(await codeOf(verifyReceipt(signed, { ...common, check }))).toBe('believed');
    expect(await codeOf(verifyDropInReceipt(signed, expected))).toBe('malformed');
  });
});
