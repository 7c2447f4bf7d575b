import { fileURLToPath } from 'node:url';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import type { TestServer } from '../harness/test-server.ts';
import { cliConfiguration } from './cli-configuration.ts';
import { makeTeams, type Teams } from './teams.ts';
import { terraformEnvironment } from './terraform-program.ts';

/** Variables for commands that speak with the server by its address, each team with a configuration of its own. */
export async function cloudEnvironment(server: TestServer, teams: Teams): Promise<Record<string, string>> {
  const { host } = new URL(server.url);
  const as = (name: string, token: string): string => cliConfiguration(server, name, [{ host, token }]);
  const mirror = `${server.url}/terraform/providers/`;
  const mirrored = (name: string, token: string): string =>
    cliConfiguration(server, name, [{ host, token }], { mirror });
  return {
    ...terraformEnvironment(server, teams),
    TF_CLI_CONFIG_FILE: as('builder', teams.builder),
    AS_LEAD: as('lead', teams.lead),
    AS_READER: as('reader', teams.reader),
    AS_VIEWER: as('viewer', teams.viewer),
    AS_NOBODY: as('nobody', 'nonsense'),
    ...(await tenantEnvironment(server)),
    AS_MIRROR: mirrored('mirror', teams.builder),
    AS_MIRROR_READER: mirrored('mirror-reader', teams.reader),
    NOTES_PROVIDER: fileURLToPath(new URL('./notes-provider.ts', import.meta.url)),
    TF_CLOUD_HOSTNAME: host,
    TF_CLOUD_ORGANIZATION: 'prod',
  };
}

/** How clients of a tenant find it: by a name of their own, as discovery at the root is the host's. */
async function tenantEnvironment(server: TestServer): Promise<Record<string, string>> {
  const { uid } = await makeTenant(server, 'acme');
  const admin = await tenantClient(server, uid);
  const root = '/clusters/acme';
  const { lead: token } = await makeTeams(admin, root);
  admin.close();
  const services = `${server.url}${root}`;
  return {
    TENANT: token,
    AS_TENANT: cliConfiguration(server, 'tenant', [{ host: 'acme.plinth', token, services }]),
  };
}
