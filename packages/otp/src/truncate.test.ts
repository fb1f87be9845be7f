import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { truncate } from './truncate.ts';

describe('dynamic truncation', () => {
  it('T-1 the example of RFC 4226 §5.4 gives 872921', () => {
    const mac = Uint8Array.from(Buffer.from('1f8698690e02ca16618550ef7f19da8e945b555a', 'hex'));
    expect(truncate(mac)).toBe('872921');
    expect(truncate(mac, 8)).toBe('57872921');
  });

  it('T-1 leading zeros stay: a MAC of zeros gives 000000', () => {
    expect(truncate(new Uint8Array(20))).toBe('000000');
    expect(truncate(new Uint8Array(32), 8)).toBe('00000000');
  });

  it('T-1 the sign bit is ignored: a MAC of ones reads as 2^31 - 1', () => {
    expect(truncate(new Uint8Array(32).fill(0xff), 8)).toBe('47483647');
  });

  it('T-1 any MAC of 20 to 64 bytes gives exactly as many ASCII digits as asked', () => {
    const mac = fc.uint8Array({ minLength: 20, maxLength: 64 });
    fc.assert(
      fc.property(mac, fc.constantFrom(6 as const, 7 as const, 8 as const), (bytes, digits) => {
        expect(truncate(bytes, digits)).toMatch(new RegExp(`^[0-9]{${digits}}$`));
      }),
    );
  });

  it.each([0, 1, 16, 19])('T-1 %i bytes are no HMAC and are refused', (length) => {
    expect(() => truncate(new Uint8Array(length))).toThrow(RangeError);
  });
});
