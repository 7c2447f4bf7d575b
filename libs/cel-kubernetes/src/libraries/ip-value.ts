import { isIPv4, isIPv6 } from 'node:net';
import { CelEvaluationError } from '../problem.ts';
import { OpaqueValue } from '../values/opaque-value.ts';

/** An IP address: 4 bytes or 16. */
export class IpValue extends OpaqueValue {
  readonly typeName = 'net.IP';
  readonly bytes: readonly number[];

  constructor(bytes: readonly number[]) {
    super();
    this.bytes = bytes;
  }

  get family(): 4 | 6 {
    return this.bytes.length === 4 ? 4 : 6;
  }

  equals(other: unknown): boolean {
    return other instanceof IpValue && other.toString() === this.toString();
  }

  /** The canonical form. Spec: RFC 5952. */
  override toString(): string {
    return this.family === 4 ? this.bytes.join('.') : formatIpv6(groupsOf(this.bytes));
  }
}

/** A network: an address and the length of its prefix. */
export class CidrValue extends OpaqueValue {
  readonly typeName = 'net.CIDR';
  readonly address: IpValue;
  readonly bits: number;

  constructor(address: IpValue, bits: number) {
    super();
    this.address = address;
    this.bits = bits;
  }

  /** The same network with all bits after the prefix zero. */
  masked(): CidrValue {
    return new CidrValue(mask(this.address, this.bits), this.bits);
  }

  contains(address: IpValue): boolean {
    return address.family === this.address.family && mask(address, this.bits).equals(this.masked().address);
  }

  containsNetwork(other: CidrValue): boolean {
    return this.bits <= other.bits && this.contains(other.address);
  }

  /** Whole bytes of the prefix, on which the cost of comparisons depends. */
  get prefixBytes(): number {
    return Math.ceil(this.bits / 8);
  }

  equals(other: unknown): boolean {
    return other instanceof CidrValue && other.bits === this.bits && other.address.equals(this.address);
  }

  override toString(): string {
    return `${this.address.toString()}/${this.bits}`;
  }
}

/** Reads an address without zone; IPv4 written as IPv6 is none. @throws CelEvaluationError */
export function parseIp(text: string): IpValue {
  const fail = (reason: string) =>
    new CelEvaluationError(
      `IP Address ${JSON.stringify(text.slice(0, 64))} parse error during conversion from string: ${reason}`,
    );
  if (isIPv4(text)) return new IpValue(text.split('.').map(Number));
  if (!isIPv6(text)) throw fail('not an IPv4 or IPv6 address');
  if (text.includes('%')) throw fail('IP address with zone value is not allowed');
  const bytes = ipv6Bytes(text);
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) throw fail('IPv4-mapped IPv6 address is not allowed');
  return new IpValue(bytes);
}

/** Reads `address/bits`. @throws CelEvaluationError */
export function parseCidr(text: string): CidrValue {
  const fail = (reason: string) =>
    new CelEvaluationError(`network address parse error during conversion from string: ${reason}`);
  const [, address = '', bits = ''] = /^([^/]*)\/(.*)$/.exec(text) ?? [];
  if (address === '') throw fail(`${JSON.stringify(text.slice(0, 64))} is not of the form address/bits`);
  const ip = parseIp(address);
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(bits) || Number(bits) > ip.bytes.length * 8) {
    throw fail(`bad bits after slash: ${JSON.stringify(bits.slice(0, 64))}`);
  }
  return new CidrValue(ip, Number(bits));
}

function mask({ bytes }: IpValue, bits: number): IpValue {
  return new IpValue(
    bytes.map((byte, index) => {
      const kept = Math.min(8, Math.max(0, bits - index * 8));
      return byte & (0xff << (8 - kept)) & 0xff;
    }),
  );
}

function ipv6Bytes(text: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const [a = 0, b = 0, c = 0, d = 0] = dotted?.slice(2).map(Number) ?? [];
  const plain =
    dotted === null ? text : `${dotted[1] ?? ''}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  const [head = '', tail] = plain.split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [groups(head), tail === undefined ? [] : groups(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

function groupsOf(bytes: readonly number[]): number[] {
  return Array.from({ length: 8 }, (_, index) => (bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0));
}

/** The longest run of two zero groups or more is left out, the first of several. */
function formatIpv6(groups: readonly number[]): string {
  let [start, length] = [-1, 1];
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > length) [start, length] = [from, to - from];
  }
  const write = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  return start === -1
    ? write(groups)
    : `${write(groups.slice(0, start))}::${write(groups.slice(start + length))}`;
}

/** The questions that can be asked of an address. Spec: Go net/netip. */
export const ipTraits = {
  isUnspecified: ({ bytes }: IpValue) => bytes.every((byte) => byte === 0),
  isLoopback: ({ bytes, family }: IpValue) =>
    family === 4 ? bytes[0] === 127 : bytes.every((byte, index) => byte === (index === 15 ? 1 : 0)),
  isLinkLocalMulticast: ({ bytes: [a = 0, b = 0, c = 0], family }: IpValue) =>
    family === 4 ? a === 224 && b === 0 && c === 0 : a === 0xff && (b & 0x0f) === 2,
  isLinkLocalUnicast: ({ bytes: [a = 0, b = 0], family }: IpValue) =>
    family === 4 ? a === 169 && b === 254 : a === 0xfe && (b & 0xc0) === 0x80,
  isGlobalUnicast: (ip: IpValue): boolean => {
    const [first = 0] = ip.bytes;
    const multicast = ip.family === 4 ? first >= 224 && first <= 239 : first === 0xff;
    const broadcast = ip.family === 4 && ip.bytes.every((byte) => byte === 255);
    return (
      !multicast &&
      !broadcast &&
      !ipTraits.isUnspecified(ip) &&
      !ipTraits.isLoopback(ip) &&
      !ipTraits.isLinkLocalUnicast(ip)
    );
  },
} as const;
