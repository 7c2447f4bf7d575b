import type { Client } from '../model/client.ts';
import type { KubeObject, OwnerReference } from '../model/object.ts';
import type { ResourceType } from '../model/resource-type.ts';
import { foregroundFinalizer } from './owner-graph.ts';

/**
 * What an owner reference is worth.
 *
 * - `solid`: the owner is there
 * - `waiting`: the owner is there, and its foreground deletion waits for its dependants
 * - `absent`: the owner is gone
 * - `unknown`: nothing of the owner's kind is served, so that nobody can tell
 * - `invalid`: the owner is where this object may not have one: in another namespace
 */
export type OwnerVerdict = 'solid' | 'waiting' | 'absent' | 'unknown' | 'invalid';

/** What is known of an owner beyond live reads. */
export interface OwnerMemory {
  /** Whether the deletion of this owner was seen; uids never come back. */
  sawDeletionOf(uid: string): boolean;
}

/** Judges one owner reference of `dependent` by live reads. Anything but a certain absence keeps the dependant. */
export function judgeOwner(
  client: Client,
  dependent: KubeObject,
  reference: OwnerReference,
  memory: OwnerMemory,
): OwnerVerdict {
  const type = client.resourceFor(reference.apiVersion, reference.kind);
  if (!type) return 'unknown';
  const { namespace } = dependent.metadata;
  if (type.namespaced && namespace === undefined) return 'invalid';
  const id = { group: type.group, resource: type.resource };
  const name = { name: reference.name, ...(type.namespaced && namespace !== undefined ? { namespace } : {}) };
  const owner = client.get(id, name);
  if (owner?.metadata.uid === reference.uid) {
    const { deletionTimestamp, finalizers = [] } = owner.metadata;
    const waits = deletionTimestamp !== undefined && finalizers.includes(foregroundFinalizer);
    return waits ? 'waiting' : 'solid';
  }
  return type.namespaced ? judgeMissing(client, type, reference, memory) : 'absent';
}

// An owner that is not in the dependant's namespace may be in another one. A reference like that is wrong, and acting on
// it has deleted whole platforms (crossplane/crossplane#895), so it is looked for before anything is deleted. Once the
// owner is gone nobody can tell where it had been, and what was remembered of it would not outlive this process: then it
// is absent, as in Kubernetes, whether its deletion was seen or not.
function judgeMissing(
  client: Client,
  type: ResourceType,
  reference: OwnerReference,
  memory: OwnerMemory,
): OwnerVerdict {
  if (memory.sawDeletionOf(reference.uid)) return 'absent';
  const elsewhere = client
    .list({ group: type.group, resource: type.resource })
    .some((object) => object.metadata.uid === reference.uid);
  return elsewhere ? 'invalid' : 'absent';
}
