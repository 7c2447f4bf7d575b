import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { infraCapability } from '@plinth/infra';
import { startTestServer } from '../harness/test-server.ts';
import { missingKubectl } from '../kubectl/kubectl-version.ts';
import { isUpdate, performScenario, scenariosOf } from '../scenario/scenarios.ts';
import { ShellSession } from '../scenario/shell-session.ts';
import { makeTeams } from './teams.ts';
import { missingTerraform, recordedWith, terraformEnvironment } from './terraform-program.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

const kubectl = missingKubectl();

describe('terraform', { concurrency: 2, skip: missingTerraform() ?? false }, () => {
  for (const scenario of scenariosOf(join(here, 'scenarios'))) {
    const skip = (readFileSync(scenario.path, 'utf8').includes('kubectl') && kubectl) || false;
    test(scenario.name, { skip }, async (t) => {
      const server = await startTestServer({ capabilities: [infraCapability] });
      const teams = await makeTeams(server);
      const environment = terraformEnvironment(server, teams);
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
