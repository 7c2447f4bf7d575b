import type {
  CapabilityContext,
  Controller,
  HttpProtocol,
  SectionChange,
  SectionResult,
} from '@plinth/kernel';
import { cloudProtocol } from './cloud/cloud-protocol.ts';
import { cloudServices } from './cloud/cloud-services.ts';
import { discoveryProtocol } from './cloud/discovery.ts';
import { contentRemoval } from './content/content-removal.ts';
import { moduleVersionFinalizer, moduleVersions } from './modules/module-version-kind.ts';
import { Modules } from './modules/modules.ts';
import { modulesProtocol } from './modules/modules-protocol.ts';
import { stateRemoval } from './state/removal.ts';
import { describeRollbacks, rollbacks } from './state/rollback.ts';
import { stateProtocol } from './state/state-protocol.ts';
import { States } from './state/states.ts';

/** What the capability does, once somebody needs it. */
export interface Infra {
  readonly removal: Controller;
  readonly rollbacks: Controller;
  readonly protocol: HttpProtocol;
  readonly cloud: HttpProtocol;
  readonly discovery: HttpProtocol;
  readonly modules: HttpProtocol;
  readonly moduleRemoval: Controller;
  describeRollbacks(changes: readonly SectionChange[]): Promise<SectionResult | undefined>;
}

export function openInfra(context: CapabilityContext): Infra {
  const { client, logs, recorder, clock, tenant } = context;
  const states = new States({ client, logs, recorder, clock });
  const registry = new Modules(context);
  return {
    removal: stateRemoval(states.versions),
    rollbacks: rollbacks(states, clock),
    protocol: stateProtocol(states),
    cloud: cloudProtocol(cloudServices(context, states)),
    discovery: discoveryProtocol(tenant),
    modules: modulesProtocol(registry, context),
    moduleRemoval: contentRemoval('moduleversions', moduleVersions, moduleVersionFinalizer, registry.content),
    describeRollbacks: (changes) => describeRollbacks(states, changes),
  };
}
