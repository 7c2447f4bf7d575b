import { fileURLToPath } from 'node:url';
import type { TestServer } from '../harness/test-server.ts';
import { cliConfiguration } from './cli-configuration.ts';
import type { Teams } from './teams.ts';
import { terraformEnvironment } from './terraform-program.ts';
import { describeScenarios } from './terraform-scenarios.ts';

// The programs of stacks get that of the server.
process.env['TF_CLI_CONFIG_FILE'] = '/dev/null';

describeScenarios('remote-scenarios', environmentOf);

/** Variables for commands of several people, who all leave the work to the server. */
function environmentOf(server: TestServer, teams: Teams): Record<string, string> {
  const { host } = new URL(server.url);
  const as = (name: string, token: string): string => cliConfiguration(server, name, [{ host, token }]);
  return {
    ...terraformEnvironment(server, teams),
    TF_CLI_CONFIG_FILE: as('builder', teams.builder),
    AS_LEAD: as('lead', teams.lead),
    AS_READER: as('reader', teams.reader),
    TF_CLOUD_HOSTNAME: host,
    TF_CLOUD_ORGANIZATION: 'prod',
    PLINTH: fileURLToPath(new URL('../../bin/plinth.js', import.meta.url)),
  };
}
