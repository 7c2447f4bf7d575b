import type { CapabilityContext, Controller } from '@plinth/kernel';
import { locationController } from './location/location-controller.ts';

/** What the capability does, once somebody needs it. */
export interface Catalog {
  readonly locations: Controller;
}

export function openCatalog(context: CapabilityContext): Catalog {
  return { locations: locationController(context) };
}
