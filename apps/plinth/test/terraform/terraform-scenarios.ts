import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { infraCapability } from '@plinth/infra';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { missingKubectl } from '../kubectl/kubectl-version.ts';
import { isUpdate, performScenario, scenariosOf } from '../scenario/scenarios.ts';
import { ShellSession } from '../scenario/shell-session.ts';
import { makeTeams, type Teams } from './teams.ts';
import { missingTerraform, recordedWith } from './terraform-program.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * Performs the transcripts of a folder with the terraform on PATH, each against a control plane of its own.
 * @param environmentOf variables that the commands have
 */
export function describeScenarios(
  folder: string,
  environmentOf: (
    server: TestServer,
    teams: Teams,
  ) => Record<string, string> | Promise<Record<string, string>>,
): void {
  const kubectl = missingKubectl();
  describe(`terraform: ${folder}`, { concurrency: 2, skip: missingTerraform() ?? false }, () => {
    for (const scenario of scenariosOf(join(here, folder))) {
      const skip = (readFileSync(scenario.path, 'utf8').includes('kubectl') && kubectl) || false;
      test(scenario.name, { skip }, async (t) => {
        const server = await startTestServer({ capabilities: [infraCapability] });
        const environment = await environmentOf(server, await makeTeams(server.admin));
        const { kubeconfigPath } = server.kernel;
        const session = new ShellSession(server.directory, kubeconfigPath, join(here, 'files'), environment);
        try {
          const sameWording = isUpdate || (await recordedWith(session));
          if (!sameWording) t.diagnostic('another version of terraform: only the exit codes are compared');
          await performScenario(t, session, scenario, sameWording);
          deepEqual(server.faults, []);
        } finally {
          await session.close();
          await server.close();
        }
      });
    }
  });
}
