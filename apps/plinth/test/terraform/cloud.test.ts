import { makeTenant, tenantClient } from '../harness/tenants.ts';
import type { TestServer } from '../harness/test-server.ts';
import { cliConfiguration } from './cli-configuration.ts';
import { makeTeams, type Teams } from './teams.ts';
import { terraformEnvironment } from './terraform-program.ts';
import { describeScenarios } from './terraform-scenarios.ts';

describeScenarios('cloud-scenarios', async (server, teams) => {
  const { host } = new URL(server.url);
  const as = (name: string, token: string): string => cliConfiguration(server, name, [{ host, token }]);
  return {
    ...terraformEnvironment(server, teams),
    TF_CLI_CONFIG_FILE: as('builder', teams.builder),
    AS_LEAD: as('lead', teams.lead),
    AS_READER: as('reader', teams.reader),
    AS_VIEWER: as('viewer', teams.viewer),
    AS_NOBODY: as('nobody', 'nonsense'),
    AS_TENANT: await tenantConfiguration(server),
    TF_CLOUD_HOSTNAME: host,
    TF_CLOUD_ORGANIZATION: 'prod',
  };
});

/** How clients of a tenant find it: by a name of their own, as discovery at the root is the host's. */
async function tenantConfiguration(server: TestServer): Promise<string> {
  const { uid } = await makeTenant(server, 'acme');
  const admin = await tenantClient(server, uid);
  const root = '/clusters/acme';
  const teams: Teams = await makeTeams(admin, root);
  admin.close();
  return cliConfiguration(server, 'tenant', [
    { host: 'acme.plinth', token: teams.lead, services: `${server.url}${root}` },
  ]);
}
