import {
  type CapabilityParts,
  controllerOnDemand,
  defineCapability,
  loadModule,
  protocolOnDemand,
} from '@plinth/kernel';
import { catalogPath } from './api/catalog-path.ts';
import { catalogEntityKind } from './catalog-entity-kind.ts';
import { catalogLocationKind, catalogLocations } from './catalog-location-kind.ts';
import type * as Opening from './open-catalog.ts';

/** The software catalog: what there is, whose it is, and what depends on what, in the format of Backstage. */
export const catalogCapability = defineCapability({
  name: 'catalog',
  kinds: [catalogEntityKind, catalogLocationKind],
  open(context): CapabilityParts {
    let api: Opening.CatalogApi | undefined;
    return {
      controllers: [
        controllerOnDemand('catalog', catalogLocations, () => opening().locationController(context)),
      ],
      protocols: [protocolOnDemand(catalogPath, () => (api ??= opening().catalogApi(context)).protocol)],
      close: async () => api?.close(),
    };
  },
});

/** The code of the capability, which is not loaded before somebody needs it. */
function opening(): typeof Opening {
  return loadModule(import.meta.resolve('./open-catalog.ts')) as typeof Opening;
}
