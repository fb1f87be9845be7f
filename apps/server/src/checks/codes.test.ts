import { createHmac } from 'node:crypto';
import { codeAt, stepAt } from '@motp/otp';
import fc from 'fast-check';
import { Secret, TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { openKeyring, SealError } from '../keys/keyring.ts';
import { newMasterKey } from '../keys/master-key.ts';
import { realWorld } from '../world.ts';
import { codesOf, seedHmac } from './codes.ts';

const seeds = fc.uint8Array({ minLength: 0, maxLength: 64 });
const counters = fc.uint8Array({ minLength: 8, maxLength: 8 });
const random = (bytes: number) => realWorld.random(bytes);

describe('HMAC-SHA-256 of a counter', () => {
  it('T-1 equals createHmac for every seed and counter, one after another under one seed', () => {
    fc.assert(
      fc.property(seeds, fc.array(counters, { minLength: 1, maxLength: 5 }), (seed, all) => {
        const hmac = seedHmac(seed);
        for (const counter of all) {
          const expected = createHmac('sha256', seed).update(counter).digest('hex');
          expect(Buffer.from(hmac.digest(counter)).toString('hex')).toBe(expected);
        }
      }),
    );
  });

  it('T-1 gives the codes of RFC 6238 appendix B for SHA-256', () => {
    const hmac = seedHmac(Buffer.from('12345678901234567890123456789012'));
    const at = (seconds: number) => codeAt(hmac.digest, stepAt(seconds * 1000, 30), 8);
    expect([59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000].map(at)).toEqual([
      '46119246',
      '68084774',
      '67062674',
      '91819424',
      '90698825',
      '77737706',
    ]);
  });

  it('T-1 takes eight bytes under a seed of at most one block', () => {
    expect(() => seedHmac(new Uint8Array(65))).toThrow(RangeError);
    expect(() => seedHmac(new Uint8Array(32)).digest(new Uint8Array(7))).toThrow(RangeError);
  });

  it('R-4 a wiped seed computes nothing of it any more', () => {
    const seed = random(32);
    const counter = Buffer.alloc(8);
    const hmac = seedHmac(seed);
    const before = Buffer.from(hmac.digest(counter)).toString('hex');
    hmac.wipe();
    expect(() => hmac.digest(counter)).toThrow('wiped');
    // The buffers are used again: another seed finds nothing of this one, whoever wipes twice.
    hmac.wipe();
    const [one, other] = [seedHmac(random(32)), seedHmac(seed)];
    expect(Buffer.from(one.digest(counter)).toString('hex')).not.toBe(before);
    expect(Buffer.from(other.digest(counter)).toString('hex')).toBe(before);
  });
});

describe('the codes of a registration', () => {
  const keyring = openKeyring(newMasterKey(random, true), random);
  const place = { table: 'device', column: 'seed', row: 'dev_1' };

  it('T-1 are those of an independent implementation, also after they were forgotten', () => {
    const seed = random(32);
    const codes = codesOf(keyring, { id: 'dev_1', seed_sealed: keyring.seal(place, seed) });
    const secret = new Secret({ buffer: new Uint8Array(seed).buffer });
    const totp = new TOTP({ algorithm: 'SHA256', digits: 6, period: 60, secret });
    for (const now of [0, 59_999, 60_000, Date.UTC(2026, 10, 23, 3, 0, 5)]) {
      expect(codes.codeOf(stepAt(now))).toBe(totp.generate({ timestamp: now }));
      codes.forget();
    }
  });

  it('P-2 a seed that was moved to another row does not open', () => {
    const codes = codesOf(keyring, { id: 'dev_2', seed_sealed: keyring.seal(place, random(32)) });
    expect(() => codes.codeOf(1)).toThrow(SealError);
    codes.forget();
  });
});
