import type { CapabilityContext, Controller, HttpProtocol } from '@plinth/kernel';
import { cloudProtocol } from './cloud/cloud-protocol.ts';
import { cloudServices } from './cloud/cloud-services.ts';
import { discoveryProtocol } from './cloud/discovery.ts';
import { contentRemoval } from './content/content-removal.ts';
import { moduleCounting } from './modules/module-counting.ts';
import { moduleVersionFinalizer, moduleVersions } from './modules/module-version-kind.ts';
import { Modules } from './modules/modules.ts';
import { modulesProtocol } from './modules/modules-protocol.ts';
import { providerPackageFinalizer, providerPackages } from './providers/provider-package-kind.ts';
import { Providers } from './providers/providers.ts';
import { providersProtocol } from './providers/providers-protocol.ts';
import type { StackParts } from './stack/open-stacks.ts';
import type { States } from './state/states.ts';

/** What Terraform finds by service discovery, and the mirror, once somebody needs them. */
export interface TerraformServices {
  readonly cloud: HttpProtocol;
  readonly discovery: HttpProtocol;
  readonly modules: HttpProtocol;
  readonly moduleCounting: Controller;
  readonly moduleRemoval: Controller;
  readonly providers: HttpProtocol;
  readonly providerRemoval: Controller;
}

export function openTerraformServices(
  context: CapabilityContext,
  states: States,
  stacks: (() => StackParts) | undefined,
): TerraformServices {
  const registry = new Modules(context);
  const mirror = new Providers(context);
  return {
    cloud: cloudProtocol(cloudServices(context, states, stacks)),
    discovery: discoveryProtocol(context.tenant),
    modules: modulesProtocol(registry, context),
    moduleCounting: moduleCounting(registry),
    moduleRemoval: contentRemoval(
      'moduleversions',
      moduleVersions,
      moduleVersionFinalizer,
      async ({ metadata }) => {
        await registry.content.remove(metadata.uid);
      },
    ),
    providers: providersProtocol(mirror, context),
    providerRemoval: contentRemoval(
      'providerpackages',
      providerPackages,
      providerPackageFinalizer,
      async ({ metadata }) => await mirror.content.remove(metadata.uid),
    ),
  };
}
