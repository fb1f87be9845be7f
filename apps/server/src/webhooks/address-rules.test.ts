import { BlockList, isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AddressKind, addressKind, mayReach } from './address-rules.ts';

const table: Record<AddressKind, string[]> = {
  public: [
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.169.0.1',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2400:cb00::1',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '2002:808:808::1',
  ],
  private: [
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    'fc00::1',
    'fd12:3456::1',
    '::ffff:10.0.0.1',
    '::ffff:c0a8:101',
    '64:ff9b::10.0.0.1',
    '2002:a00:1::1',
  ],
  loopback: ['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '64:ff9b::7f00:1'],
  never: [
    '0.0.0.0',
    '0.1.2.3',
    '169.254.169.254',
    '169.254.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::127.0.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'fd00:ec2::254',
    '2001::1',
    '2001:db8::1',
    '3fff::1',
    '5f00::1',
    '64:ff9b:1::1',
    '100::1',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::',
    'localhost',
    '',
    '127.1',
    '0177.0.0.1',
    '256.0.0.1',
    '1:2:3',
    '1::2::3',
    ':1',
    '1:2:3:4:5:6:7:8:9',
    '::ffff:1.2.3',
    '12345::',
  ],
};

describe('what stands behind an address', () => {
  const cases = Object.entries(table).flatMap(([kind, all]) => all.map((address) => [address, kind]));
  it.each(cases)('%s is %s', (address, kind) => {
    expect(addressKind(address ?? '')).toBe(kind);
  });

  const privateOnes = new BlockList();
  for (const [net, bits] of [
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
  ] as const) {
    privateOnes.addSubnet(net, bits);
  }

  it('agrees with Node on private addresses, and on the same ones inside IPv6', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        fc.pre(isIPv4(address));
        const kind = addressKind(address);
        if (privateOnes.check(address)) expect(kind).toBe('private');
        expect(addressKind(`::ffff:${address}`)).toBe(kind);
        expect(addressKind(`64:ff9b::${address}`)).toBe(kind);
      }),
    );
  });

  it('calls public only what lies in 2000::/3 or carries an IPv4 address', () => {
    const global = new BlockList();
    global.addSubnet('2000::', 3, 'ipv6');
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        fc.pre(isIPv6(address) && !/^(::ffff|64:ff9b)/i.test(address));
        if (addressKind(address) === 'public') expect(global.check(address, 'ipv6')).toBe(true);
      }),
    );
  });
});

describe('where a webhook may go', () => {
  it.each([
    ['public', 'https:', ['1.1.1.1'], true],
    ['public', 'https:', ['1.1.1.1', '2606:4700::1'], true],
    ['public', 'https:', ['1.1.1.1', '10.0.0.1'], false],
    ['public', 'https:', ['127.0.0.1'], false],
    ['public', 'http:', ['1.1.1.1'], false],
    ['public', 'http:', ['127.0.0.1'], false],
    ['public', 'https:', [], false],
    ['loopback', 'http:', ['127.0.0.1', '::1'], true],
    ['loopback', 'http:', ['127.0.0.1', '1.1.1.1'], false],
    ['loopback', 'http:', [], false],
    ['loopback', 'https:', ['10.0.0.1'], false],
    ['private', 'https:', ['10.0.0.1'], true],
    ['private', 'http:', ['10.0.0.1'], false],
    ['private', 'http:', ['127.0.0.1'], true],
    ['private', 'https:', ['169.254.169.254'], false],
    ['private', 'https:', ['0.0.0.0'], false],
    ['private', 'ftp:', ['127.0.0.1'], false],
  ] as const)('with policy %s, by %s to %o: %s', (policy, protocol, addresses, may) => {
    expect(mayReach(policy, protocol, addresses)).toBe(may);
  });
});
