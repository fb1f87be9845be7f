/**
 * What stands behind an IP address. `never`: what no program may be led to, such as the metadata services of
 * clouds, whatever the configuration says.
 */
export type AddressKind = 'public' | 'private' | 'loopback' | 'never';

/** Where webhooks may go: to public addresses only, also to this machine, or also into private networks. */
export type AddressPolicy = 'public' | 'loopback' | 'private';

const allowed: Readonly<Record<AddressPolicy, readonly AddressKind[]>> = {
  public: ['public'],
  loopback: ['public', 'loopback'],
  private: ['public', 'loopback', 'private'],
};

/** Every address of the name counts: one that is not allowed refuses them all. Plain http stays on this machine. */
export function mayReach(policy: AddressPolicy, protocol: string, addresses: readonly string[]): boolean {
  const kinds = addresses.map(addressKind);
  if (kinds.length === 0 || !kinds.every((kind) => allowed[policy].includes(kind))) return false;
  return protocol === 'https:' || (protocol === 'http:' && kinds.every((kind) => kind === 'loopback'));
}

type Block = readonly [prefix: string, bits: number, kind: AddressKind];

/** IANA IPv4 special-purpose registry; what is not listed is public. */
const blocks4: readonly Block[] = [
  ['0.0.0.0', 8, 'never'],
  ['10.0.0.0', 8, 'private'],
  // Alibaba Cloud's metadata, inside the carriers' range.
  ['100.100.100.200', 32, 'never'],
  ['100.64.0.0', 10, 'private'],
  ['127.0.0.0', 8, 'loopback'],
  // Link-local, with the metadata service of most clouds.
  ['169.254.0.0', 16, 'never'],
  // Azure's platform address is a public one.
  ['168.63.129.16', 32, 'never'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'never'],
  ['192.0.2.0', 24, 'never'],
  ['192.88.99.0', 24, 'never'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'never'],
  ['198.51.100.0', 24, 'never'],
  ['203.0.113.0', 24, 'never'],
  ['224.0.0.0', 3, 'never'],
];

/** IANA IPv6 special-purpose registry; only 2000::/3 is given out at all. */
const blocks6: readonly Block[] = [
  ['::1', 128, 'loopback'],
  // Amazon's metadata, inside the unique local range.
  ['fd00:ec2::254', 128, 'never'],
  ['fd20:ce::254', 128, 'never'],
  ['fc00::', 7, 'private'],
  ['2001::', 23, 'never'],
  ['2001:db8::', 32, 'never'],
  ['3fff::', 20, 'never'],
  ['2000::', 3, 'public'],
];

/** IPv6 prefixes that carry an IPv4 address at a byte: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056). */
const carriers: readonly (readonly [prefix: string, bits: number, at: number])[] = [
  ['::ffff:0:0', 96, 12],
  ['64:ff9b::', 96, 12],
  ['2002::', 16, 2],
];

/** @param address as a resolver gives it; what is no address is `never` */
export function addressKind(address: string): AddressKind {
  const bytes = bytesOf(address);
  if (!bytes) return 'never';
  if (bytes.length === 4) return kindOf(bytes, blocks4, 'public');
  const carrier = carriers.find(([prefix, bits]) => isInside(bytes, prefix, bits));
  if (!carrier) return kindOf(bytes, blocks6, 'never');
  const [, , at] = carrier;
  return kindOf(bytes.slice(at, at + 4), blocks4, 'public');
}

function kindOf(bytes: readonly number[], blocks: readonly Block[], otherwise: AddressKind): AddressKind {
  return blocks.find(([prefix, bits]) => isInside(bytes, prefix, bits))?.[2] ?? otherwise;
}

function isInside(bytes: readonly number[], prefix: string, bits: number): boolean {
  const wanted = bytesOf(prefix);
  return (
    wanted?.every((byte, index) => {
      const kept = Math.min(8, Math.max(0, bits - index * 8));
      const mask = (0xff << (8 - kept)) & 0xff;
      return ((bytes[index] ?? 0) & mask) === (byte & mask);
    }) ?? false
  );
}

/** Four bytes or sixteen; undefined for what is neither, an address with a zone included. */
function bytesOf(address: string): number[] | undefined {
  return address.includes(':') ? bytesOf6(address) : bytesOf4(address);
}

function bytesOf4(address: string): number[] | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function bytesOf6(address: string): number[] | undefined {
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (!head || (halves.length === 2 && !tail)) return undefined;
  if (!tail) return head.length === 16 ? head : undefined;
  const zeros = 16 - head.length - tail.length;
  return zeros >= 2 ? [...head, ...Array<number>(zeros).fill(0), ...tail] : undefined;
}

/** Groups of sixteen bits; the last may be written as an IPv4 address. */
function groupsOf(half: string): number[] | undefined {
  if (half === '') return [];
  const parts = half.split(':').map((group, index, all) => {
    if (group.includes('.')) return index === all.length - 1 ? bytesOf4(group) : undefined;
    const value = /^[0-9a-f]{1,4}$/i.test(group) ? Number.parseInt(group, 16) : undefined;
    return value === undefined ? undefined : [value >> 8, value & 0xff];
  });
  return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
}
