import type {
  CapabilityContext,
  Controller,
  HttpProtocol,
  SectionChange,
  SectionResult,
} from '@plinth/kernel';
import { openTerraformServices, type TerraformServices } from './open-terraform-services.ts';
import type { StackParts } from './stack/open-stacks.ts';
import { stateRemoval } from './state/removal.ts';
import { describeRollbacks, rollbacks } from './state/rollback.ts';
import { stateProtocol } from './state/state-protocol.ts';
import { States } from './state/states.ts';

/** What the capability does, once somebody needs it. */
export interface Infra extends TerraformServices {
  readonly states: States;
  readonly removal: Controller;
  readonly rollbacks: Controller;
  readonly protocol: HttpProtocol;
  describeRollbacks(changes: readonly SectionChange[]): Promise<SectionResult | undefined>;
}

/** @param stacks what is done about stacks; undefined where there are none */
export function openInfra(context: CapabilityContext, stacks: (() => StackParts) | undefined): Infra {
  const { client, logs, recorder, clock } = context;
  const states = new States({ client, logs, recorder, clock });
  return {
    states,
    ...openTerraformServices(context, states, stacks),
    removal: stateRemoval(states.versions),
    rollbacks: rollbacks(states, clock),
    protocol: stateProtocol(states),
    describeRollbacks: (changes) => describeRollbacks(states, changes),
  };
}
