import { join } from 'node:path';
import { type CapabilityContext, type Controller, defineController, specChanged } from '@plinth/kernel';
import { catalogLocations } from '../catalog-location-kind.ts';
import { LocationReader } from './location-reader.ts';
import { LocationReconciler } from './reconcile.ts';
import { LocationTriggers } from './triggers.ts';

/** Locations that are worked on at the same time: one that waits for git does not keep the others. */
const concurrency = 4;

/** Keeps the entities of locations in the catalog. */
export function locationController({ dataDirectory, programs, clock }: CapabilityContext): Controller {
  const reader = new LocationReader(join(dataDirectory, 'git'), programs, clock);
  const triggers = new LocationTriggers(reader.directories);
  const reconciler = new LocationReconciler(reader, triggers);
  return defineController({
    name: 'catalog',
    resource: catalogLocations,
    concurrency,
    sources: [triggers.source],
    // Its own status writes are no news to it.
    trigger: specChanged,
    reconcile: (name, context) => reconciler.reconcile(name, context),
  });
}
