import { type CapabilityContext, type CapabilityParts, defineCapability } from '@plinth/kernel';
import { stateRemoval } from './state/removal.ts';
import { rollbackSection, rollbacks } from './state/rollback.ts';
import { terraformRollbackKind } from './state/rollback-kind.ts';
import { stateProtocol } from './state/state-protocol.ts';
import { States } from './state/states.ts';
import { terraformStateKind } from './state/terraform-state-kind.ts';

/** Infrastructure as code: what Terraform and OpenTofu keep their state in. */
export const infraCapability = defineCapability({
  name: 'infra',
  forTenants: true,
  kinds: [terraformStateKind, terraformRollbackKind],
  open,
});

function open({ client, logs, recorder, clock }: CapabilityContext): CapabilityParts {
  const states = new States({ client, logs, recorder, clock });
  return {
    controllers: [stateRemoval(states.versions), rollbacks(states, clock)],
    planSections: [rollbackSection(states)],
    protocols: [stateProtocol(states)],
  };
}
