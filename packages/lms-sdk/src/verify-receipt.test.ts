import { generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { ReceiptError } from './receipt-error.ts';
import { claims, makeSigner, passedAt, type Signer } from './receipt-signer.fixture.ts';
import { type ReceiptExpectation, verifyArchivedReceipt, verifyReceipt } from './verify-receipt.ts';

let signer: Signer;
let expected: ReceiptExpectation;

beforeAll(async () => {
  signer = await makeSigner();
  expected = {
    issuer: 'https://motp.example',
    audience: 'hanbit',
    check: 'chk_1',
    learner: 'trainee-17',
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

function changed(receipt: string, part: 0 | 1 | 2, change: (text: string) => string): string {
  const parts = receipt.split('.');
  parts[part] = change(parts[part] ?? '');
  return parts.join('.');
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('verifyReceipt', () => {
  it('C-8 a passed check gives a receipt that says who, where, for what, how, when', async () => {
    expect(await verifyReceipt(await signer.sign(claims), expected)).toEqual(claims);
  });

  it('C-8 the issuer may be written with a slash', async () => {
    const receipt = await signer.sign(claims);
    expect(await verifyReceipt(receipt, { ...expected, issuer: 'https://motp.example/' })).toEqual(claims);
  });

  it('C-8 verifyReceipt wants check, learner, audience and issuer as the LMS knows them', async () => {
    const receipt = await signer.sign(claims);
    const table = [
      [{ issuer: 'https://other.example' }, 'wrong-issuer'],
      [{ audience: 'daehan' }, 'wrong-audience'],
      [{ check: 'chk_2' }, 'wrong-check'],
      [{ learner: 'trainee-18' }, 'wrong-learner'],
    ] as const;
    for (const [other, code] of table) {
      expect(await codeOf(verifyReceipt(receipt, { ...expected, ...other }))).toBe(code);
    }
  });

  it('C-8 a receipt is at most 10 min old', async () => {
    const receipt = await signer.sign(claims);
    const at = (age: number) => verifyReceipt(receipt, { ...expected, now: () => passedAt + age });
    expect(await at(600_000)).toEqual(claims);
    expect(await codeOf(at(600_001))).toBe('too-old');
    expect(await at(-60_000)).toEqual(claims);
    expect(await codeOf(at(-60_001))).toBe('from-the-future');
  });

  it('C-8 a receipt of a demo server is refused unless told otherwise', async () => {
    const receipt = await signer.sign({ ...claims, demo: true });
    expect(await codeOf(verifyReceipt(receipt, expected))).toBe('demo-refused');
    expect(await codeOf(verifyReceipt(receipt, { ...expected, allowDemo: false }))).toBe('demo-refused');
    expect(await verifyReceipt(receipt, { ...expected, allowDemo: true })).toEqual({ ...claims, demo: true });
    const odd = await signer.sign({ ...claims, demo: 'yes' });
    expect(await codeOf(verifyReceipt(odd, expected))).toBe('demo-refused');
  });

  it('C-8 a changed receipt is tampered', async () => {
    const receipt = await signer.sign(claims);
    const forged = changed(receipt, 1, () => encode({ ...claims, sub: 'trainee-18' }));
    expect(await codeOf(verifyReceipt(forged, { ...expected, learner: 'trainee-18' }))).toBe('tampered');
    const otherHeader = encode({ alg: 'ES256', typ: 'motp-receipt+jwt', kid: 'key-1', x: 1 });
    expect(
      await codeOf(
        verifyReceipt(
          changed(receipt, 0, () => otherHeader),
          expected,
        ),
      ),
    ).toBe('tampered');
    const signature = changed(receipt, 2, (text) =>
      text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`,
    );
    expect(await codeOf(verifyReceipt(signature, expected))).toBe('tampered');
    expect(
      await codeOf(
        verifyReceipt(
          changed(receipt, 2, () => ''),
          expected,
        ),
      ),
    ).toBe('tampered');
  });

  it("C-8 another server's key with the same id is tampered, with another id unknown", async () => {
    const same = await makeSigner('key-1');
    expect(await codeOf(verifyReceipt(await same.sign(claims), expected))).toBe('tampered');
    const other = await makeSigner('key-2');
    expect(await codeOf(verifyReceipt(await other.sign(claims), expected))).toBe('unknown-key');
  });

  it('C-8 only ES256 and the type of a receipt are read', async () => {
    const headers = [{ typ: 'JWT' }, { typ: undefined }, { kid: undefined }];
    for (const header of headers) {
      expect(await codeOf(verifyReceipt(await signer.sign(claims, header), expected))).toBe('malformed');
    }
    const none = `${encode({ alg: 'none', typ: 'motp-receipt+jwt', kid: 'key-1' })}.${encode(claims)}.`;
    expect(await codeOf(verifyReceipt(none, expected))).toBe('malformed');
    const secret = new TextEncoder().encode(JSON.stringify(signer.jwks.keys[0]));
    const header = { alg: 'HS256', typ: 'motp-receipt+jwt', kid: 'key-1' };
    const hmac = await new SignJWT({ ...claims }).setProtectedHeader(header).sign(secret);
    expect(await codeOf(verifyReceipt(hmac, expected))).toBe('malformed');
    const { privateKey } = await generateKeyPair('ES384');
    const es384 = await new SignJWT({ ...claims })
      .setProtectedHeader({ ...header, alg: 'ES384' })
      .sign(privateKey);
    expect(await codeOf(verifyReceipt(es384, expected))).toBe('malformed');
  });

  it('C-8 what is no receipt is malformed', async () => {
    for (const text of ['', 'a', 'a.b', 'a.b.c', '..', '\u0000', '{"jti":"chk_1"}', 'x'.repeat(100_000)]) {
      expect(await codeOf(verifyReceipt(text, expected))).toBe('malformed');
    }
    const payloads: unknown[] = ['no json', '[]', 'null', '"text"', {}];
    for (const name of ['iss', 'aud', 'sub', 'jti', 'iat', 'method', 'course', 'occasion']) {
      payloads.push({ ...claims, [name]: undefined }, { ...claims, [name]: true });
    }
    payloads.push({ ...claims, aud: ['hanbit'] }, { ...claims, iat: claims.iat + 0.5 });
    for (const payload of payloads) {
      expect(await codeOf(verifyReceipt(await signer.sign(payload), expected))).toBe('malformed');
    }
  });

  it('C-9 without a key set nothing is believed', async () => {
    const receipt = await signer.sign(claims);
    const empty = { ...expected, jwks: { keys: [] } };
    expect(await codeOf(verifyReceipt(receipt, empty))).toBe('unknown-key');
    const none = { ...expected, jwks: { error: 'no' } as unknown as Signer['jwks'] };
    expect(await codeOf(verifyReceipt(receipt, none))).toBe('keys-unavailable');
  });
});

describe('verifyArchivedReceipt', () => {
  it('C-8 archives use another function, which knows no age', async () => {
    const receipt = await signer.sign(claims);
    const years = { ...expected, now: () => passedAt + 3 * 365 * 86_400_000 };
    expect(await verifyArchivedReceipt(receipt, years)).toEqual(claims);
    const { issuer, audience, jwks, now = Date.now } = years;
    expect(await verifyArchivedReceipt(receipt, { issuer, audience, jwks, now })).toEqual(claims);
  });

  it('C-8 an archived receipt is refused for every other reason', async () => {
    const receipt = await signer.sign(claims);
    const table = [
      [{ issuer: 'https://other.example' }, 'wrong-issuer'],
      [{ audience: 'daehan' }, 'wrong-audience'],
      [{ check: 'chk_2' }, 'wrong-check'],
      [{ learner: 'trainee-18' }, 'wrong-learner'],
      [{ now: () => passedAt - 60_001 }, 'from-the-future'],
    ] as const;
    for (const [other, code] of table) {
      expect(await codeOf(verifyArchivedReceipt(receipt, { ...expected, ...other }))).toBe(code);
    }
  });
});
