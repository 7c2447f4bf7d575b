import { type Controller, defineController } from '@plinth/kernel';
import { modules } from './module-kind.ts';
import { isModuleVersion, moduleVersions } from './module-version-kind.ts';
import type { Modules } from './modules.ts';

/** Tells in the status of modules which versions there are, also when one was deleted. */
export function moduleCounting(registry: Modules): Controller {
  return defineController({
    name: 'modules',
    resource: modules,
    watches: [
      {
        resource: moduleVersions,
        map: (version) =>
          isModuleVersion(version)
            ? [{ namespace: version.metadata.namespace ?? '', name: version.spec.module }]
            : [],
      },
    ],
    reconcile: async (name) => await registry.count(name),
  });
}
