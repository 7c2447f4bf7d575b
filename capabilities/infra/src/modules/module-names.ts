import { StatusError } from '@plinth/kernel';
import { type ModuleVersion, parseVersion } from '@plinth/terraform-module';

/** A module as paths name it. */
export interface ModuleAddress {
  readonly namespace: string;
  readonly name: string;
  readonly provider: string;
}

// Names of objects are made of these, with dots in between, so no part has one of its own.
const part = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;

/** The name of the object of a module. */
export function moduleObject({ name, provider }: Pick<ModuleAddress, 'name' | 'provider'>): string {
  return `${name}.${provider}`;
}

/** The name of the object of a version. */
export function versionObject(address: ModuleAddress, version: string): string {
  return `${moduleObject(address)}.${version}`;
}

/** @throws StatusError 422 for names that no module can have */
export function addressOf(parameters: Readonly<Record<string, string>>): ModuleAddress {
  const { namespace = '', name = '', provider = '' } = parameters;
  for (const [what, value] of [
    ['the name of the module', name],
    ['the provider', provider],
  ] as const) {
    if (part.test(value)) continue;
    throw new StatusError(
      422,
      'Invalid',
      `${what}: expected lower-case letters, digits and dashes, found ${JSON.stringify(value.slice(0, 80))}`,
    );
  }
  return { namespace, name, provider };
}

/** @throws StatusError 422 */
export function versionIn({ version = '' }: Readonly<Record<string, string>>): ModuleVersion {
  const found = parseVersion(version);
  if (found) return found;
  throw new StatusError(
    422,
    'Invalid',
    `the version: expected a semantic version in lower case and without build metadata, such as 1.2.0 or 1.2.0-rc.1, found ` +
      JSON.stringify(version.slice(0, 80)),
  );
}
