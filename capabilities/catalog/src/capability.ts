import { type CapabilityParts, controllerOnDemand, defineCapability, loadModule } from '@plinth/kernel';
import { catalogEntityKind } from './catalog-entity-kind.ts';
import { catalogLocationKind, catalogLocations } from './catalog-location-kind.ts';
import type * as Opening from './open-catalog.ts';

/** The software catalog: what there is, whose it is, and what depends on what, in the format of Backstage. */
export const catalogCapability = defineCapability({
  name: 'catalog',
  kinds: [catalogEntityKind, catalogLocationKind],
  open(context): CapabilityParts {
    let catalog: Opening.Catalog | undefined;
    const needed = (): Opening.Catalog => (catalog ??= opening().openCatalog(context));
    return { controllers: [controllerOnDemand('catalog', catalogLocations, () => needed().locations)] };
  },
});

/** The code of the capability, which is not loaded before somebody needs it. */
function opening(): typeof Opening {
  return loadModule(import.meta.resolve('./open-catalog.ts')) as typeof Opening;
}
