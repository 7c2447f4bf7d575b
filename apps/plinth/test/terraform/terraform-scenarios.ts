import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { infraCapability } from '@plinth/infra';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { missingKubectl } from '../kubectl/kubectl-version.ts';
import { isUpdate, performScenario, type Scenario, scenariosOf } from '../scenario/scenarios.ts';
import { ShellSession } from '../scenario/shell-session.ts';
import { makeTeams, type Teams } from './teams.ts';
import {
  insteadOfTerraform,
  missingProgram,
  type Program,
  recordedWith,
  terraform,
} from './terraform-program.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Variables that the commands of a transcript have. */
export type ScenarioEnvironment = (
  server: TestServer,
  teams: Teams,
) => Record<string, string> | Promise<Record<string, string>>;

/** Commands whose output is in the words of the program, or has them. */
const inItsWords = /\bterraform |init\.sh|lock\.info/;

/**
 * Performs the transcripts of a folder with a program on PATH, each against a control plane of its own.
 * @param program the one that they were recorded with
 */
export function describeScenarios(
  folder: string,
  environmentOf: ScenarioEnvironment,
  program: Program = terraform,
): void {
  describeAll(
    `${program.name}: ${folder}`,
    scenariosOf(join(here, folder)),
    program,
    async (t, server, scenario) => {
      const session = sessionOf(server, {
        ...(await environmentOf(server, await makeTeams(server.admin))),
        ...(program === terraform
          ? {}
          : { PATH: insteadOfTerraform(program, join(server.directory, 'programs')) }),
      });
      try {
        const sameWording = isUpdate || (await recordedWith(session, program));
        if (!sameWording)
          t.diagnostic(`another version of ${program.name}: only the exit codes are compared`);
        await performScenario(t, session, scenario, () => sameWording);
      } finally {
        await session.close();
      }
    },
  );
}

/**
 * Performs some transcripts of terraform with another program: it ends every command as terraform does, and the server answers the
 * same. What the program itself says is not compared.
 */
export function describeScenariosAgain(
  folder: string,
  names: readonly string[],
  environmentOf: ScenarioEnvironment,
  program: Program,
): void {
  if (isUpdate) return;
  const scenarios = scenariosOf(join(here, folder)).filter(({ name }) => names.includes(name));
  describeAll(`${program.name}: ${folder}`, scenarios, program, async (t, server, scenario) => {
    const session = sessionOf(server, {
      ...(await environmentOf(server, await makeTeams(server.admin))),
      PATH: insteadOfTerraform(program, join(server.directory, 'programs')),
    });
    try {
      await performScenario(t, session, scenario, (command) => !inItsWords.test(command));
    } finally {
      await session.close();
    }
  });
}

function describeAll(
  title: string,
  scenarios: readonly Scenario[],
  program: Program,
  perform: (t: TestContext, server: TestServer, scenario: Scenario) => Promise<void>,
): void {
  const kubectl = missingKubectl();
  describe(title, { concurrency: 4, skip: missingProgram(program) ?? false }, () => {
    for (const scenario of scenarios) {
      const skip = (readFileSync(scenario.path, 'utf8').includes('kubectl') && kubectl) || false;
      test(scenario.name, { skip }, async (t) => {
        const server = await startTestServer({ capabilities: [infraCapability] });
        try {
          await perform(t, server, scenario);
          deepEqual(server.faults, []);
        } finally {
          await server.close();
        }
      });
    }
  });
}

function sessionOf(server: TestServer, environment: Record<string, string>): ShellSession {
  const { kubeconfigPath } = server.kernel;
  return new ShellSession(server.directory, kubeconfigPath, join(here, 'files'), environment);
}
