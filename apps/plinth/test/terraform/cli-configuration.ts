import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestServer } from '../harness/test-server.ts';

/** A host that terraform knows. */
export interface KnownHost {
  readonly host: string;
  readonly token: string;
  /** Address of the virtual cluster, for a host that has no discovery of its own. */
  readonly services?: string;
}

/** What a configuration has besides hosts. */
export interface CliSettings {
  /** Address of a mirror, from which all providers come. */
  readonly mirror?: string;
}

/** Writes a configuration for the terraform program beside the data of a server. @returns its path */
export function cliConfiguration(
  { directory }: TestServer,
  name: string,
  hosts: readonly KnownHost[],
  { mirror }: CliSettings = {},
): string {
  const blocks = hosts.map(({ host, token, services }) => {
    const cloud = `${services}/terraform/cloud/`;
    const known = {
      'tfe.v2': cloud,
      'tfe.v2.1': cloud,
      'tfe.v2.2': cloud,
      'modules.v1': `${services}/terraform/modules/`,
    };
    const ids = Object.entries(known).map(([id, url]) => `    "${id}" = "${url}"`);
    return [
      `credentials "${host}" {\n  token = "${token}"\n}`,
      ...(services === undefined ? [] : [`host "${host}" {\n  services = {\n${ids.join('\n')}\n  }\n}`]),
    ].join('\n');
  });
  const path = join(directory, `${name}.tfrc`);
  const installation =
    mirror === undefined
      ? []
      : [`provider_installation {\n  network_mirror {\n    url = "${mirror}"\n  }\n}`];
  writeFileSync(path, `${[...blocks, ...installation].join('\n')}\n`);
  return path;
}
