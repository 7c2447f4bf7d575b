import { BlockList, isIP } from 'node:net';
import { type FieldError, invalidValue } from '@plinth/structural-schema';

const closed: readonly (readonly [list: BlockList, what: string])[] = [
  [listOf(['0.0.0.0', 32], ['::', 128]), 'may not be unspecified'],
  [
    listOf(['169.254.0.0', 16], ['fe80::', 10]),
    'may not be in the link-local range (169.254.0.0/16, fe80::/10)',
  ],
  [
    listOf(['224.0.0.0', 24], ['ff02::', 16]),
    'may not be in the link-local multicast range (224.0.0.0/24, ff02::/16)',
  ],
];

function listOf(...networks: readonly (readonly [network: string, bits: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of networks) list.addSubnet(network, bits, familyOf(network));
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/**
 * What is wrong with the IP address of an endpoint. Kubernetes refuses loopback addresses too, since each pod has its own;
 * here they name the machine that Plinth runs on.
 *
 * Spec: Kubernetes core/v1 validation, ValidateEndpointIP.
 *
 * @param family - of the address; absent: either one is right
 */
export function endpointIpErrors(field: string, address: string, family?: 4 | 6): FieldError[] {
  const found = isIP(address);
  if (found === 0 || (family !== undefined && found !== family)) {
    const kind = family === undefined ? 'IP' : `IPv${family}`;
    const example =
      family === 6 ? '2001:db8::ffff' : family === 4 ? '10.9.8.7' : '10.9.8.7 or 2001:db8::ffff';
    return [invalidValue(field, address, `must be a valid ${kind} address, (e.g. ${example})`)];
  }
  return closed
    .filter(([list]) => list.check(address, familyOf(address)))
    .map(([, what]) => invalidValue(field, address, what));
}
