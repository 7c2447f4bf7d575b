import type { ObjectName, ResourceId } from '../model/client.ts';
import type { KubeObject } from '../model/object.ts';

/** An object that names owners: who it is and whom it names, nothing else of it. */
export interface Dependent {
  readonly id: ResourceId;
  readonly name: ObjectName;
  readonly uid: string;
  readonly owners: readonly OwnerLink[];
}

export interface OwnerLink {
  readonly uid: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly blocks: boolean;
}

/** An owner that is being deleted and waits for what becomes of its dependants. */
export interface DeletingOwner {
  readonly id: ResourceId;
  readonly name: ObjectName;
  readonly uid: string;
}

/** Deleted owners that are remembered, although no dependant is known. */
const deletedMax = 10_000;

/** Who owns whom, by uid. Objects without owner references take no room in it. */
export class OwnerGraph {
  readonly #dependents = new Map<string, Dependent>();
  readonly #byOwner = new Map<string, Set<string>>();
  readonly #deleting = new Map<string, DeletingOwner>();
  /** Objects that are gone, so that nobody has to look for them. */
  readonly #deleted = new Set<string>();

  get size(): number {
    return this.#dependents.size;
  }

  dependent(uid: string): Dependent | undefined {
    return this.#dependents.get(uid);
  }

  /** All objects that name `ownerUid` as an owner. */
  dependentsOf(ownerUid: string): Dependent[] {
    const found: Dependent[] = [];
    for (const uid of this.#byOwner.get(ownerUid) ?? []) {
      const dependent = this.#dependents.get(uid);
      if (dependent) found.push(dependent);
    }
    return found;
  }

  dependents(): IterableIterator<Dependent> {
    return this.#dependents.values();
  }

  deletingOwner(uid: string): DeletingOwner | undefined {
    return this.#deleting.get(uid);
  }

  /** Whether the deletion of an object was seen, and not forgotten since. */
  sawDeletionOf(uid: string): boolean {
    return this.#deleted.has(uid);
  }

  /** Takes in the present state of an object; returns the owners that it named before or names now. */
  put(id: ResourceId, object: KubeObject): Set<string> {
    const { uid, name, namespace, ownerReferences = [] } = object.metadata;
    const concerned = this.#unlink(uid);
    if (isWaiting(object)) this.#deleting.set(uid, { id, uid, name: objectName(name, namespace) });
    else this.#deleting.delete(uid);
    if (ownerReferences.length === 0) return concerned;
    const owners = ownerReferences.map((owner) => ({
      uid: owner.uid,
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      blocks: owner.blockOwnerDeletion === true,
    }));
    this.#dependents.set(uid, { id, uid, name: objectName(name, namespace), owners });
    for (const owner of owners) {
      concerned.add(owner.uid);
      const known = this.#byOwner.get(owner.uid);
      if (known) known.add(uid);
      else this.#byOwner.set(owner.uid, new Set([uid]));
    }
    return concerned;
  }

  /** Takes an object out; returns the owners that it named. */
  remove(object: { readonly uid: string }): Set<string> {
    this.#deleting.delete(object.uid);
    this.#deleted.add(object.uid);
    if (this.#deleted.size > deletedMax) this.#forgetOldest();
    return this.#unlink(object.uid);
  }

  /** Takes out all objects of a resource that is no longer served; returns their uids and the owners they named. */
  removeResource(id: ResourceId): { uids: string[]; owners: Set<string> } {
    const uids: string[] = [];
    const owners = new Set<string>();
    for (const dependent of this.#dependents.values()) {
      if (dependent.id.group !== id.group || dependent.id.resource !== id.resource) continue;
      uids.push(dependent.uid);
      for (const owner of this.#unlink(dependent.uid)) owners.add(owner);
    }
    for (const owner of this.#deleting.values()) {
      if (owner.id.group === id.group && owner.id.resource === id.resource) this.#deleting.delete(owner.uid);
    }
    return { uids, owners };
  }

  #unlink(uid: string): Set<string> {
    const known = this.#dependents.get(uid);
    const owners = new Set<string>();
    if (!known) return owners;
    this.#dependents.delete(uid);
    for (const owner of known.owners) {
      owners.add(owner.uid);
      const siblings = this.#byOwner.get(owner.uid);
      siblings?.delete(uid);
      if (siblings?.size === 0) this.#byOwner.delete(owner.uid);
    }
    return owners;
  }

  // Those with dependants are still needed; if all are, the oldest goes and a list of the owners' kind takes its place.
  #forgetOldest(): void {
    for (const uid of this.#deleted.keys()) {
      if (this.#byOwner.has(uid)) continue;
      this.#deleted.delete(uid);
      return;
    }
    const oldest = this.#deleted.keys().next().value;
    if (oldest !== undefined) this.#deleted.delete(oldest);
  }
}

/** Finalizers that stand for what the deletion of an owner does to its dependants. Spec: meta/v1. */
export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

function isWaiting({ metadata }: KubeObject): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  return (metadata.finalizers ?? []).some((name) => name === foregroundFinalizer || name === orphanFinalizer);
}

function objectName(name: string, namespace: string | undefined): ObjectName {
  return namespace === undefined ? { name } : { name, namespace };
}
