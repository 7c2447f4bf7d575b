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

/** Many resources that are followed at once. */
export interface ServedFollow {
  /** Whether all objects that were there at the start have been reported. */
  synced(): boolean;
  stop(): void;
}

/** `group/plural`, the key of a resource. */
export function resourceKey(id: ResourceId): string {
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
  const follows = new Map<string, OneFollow>();

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
      follower.dropped?.(follow.id);
    }
    for (const [key, id] of served) {
      if (!follows.has(key)) follows.set(key, new OneFollow(client, id, follower));
    }
  };

  refresh();
  const stopResources = client.onResourcesChanged(() => {
    refresh();
    follower.resourcesChanged?.();
  });
  return {
    synced: () => [...follows.values()].every((follow) => follow.synced()),
    stop() {
      stopResources();
      for (const follow of follows.values()) follow.stop();
      follows.clear();
    },
  };
}

class OneFollow {
  readonly id: ResourceId;
  readonly #client: Client;
  readonly #stop: () => void;
  /** Objects that were there at the start and have not been reported, by uid. */
  #pending: Map<string, { name: string; namespace?: string }> | undefined;

  constructor(client: Client, id: ResourceId, follower: ServedFollower) {
    this.id = id;
    this.#client = client;
    this.#pending = new Map();
    for (const { metadata } of client.list(id)) {
      const { name, namespace } = metadata;
      this.#pending.set(metadata.uid, namespace === undefined ? { name } : { name, namespace });
    }
    this.#stop = client.follow(id, (change) => {
      this.#pending?.delete(change.object.metadata.uid);
      follower.changed(id, change);
    });
  }

  synced(): boolean {
    if (!this.#pending) return true;
    // An object that is deleted before it was reported need not be reported at all.
    for (const [uid, name] of this.#pending) {
      if (this.#client.get(this.id, name)?.metadata.uid === uid) return false;
      this.#pending.delete(uid);
    }
    this.#pending = undefined;
    return true;
  }

  stop(): void {
    this.#stop();
  }
}
