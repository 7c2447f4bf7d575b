import type { Registry } from '../api/registry.ts';
import { parseStored } from '../api/versions.ts';
import { followBucket } from '../run/bucket-follower.ts';
import type { Store } from '../store/port.ts';
import type { ServedCrds } from './served-crds.ts';

/**
 * Serves what definitions say, whichever process decides on them: the controller that accepts names and establishes runs
 * in one process, and all of them answer requests.
 *
 * @param bucket of CustomResourceDefinitions, with its closing slash
 * @returns what ends it
 */
export function followCrds(
  store: Store,
  bucket: string,
  { served, registry, onFault }: FollowParts,
): () => void {
  return followBucket(store, bucket, {
    listed(all) {
      const objects = all.map(parseStored);
      const names = new Set(objects.map(({ metadata }) => metadata.name));
      for (const { origin, resource, group } of registry.all()) {
        const name = `${resource}.${group}`;
        if (origin === 'crd' && !names.has(name)) served.remove(name);
      }
      served.serveStored(objects);
    },
    changed({ type, object }) {
      const crd = parseStored(object);
      if (type === 'deleted') served.remove(crd.metadata.name);
      else served.establishNow(crd);
    },
    fault: onFault,
  });
}

interface FollowParts {
  readonly served: ServedCrds;
  readonly registry: Registry;
  readonly onFault: (what: string, error: unknown) => void;
}
