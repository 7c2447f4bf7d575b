import { StatusError } from '@plinth/kernel';
import { parseVersion } from '@plinth/terraform-module';

/** A provider as paths and sources name it. */
export interface ProviderAddress {
  readonly hostname: string;
  readonly namespace: string;
  readonly type: string;
}

/** A package of a provider. */
export interface PackageAddress extends ProviderAddress {
  readonly version: string;
  readonly platform: string;
}

type Parameters = Readonly<Record<string, string>>;

const part = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;
const host = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;

/** The name of the object of a package; no part but the last one has dots that others could have, too. */
export function packageObject({ hostname, namespace, type, version, platform }: PackageAddress): string {
  return `${type}.${namespace}.${platform.replace('_', '-')}.${version}.${hostname}`;
}

/** @throws StatusError 422 naming the part */
export function providerIn({ hostname = '', namespace = '', type = '' }: Parameters): ProviderAddress {
  if (hostname.length > 128 || !host.test(hostname)) {
    throw refused('the host name', 'a name in lower case with a dot and without a port', hostname);
  }
  for (const [what, value] of [
    ['the namespace', namespace],
    ['the type', type],
  ] as const) {
    if (!part.test(value)) throw refused(what, 'lower-case letters, digits and dashes', value);
  }
  return { hostname, namespace, type };
}

/** @throws StatusError 422 naming the part */
export function packageIn(parameters: Parameters): PackageAddress {
  const { platform = '' } = parameters;
  if (!/^[a-z0-9]{1,16}_[a-z0-9]{1,16}$/.test(platform)) {
    throw refused('the platform', 'a system and an architecture, such as linux_amd64', platform);
  }
  return { ...providerIn(parameters), version: versionIn(parameters), platform };
}

/** @throws StatusError 422 */
export function versionIn({ version = '' }: Parameters): string {
  if (parseVersion(version)) return version;
  throw refused('the version', 'a semantic version without build metadata, such as 1.2.0', version);
}

function refused(what: string, expected: string, found: string): StatusError {
  return new StatusError(
    422,
    'Invalid',
    `${what}: expected ${expected}, found ${JSON.stringify(found.slice(0, 80))}`,
  );
}
