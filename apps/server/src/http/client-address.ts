import { isIPv6 } from 'node:net';
import { compile } from '@fastify/proxy-addr';

const IPV4_IN_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const NETWORK_GROUPS = 4;

/**
 * What a limit per address counts (O-7): an IPv4 address, or the /64 of an IPv6 one, which is what a subscriber gets
 * (RFC 6177): whoever has one address there has all of them.
 * @param address as the socket or a configured proxy gives it
 */
export function clientNetwork(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = IPV4_IN_IPV6.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain)) return address;
  return `${groupsOf(plain).slice(0, NETWORK_GROUPS).join(':')}::/64`;
}

/** What a client writes into `X-Forwarded-For` may be the address of a proxy, too. */
const MOST_REMEMBERED = 1_000;

/**
 * Whether an address is one of these proxies'. The same few bring every request, so they are remembered: to read an
 * address takes as long as to hash a token.
 * @param proxies addresses, networks, or names of them as Fastify's `trustProxy` takes them
 * @throws TypeError when one is none
 */
export function isProxy(proxies: readonly string[]): (address: string) => boolean {
  const trust = compile([...proxies]);
  const trusted = new Set<string>();
  return (address) => {
    if (trusted.has(address)) return true;
    if (!trust(address, 0)) return false;
    if (trusted.size < MOST_REMEMBERED) trusted.add(address);
    return true;
  };
}

/** All eight groups, without leading zeros (RFC 5952). */
function groupsOf(address: string): string[] {
  const [before = '', after] = address.split('::', 2);
  const head = before.split(':').filter((group) => group !== '');
  const tail = (after ?? '').split(':').filter((group) => group !== '');
  const missing = Math.max(0, 8 - head.length - tail.length);
  const zeros = after === undefined ? [] : Array<string>(missing).fill('0');
  return [...head, ...zeros, ...tail].map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
}
