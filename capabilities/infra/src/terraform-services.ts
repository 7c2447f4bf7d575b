import {
  type Controller,
  controllerOnDemand,
  type HttpProtocol,
  type KindDefinition,
  protocolOnDemand,
} from '@plinth/kernel';
import { cloudPath, discoveryPath } from './cloud/cloud-path.ts';
import { moduleKind, modules } from './modules/module-kind.ts';
import { modulesPath } from './modules/module-path.ts';
import { moduleVersionKind, moduleVersions } from './modules/module-version-kind.ts';
import type { TerraformServices } from './open-terraform-services.ts';
import { providerPackageKind, providerPackages } from './providers/provider-package-kind.ts';
import { providersPath } from './providers/provider-path.ts';

/** The kinds of what Terraform finds by service discovery, and of the mirror. */
export const terraformServiceKinds: readonly KindDefinition[] = [
  moduleKind,
  moduleVersionKind,
  providerPackageKind,
];

/** Their controllers. @param needed opens them when one of them is needed */
export function terraformServiceControllers(needed: () => TerraformServices): Controller[] {
  return [
    controllerOnDemand('modules', modules, () => needed().moduleCounting),
    controllerOnDemand('moduleversions', moduleVersions, () => needed().moduleRemoval),
    controllerOnDemand('providerpackages', providerPackages, () => needed().providerRemoval),
  ];
}

/** Their protocols. @param needed opens them when one of them is needed */
export function terraformServiceProtocols(needed: () => TerraformServices): HttpProtocol[] {
  return [
    protocolOnDemand(cloudPath, () => needed().cloud),
    protocolOnDemand(discoveryPath, () => needed().discovery),
    protocolOnDemand(modulesPath, () => needed().modules),
    protocolOnDemand(providersPath, () => needed().providers),
  ];
}
