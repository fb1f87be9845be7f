import { createHash, createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { ReceiptError } from './receipt-error.ts';
import { makeSigner, claims as ordinary, passedAt, type Signer } from './receipt-signer.fixture.ts';
import { type DropInExpectation, verifyDropInReceipt } from './verify-drop-in-receipt.ts';
import { verifyArchivedReceipt, verifyReceipt } from './verify-receipt.ts';

const header = { typ: 'motp-drop-in-receipt+jwt' };
const apiKey = 'motp_key-of-the-institution';

const person = (key: string, name = '홍길동', phone = '+821012345678', jti = 'dir_1') =>
  createHmac('sha256', createHash('sha256').update(key).digest('base64url'))
    .update(`${jti}\0${name}\0${phone}`)
    .digest('base64url');

const claims = {
  iss: 'https://motp.example',
  aud: 'hanbit',
  sub: 'trainee-17',
  jti: 'dir_1',
  iat: passedAt / 1000,
  via: 'drop-in',
  person: [person('motp_another-key'), person(apiKey)],
  course: { id: 'safety-101', round: '3' },
  occasion: { kind: 'exam', number: 1 },
  method: 'motp',
  amr: ['otp', 'pin', 'mfa'],
};

let signer: Signer;
let expected: DropInExpectation;

beforeAll(async () => {
  signer = await makeSigner();
  expected = {
    issuer: 'https://motp.example',
    audience: 'hanbit',
    learner: { id: 'trainee-17', name: '홍길동', phone: '010-1234-5678' },
    course: { id: 'safety-101', round: '3' },
    occasion: { kind: 'exam', number: 1 },
    apiKey,
    jwks: signer.jwks,
    now: () => passedAt + 1_000,
  };
});

async function codeOf(verifying: Promise<unknown>): Promise<string> {
  const error = await verifying.then(
    () => 'believed',
    (reason: unknown) => reason,
  );
  return error instanceof ReceiptError ? error.code : String(error);
}

const verify = async (changed: object = {}, fields: Partial<DropInExpectation> = {}) =>
  verifyDropInReceipt(await signer.sign({ ...claims, ...changed }, header), { ...expected, ...fields });

describe('verifyDropInReceipt', () => {
  it('C-8 the receipt of a façade is believed for whom, where, what and when the LMS knows', async () => {
    expect(await verify()).toEqual(claims);
    const learner = { id: 'trainee-17', name: ' 홍 길동', phone: '+82 (0)10 1234 5678' };
    expect(await verify({}, { learner })).toEqual(claims);
    const { round: _, ...course } = claims.course;
    expect(await codeOf(verify({ course }, { course }))).toBe('believed');
  });

  it('C-8 what a browser may have said of somebody else is refused', async () => {
    const learner = expected.learner;
    const table: [Partial<DropInExpectation>, string][] = [
      [{ issuer: 'https://other.example' }, 'wrong-issuer'],
      [{ audience: 'daehan' }, 'wrong-audience'],
      [{ learner: { ...learner, id: 'trainee-18' } }, 'wrong-learner'],
      [{ learner: { ...learner, name: '김길동' } }, 'wrong-person'],
      [{ learner: { ...learner, phone: '010-1234-5679' } }, 'wrong-person'],
      [{ apiKey: 'motp_never-made' }, 'wrong-person'],
      [{ course: { id: 'safety-102', round: '3' } }, 'wrong-occasion'],
      [{ course: { id: 'safety-101' } }, 'wrong-occasion'],
      [{ occasion: { kind: 'exam', number: 2 } }, 'wrong-occasion'],
      [{ occasion: { kind: 'lesson', number: 1 } }, 'wrong-occasion'],
      [{ now: () => passedAt + 600_001 }, 'too-old'],
      [{ now: () => passedAt - 60_001 }, 'from-the-future'],
    ];
    for (const [fields, code] of table)
      expect([code, await codeOf(verify({}, fields))]).toEqual([code, code]);
    expect(await codeOf(verify({ person: [] }))).toBe('wrong-person');
    expect(await codeOf(verify({ jti: 'dir_2' }))).toBe('wrong-person');
    expect(await codeOf(verify({ demo: true }))).toBe('demo-refused');
    expect(await codeOf(verify({ demo: true }, { allowDemo: true }))).toBe('believed');
  });

  it('C-8 neither kind of receipt is taken for the other', async () => {
    const check = { ...expected, check: 'dir_1', learner: 'trainee-17' };
    const dropIn = await signer.sign(claims, header);
    expect(await codeOf(verifyReceipt(dropIn, check))).toBe('malformed');
    expect(await codeOf(verifyArchivedReceipt(dropIn, check))).toBe('malformed');
    const dressed = await signer.sign(claims);
    expect(await codeOf(verifyReceipt(dressed, check))).toBe('drop-in-refused');
    expect(await codeOf(verifyArchivedReceipt(dressed, check))).toBe('drop-in-refused');
    expect(await codeOf(verifyDropInReceipt(await signer.sign(ordinary), expected))).toBe('malformed');
    expect(await codeOf(verifyDropInReceipt(await signer.sign(ordinary, header), expected))).toBe(
      'malformed',
    );
    expect(await codeOf(verify({ person: 'x' }))).toBe('malformed');
    expect(await codeOf(verify({ occasion: undefined }))).toBe('malformed');
  });

  it('C-8 a changed one is tampered', async () => {
    const [head, , signature] = (await signer.sign(claims, header)).split('.');
    const payload = Buffer.from(JSON.stringify({ ...claims, sub: 'trainee-18' })).toString('base64url');
    expect(await codeOf(verifyDropInReceipt(`${head}.${payload}.${signature}`, expected))).toBe('tampered');
  });
});
