import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  type CapabilityContext,
  type Controller,
  GitRepositories,
  type HttpProtocol,
  nodeDirectories,
  type RunContext,
} from '@plinth/kernel';
import { contentRemoval } from '../content/content-removal.ts';
import { stackRunsMin, stackRunsPerCore } from '../limits.ts';
import { Modules } from '../modules/modules.ts';
import { PlanPolicies } from '../policy/plan-policies.ts';
import type { States } from '../state/states.ts';
import { Bundles } from './bundles.ts';
import {
  configurationVersionFinalizer,
  configurationVersions,
  isConfigurationVersion,
} from './configuration-version-kind.ts';
import { Configurations } from './configurations.ts';
import { stackController } from './stack-controller.ts';
import { stacks } from './stack-fields.ts';
import { stackProtocol } from './stack-protocol.ts';
import { runStack, type StackNews, type StackRunOutput } from './stack-run.ts';
import type { StackRunInput } from './stack-run-definition.ts';
import { configurationRules } from './stack-source.ts';
import { StackWork } from './stack-work.ts';
import { StateDoor } from './state-door.ts';
import { TerraformProgram } from './terraform-program.ts';

/** What the capability does about stacks, once somebody needs it. */
export interface StackParts {
  readonly controller: Controller;
  readonly configurationRemoval: Controller;
  readonly configurations: Configurations;
  readonly work: StackWork;
  readonly protocol: HttpProtocol;
  run(run: RunContext, job: StackRunInput): Promise<StackRunOutput>;
}

/** @param own Plinth's own environment */
export function openStacks(
  context: CapabilityContext,
  states: States,
  own: Readonly<Record<string, string | undefined>>,
): StackParts {
  const { client, clock, random, logs, audit, keys, programs, dataDirectory } = context;
  const directory = join(dataDirectory, 'stacks');
  const providers = join(dataDirectory, 'providers');
  mkdirSync(providers, { recursive: true, mode: 0o700 });
  const sources = {
    client,
    modules: new Modules(context),
    directories: nodeDirectories(configurationRules),
    repositories: new GitRepositories(join(dataDirectory, 'git'), programs, own, configurationRules),
  };
  const configurations = new Configurations(context);
  const work = new StackWork({
    client,
    clock,
    random,
    audit,
    keys,
    states,
    sources,
    configurations,
    directory,
    bundles: new Bundles(logs),
    door: new StateDoor(states, { audit, random }),
    policies: new PlanPolicies(client),
    programs,
    program: new TerraformProgram(programs, providers, own),
  });
  const news: StackNews = {
    async planned({ metadata: { namespace = '', name, uid } }, plan, { configuration, remote }) {
      if (remote && configuration !== undefined) {
        await configurations.tell({ namespace, name: configuration }, { plan });
      }
      if (remote?.until === 'plan') return;
      await client.patch(stacks, { namespace, name }, { metadata: { uid }, status: { plan } }, 'status');
    },
  };
  void work.sweep().catch((error: unknown) => context.onFault('working directories of stacks', error));
  return {
    controller: stackController({
      work,
      sources,
      configurations,
      runs: context.runs,
      drift: context.drift,
      atOnce: Math.max(stackRunsMin, stackRunsPerCore * availableParallelism()),
    }),
    configurationRemoval: contentRemoval(
      'configurationversions',
      configurationVersions,
      configurationVersionFinalizer,
      async (object) => {
        await configurations.remove(object.metadata.uid);
        const runUid = isConfigurationVersion(object) ? object.status?.runUid : undefined;
        if (runUid !== undefined) await work.forget(runUid);
      },
    ),
    configurations,
    work,
    protocol: stackProtocol(client, work),
    run: async (run, job) => await runStack(run, job, { work, news }),
  };
}
