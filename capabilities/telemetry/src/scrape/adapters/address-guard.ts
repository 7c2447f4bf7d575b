import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { HttpError } from '../ports.ts';

/** Networks that are not the internet. Spec: RFC 6890 and the IANA special-purpose address registries. */
const networks: readonly (readonly [network: string, bits: number, family: 'ipv4' | 'ipv6', what: string])[] =
  [
    ['0.0.0.0', 8, 'ipv4', 'unspecified'],
    ['10.0.0.0', 8, 'ipv4', 'private'],
    ['100.64.0.0', 10, 'ipv4', 'private'],
    ['127.0.0.0', 8, 'ipv4', 'loopback'],
    ['169.254.0.0', 16, 'ipv4', 'link-local'],
    ['172.16.0.0', 12, 'ipv4', 'private'],
    ['192.0.0.0', 24, 'ipv4', 'private'],
    ['192.168.0.0', 16, 'ipv4', 'private'],
    ['198.18.0.0', 15, 'ipv4', 'private'],
    ['224.0.0.0', 4, 'ipv4', 'multicast'],
    ['240.0.0.0', 4, 'ipv4', 'reserved'],
    ['::', 128, 'ipv6', 'unspecified'],
    ['::1', 128, 'ipv6', 'loopback'],
    // Whatever of IPv4 they lead to.
    ['::', 96, 'ipv6', 'reserved'],
    ['64:ff9b::', 96, 'ipv6', 'reserved'],
    ['64:ff9b:1::', 48, 'ipv6', 'private'],
    ['2001::', 32, 'ipv6', 'reserved'],
    ['2002::', 16, 'ipv6', 'reserved'],
    ['fc00::', 7, 'ipv6', 'private'],
    ['fe80::', 10, 'ipv6', 'link-local'],
    ['fec0::', 10, 'ipv6', 'private'],
    ['ff00::', 8, 'ipv6', 'multicast'],
  ];

const lists = networks.map(([network, bits, family, what]) => {
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return { list, what };
});

/** What an address is when not everybody on the internet reaches it: `private`; undefined when everybody does. */
export function closedAddress(address: string): string | undefined {
  // Zones name interfaces of this machine.
  const bare = address.replace(/%.*$/, '');
  const family = isIP(bare);
  if (family === 0) return 'no IP address';
  return lists.find(({ list }) => list.check(bare, family === 4 ? 'ipv4' : 'ipv6'))?.what;
}

/** Refuses a host that is written as an address which is not open to all. @throws HttpError */
export function requireOpenHost(hostname: string): void {
  const bare = hostname.replace(/^\[|\]$/g, '');
  const what = isIP(bare) === 0 ? undefined : closedAddress(bare);
  if (what !== undefined) throw refusal(bare, what);
}

/**
 * Resolves names for connections, and gives nothing but addresses that are open to all: what it gives is connected to, so that a
 * name which is resolved differently a moment later is no way around it. One closed address among several refuses the name.
 */
export const openLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) {
      callback(error, []);
      return;
    }
    const closed = addresses.flatMap(({ address }) => closedAddress(address) ?? [])[0];
    const [first] = addresses;
    if (closed !== undefined) callback(refusal(hostname, closed), []);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first?.address ?? '', first?.family);
  });
};

/** Says nothing of the address: what names of the inside stand for is not for everybody. */
function refusal(host: string, what: string): HttpError {
  return new HttpError(`${host} has a ${what} address, which is not open to tenants`);
}
