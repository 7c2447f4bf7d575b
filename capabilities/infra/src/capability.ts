import {
  type CapabilityContext,
  type CapabilityParts,
  controllerOnDemand,
  defineCapability,
  defineRun,
  loadModule,
  protocolOnDemand,
} from '@plinth/kernel';
import type * as Opening from './open-infra.ts';
import type * as OpeningStacks from './stack/open-stacks.ts';
import { stacks } from './stack/stack-fields.ts';
import { stackKind } from './stack/stack-kind.ts';
import { stackPath } from './stack/stack-path.ts';
import { stackRunDefinition } from './stack/stack-run-definition.ts';
import { terraformRollbackKind, terraformRollbacks } from './state/rollback-kind.ts';
import { statePath } from './state/state-path.ts';
import { terraformStateKind, terraformStates } from './state/terraform-state-kind.ts';

/** Infrastructure as code: what Terraform and OpenTofu keep their state in, and what is kept applied with them. */
export const infraCapability = defineCapability({
  name: 'infra',
  forTenants: true,
  kinds: [terraformStateKind, terraformRollbackKind],
  // A configuration is a program, which runs as the user of Plinth.
  hostKinds: [stackKind],
  open,
});

/** The code of the capability, which is not loaded before somebody needs it. */
function opening(): typeof Opening {
  return loadModule(import.meta.resolve('./open-infra.ts')) as typeof Opening;
}

function openingStacks(): typeof OpeningStacks {
  return loadModule(import.meta.resolve('./stack/open-stacks.ts')) as typeof OpeningStacks;
}

function open(context: CapabilityContext): CapabilityParts {
  let infra: Opening.Infra | undefined;
  const needed = (): Opening.Infra => (infra ??= opening().openInfra(context));
  const stateControllers = [
    controllerOnDemand('terraformstates', terraformStates, () => needed().removal),
    controllerOnDemand('terraformrollbacks', terraformRollbacks, () => needed().rollbacks),
  ];
  const forStacks = context.tenant === 'default' ? stackParts(context, () => needed().states) : undefined;
  return {
    controllers: [...stateControllers, ...(forStacks?.controllers ?? [])],
    runs: forStacks?.runs ?? [],
    planSections: [
      {
        name: 'terraform-rollback',
        title: 'Terraform state',
        evaluate: async ({ changes }) =>
          changes.some(({ after }) => after?.kind === terraformRollbackKind.kind)
            ? await needed().describeRollbacks(changes)
            : undefined,
      },
    ],
    protocols: [protocolOnDemand(statePath, () => needed().protocol), ...(forStacks?.protocols ?? [])],
  };
}

function stackParts(
  context: CapabilityContext,
  states: () => Opening.Infra['states'],
): Required<Pick<CapabilityParts, 'controllers' | 'runs' | 'protocols'>> {
  let parts: OpeningStacks.StackParts | undefined;
  const needed = (): OpeningStacks.StackParts =>
    (parts ??= openingStacks().openStacks(context, states(), process.env));
  return {
    controllers: [controllerOnDemand('stacks', stacks, () => needed().controller)],
    protocols: [protocolOnDemand(stackPath, () => needed().protocol)],
    runs: [defineRun({ ...stackRunDefinition, run: async (run, job) => await needed().run(run, job) })],
  };
}
