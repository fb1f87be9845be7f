import { describe, expect, it } from 'vitest';
import { clientNetwork, isProxy } from './client-address.ts';

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

  it('O-7 proxies are told from others, the first time and afterwards', () => {
    const isOurs = isProxy(['127.0.0.1', '10.1.0.0/16']);
    const told = ['127.0.0.1', '::ffff:127.0.0.1', '10.1.2.3', '10.2.0.1', 'unknown'].map((address) => [
      address,
      isOurs(address),
      isOurs(address),
    ]);
    expect(told).toEqual([
      ['127.0.0.1', true, true],
      ['::ffff:127.0.0.1', true, true],
      ['10.1.2.3', true, true],
      ['10.2.0.1', false, false],
      ['unknown', false, false],
    ]);
  });

  it('O-7 more addresses than are remembered are told apart all the same', () => {
    const isOurs = isProxy(['10.0.0.0/8']);
    const addresses = Array.from({ length: 1_100 }, (_, nth) => `10.0.${nth >> 8}.${nth & 255}`);
    expect([...addresses, ...addresses].filter(isOurs)).toHaveLength(2_200);
    expect(isOurs('11.0.0.1')).toBe(false);
  });
});
