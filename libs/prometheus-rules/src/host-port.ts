import { isIP } from 'node:net';

interface HostPort {
  readonly host: string;
  readonly port: string;
}

/** Takes `host:port` and `[v6]:port` apart; undefined for anything else. Spec: Go, net.SplitHostPort. */
function splitHostPort(address: string): HostPort | undefined {
  const match = /^(?:\[([^\][]*)\]|([^:\][]*)):([^:\][]*)$/.exec(address);
  if (!match) return undefined;
  const [, bracketed, plain, port = ''] = match;
  return { host: bracketed ?? plain ?? '', port };
}

export function hostWithoutPort(address: string): string {
  return splitHostPort(address)?.host ?? address;
}

/** The first part of a host name, with the port that follows it; addresses stay as they are. */
export function hostWithoutDomain(address: string): string {
  const { host, port } = splitHostPort(address) ?? { host: address, port: '' };
  if (isIP(host) !== 0) return address;
  const [first = ''] = host.split('.', 1);
  if (port === '') return first;
  return first.includes(':') ? `[${first}]:${port}` : `${first}:${port}`;
}
