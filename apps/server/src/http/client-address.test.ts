import { describe, expect, it } from 'vitest';
import { clientNetwork } from './client-address.ts';

describe('O-7 the client’s address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:0:1:a:b:c:d', '2001:db8:0:1::/64'],
    ['2001:0DB8::0001:0:0:1', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('O-7 %s counts as %s', (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });
});
