import { createHmac, webcrypto } from 'node:crypto';
import fc from 'fast-check';
import { HOTP, Secret, TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import motpTotp from '../vectors/motp-totp.json' with { type: 'json' };
import rfc4226 from '../vectors/rfc4226.json' with { type: 'json' };
import rfc6238 from '../vectors/rfc6238.json' with { type: 'json' };
import { codeAt, type Hmac, totpWithKey } from './hotp.ts';
import { stepAt } from './steps.ts';
import type { Digits } from './truncate.ts';

const ALGORITHMS = ['SHA1', 'SHA256', 'SHA512'] as const;
type Algorithm = (typeof ALGORITHMS)[number];
const WEBCRYPTO_HASH: Record<Algorithm, string> = { SHA1: 'SHA-1', SHA256: 'SHA-256', SHA512: 'SHA-512' };

function nodeHmac(algorithm: string, key: Uint8Array): Hmac {
  return (counter) => createHmac(algorithm, key).update(counter).digest();
}

function browserKey(algorithm: Algorithm, key: Uint8Array<ArrayBuffer>): Promise<webcrypto.CryptoKey> {
  const usage = { name: 'HMAC', hash: WEBCRYPTO_HASH[algorithm] };
  return webcrypto.subtle.importKey('raw', key, usage, false, ['sign']);
}

describe('published vectors', () => {
  it.each(rfc4226.codes)('T-1 RFC 4226 appendix D, counter $counter gives $code', ({ counter, code }) => {
    expect(codeAt(nodeHmac('sha1', Buffer.from(rfc4226.key, 'hex')), counter)).toBe(code);
  });

  it.each(rfc6238.codes)('T-1 RFC 6238 appendix B, $algorithm at $seconds s gives $code', async (vector) => {
    const algorithm = ALGORITHMS.find((name) => name === vector.algorithm);
    if (algorithm === undefined) throw new Error(`unknown algorithm ${vector.algorithm}`);
    const key = Uint8Array.from(Buffer.from(rfc6238.keys[algorithm], 'hex'));
    const step = stepAt(vector.seconds * 1000, rfc6238.period);
    expect(codeAt(nodeHmac(algorithm, key), step, 8)).toBe(vector.code);
    expect(await totpWithKey(await browserKey(algorithm, key), step, 8)).toBe(vector.code);
  });

  it.each(motpTotp.codes)('T-1 SHA-256, 60 s, six digits: $ms ms gives $code', async (vector) => {
    const key = Uint8Array.from(Buffer.from(vector.key, 'hex'));
    expect(stepAt(vector.ms)).toBe(vector.step);
    expect(codeAt(nodeHmac('sha256', key), vector.step)).toBe(vector.code);
    expect(await totpWithKey(await browserKey('SHA256', key), vector.step)).toBe(vector.code);
  });

  it('T-1 the vectors reach past 32 bits of seconds and hold codes with one, two and three leading zeros', () => {
    expect(rfc6238.codes.some(({ seconds }) => seconds > 2 ** 32)).toBe(true);
    const leading = motpTotp.codes.map(({ code }) => /^0*/.exec(code)?.[0].length);
    expect([1, 2, 3].every((zeros) => leading.includes(zeros))).toBe(true);
  });
});

describe('against an independent implementation', () => {
  const key = fc.uint8Array({ minLength: 16, maxLength: 64 });
  const algorithm = fc.constantFrom(...ALGORITHMS);
  const digits = fc.constantFrom<Digits>(6, 7, 8);

  it('T-1 every counter gives the same code as otpauth', () => {
    fc.assert(
      fc.property(key, fc.maxSafeNat(), algorithm, digits, (bytes, counter, hash, length) => {
        const secret = new Secret({ buffer: bytes.slice().buffer });
        const theirs = HOTP.generate({ secret, algorithm: hash, digits: length, counter });
        expect(codeAt(nodeHmac(hash, bytes), counter, length)).toBe(theirs);
      }),
      { numRuns: 500 },
    );
  });

  it('T-1 every moment gives the same code as otpauth, in Node and with a WebCrypto key', async () => {
    const ms = fc.integer({ min: 0, max: 100_000_000_000_000 });
    await fc.assert(
      fc.asyncProperty(key, ms, async (bytes, timestamp) => {
        const secret = new Secret({ buffer: bytes.slice().buffer });
        const theirs = new TOTP({ secret, algorithm: 'SHA256', digits: 6, period: 60 }).generate({
          timestamp,
        });
        const step = stepAt(timestamp);
        expect(codeAt(nodeHmac('sha256', bytes), step)).toBe(theirs);
        expect(await totpWithKey(await browserKey('SHA256', Uint8Array.from(bytes)), step)).toBe(theirs);
      }),
      { numRuns: 200 },
    );
  });
});
