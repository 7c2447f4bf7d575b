import type { Client, ObjectChange, ResourceId } from '../model/client.ts';
import type { ResourceType } from '../model/resource-type.ts';

/** What is called about the resources that `followServed` follows. */
export interface ServedFollower {
  changed(id: ResourceId, change: ObjectChange): void;
  /** A resource is no longer served; its objects are gone without further word. */
  dropped?(id: ResourceId): void;
  /** The set of served resources has changed; called after its follows were started and ended. */
  resourcesChanged?(): void;
}

/** What `followServed` returns. */
export interface ServedFollow {
  /** Whether all objects that were there when their resource began to be followed have been reported. */
  readonly synced: boolean;
  stop(): void;
}

/** `group/plural`, the key of a resource. */
function resourceKey(id: ResourceId): string {
  return `${id.group}/${id.resource}`;
}

/**
 * Follows every served resource that `select` picks, also those of CustomResourceDefinitions that come later. Keeps no
 * objects: the client's reads are synchronous and current, so that a cache would only hold the same twice.
 */
export function followServed(
  client: Client,
  select: (type: ResourceType) => boolean,
  follower: ServedFollower,
): ServedFollow {
  const unsynced = new Set<string>();
  const follows = new Map<string, { readonly id: ResourceId; readonly stop: () => void }>();

  const refresh = (): void => {
    const served = new Map<string, ResourceId>();
    for (const type of client.resources()) {
      // What cannot be listed and watched (reviews) has no objects to follow.
      if (!type.verbs.includes('list') || !type.verbs.includes('watch') || !select(type)) continue;
      const id = { group: type.group, resource: type.resource };
      served.set(resourceKey(id), id);
    }
    for (const [key, follow] of follows) {
      if (served.has(key)) continue;
      follow.stop();
      follows.delete(key);
      unsynced.delete(key);
      follower.dropped?.(follow.id);
    }
    for (const [key, id] of served) {
      if (!follows.has(key)) {
        unsynced.add(key);
        const stop = client.follow(
          id,
          (change) => follower.changed(id, change),
          () => unsynced.delete(key),
        );
        follows.set(key, { id, stop });
      }
    }
  };

  refresh();
  const stopResources = client.onResourcesChanged(() => {
    refresh();
    follower.resourcesChanged?.();
  });
  return {
    get synced() {
      return unsynced.size === 0;
    },
    stop() {
      stopResources();
      for (const follow of follows.values()) follow.stop();
      follows.clear();
    },
  };
}
