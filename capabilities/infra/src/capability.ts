import {
  type CapabilityContext,
  type CapabilityParts,
  controllerOnDemand,
  defineCapability,
  loadModule,
  protocolOnDemand,
} from '@plinth/kernel';
import type * as Opening from './open-infra.ts';
import { planPolicyKind } from './policy/plan-policy-kind.ts';
import { planWaiverKind } from './policy/plan-waiver-kind.ts';
import { configurationVersionKind } from './stack/configuration-version-kind.ts';
import { stackKind } from './stack/stack-kind.ts';
import { stackParts } from './stack-services.ts';
import { terraformRollbackKind, terraformRollbacks } from './state/rollback-kind.ts';
import { statePath } from './state/state-path.ts';
import { terraformStateKind, terraformStates } from './state/terraform-state-kind.ts';
import {
  terraformServiceControllers,
  terraformServiceKinds,
  terraformServiceProtocols,
} from './terraform-services.ts';

/**
 * Infrastructure as code: what Terraform and OpenTofu keep their state in, what they get modules and providers from, and what is
 * kept applied with them.
 */
export const infraCapability = defineCapability({
  name: 'infra',
  forTenants: true,
  kinds: [terraformStateKind, terraformRollbackKind, ...terraformServiceKinds],
  // A configuration is a program, which runs as the user of Plinth.
  hostKinds: [stackKind, configurationVersionKind, planPolicyKind, planWaiverKind],
  open,
});

/** The code of the capability, which is not loaded before somebody needs it. */
function opening(): typeof Opening {
  return loadModule(import.meta.resolve('./open-infra.ts')) as typeof Opening;
}

function open(context: CapabilityContext): CapabilityParts {
  let infra: Opening.Infra | undefined;
  const needed = (): Opening.Infra => (infra ??= opening().openInfra(context, forStacks?.needed));
  const forStacks = context.tenant === 'default' ? stackParts(context, () => needed().states) : undefined;
  return {
    controllers: [
      controllerOnDemand('terraformstates', terraformStates, () => needed().removal),
      controllerOnDemand('terraformrollbacks', terraformRollbacks, () => needed().rollbacks),
      ...terraformServiceControllers(needed),
      ...(forStacks?.controllers ?? []),
    ],
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
    protocols: [
      protocolOnDemand(statePath, () => needed().protocol),
      ...terraformServiceProtocols(needed),
      ...(forStacks?.protocols ?? []),
    ],
  };
}
