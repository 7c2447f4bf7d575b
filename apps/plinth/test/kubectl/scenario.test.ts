import { deepEqual } from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startTestServer } from '../harness/test-server.ts';
import { isUpdate, performScenario, scenariosOf } from '../scenario/scenarios.ts';
import { ShellSession } from '../scenario/shell-session.ts';
import { missingKubectl, recordedWith } from './kubectl-version.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const missing = missingKubectl();

describe('kubectl', { concurrency: 2, skip: missing ?? false }, () => {
  for (const scenario of scenariosOf(join(here, 'scenarios'))) {
    test(scenario.name, async (t) => {
      const server = await startTestServer();
      const session = new ShellSession(
        server.directory,
        server.kernel.kubeconfigPath,
        join(here, 'manifests'),
      );
      try {
        const sameWording = isUpdate || (await recordedWith(session));
        if (!sameWording) t.diagnostic('another version of kubectl: only the exit codes are compared');
        await performScenario(t, session, scenario, () => sameWording);
        deepEqual(server.faults, []);
      } finally {
        await session.close();
        await server.close();
      }
    });
  }
});
