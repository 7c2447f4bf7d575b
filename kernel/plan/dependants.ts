import { bucketOf } from '../api/keys.ts';
import type { Registry } from '../api/registry.ts';
import { parseStored } from '../api/versions.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { ResourceType } from '../model/resource-type.ts';
import type { Store } from '../store/port.ts';
import type { ObjectRef } from './plan-record.ts';
import { findReferences } from './references.ts';

/** An object that a plan changes or deletes, for which dependants are looked for. */
export interface ChangedObject {
  readonly ref: ObjectRef;
  readonly key: string;
  readonly uid: string;
  readonly isDeleted: boolean;
  /** What a definition of a kind defines: its group and plural. */
  readonly defines?: { readonly group: string; readonly resource: string };
}

/** An object that depends on one that changes. */
export interface Dependant {
  readonly ref: ObjectRef;
  readonly type: ResourceType;
  readonly uid: string;
  /** The object that changes. */
  readonly on: ObjectRef;
  readonly relation: 'Owned' | 'References' | 'Inside';
  readonly field?: string;
  /** Whether it is deleted along. */
  readonly isDeleted: boolean;
}

interface Owned {
  readonly ref: ObjectRef;
  readonly type: ResourceType;
  readonly uid: string;
  readonly key: string;
  readonly owners: readonly string[];
}

/** Text that an object has which references another one or names an owner; the rest need not be parsed. */
const hints = ['ownerReferences', 'Ref', 'Name"', 'subjects', 'onfigMap', 'ecret'];

/**
 * Finds what depends on objects that change: what they own, what references them, and what lies in a namespace or is
 * of a kind that is deleted. What only deleted objects own is deleted along, however deep.
 *
 * Reads every object that may reference another one, once.
 */
export function findDependants(
  store: Store,
  tenant: string,
  registry: Registry,
  changed: readonly ChangedObject[],
): Dependant[] {
  if (changed.length === 0) return [];
  const found: Dependant[] = [];
  const keys = new Set(changed.map(({ key }) => key));
  const byUid = new Map(changed.map((object) => [object.uid, object]));
  const byName = Map.groupBy(changed, ({ ref }) => ref.name);
  const inside = new InsideIndex(changed);
  const owned: Owned[] = [];
  for (const type of registry.all()) {
    // Events tell of an object and do not depend on it.
    if (type.strategy.answer || type.kind === 'Event') continue;
    for (const stored of store.list(bucketOf(tenant, type)).objects) {
      if (keys.has(stored.key)) continue;
      const holder = inside.holderOf(type, stored.key);
      if (!holder && !hints.some((hint) => stored.value.includes(hint))) continue;
      const object = parseStored(stored);
      const common = { ref: refOf(object), type, uid: object.metadata.uid };
      if (holder) {
        found.push({ ...common, on: holder.ref, relation: 'Inside', isDeleted: true });
        continue;
      }
      const owners = (object.metadata.ownerReferences ?? []).map(({ uid }) => uid);
      if (owners.length > 0) owned.push({ ...common, key: stored.key, owners });
      for (const { field, target } of findReferences(object, byName)) {
        found.push({ ...common, on: target.ref, relation: 'References', field, isDeleted: false });
      }
    }
  }
  found.push(...ownedBy(owned, byUid, found));
  return found;
}

/** What the changed objects own, and what the deleted ones leave without an owner, down to the last. */
function ownedBy(
  owned: readonly Owned[],
  byUid: ReadonlyMap<string, ChangedObject>,
  inside: readonly Dependant[],
): Dependant[] {
  const deletedFor = new Map<string, ObjectRef>();
  for (const { uid, isDeleted, ref } of byUid.values()) if (isDeleted) deletedFor.set(uid, ref);
  for (const { uid, isDeleted, on } of inside) if (isDeleted) deletedFor.set(uid, on);
  const found: Dependant[] = [];
  const done = new Set<string>();
  for (let grew = true; grew; ) {
    grew = false;
    for (const object of owned) {
      const { owners, uid, ref, type, key } = object;
      const on = owners.every((owner) => deletedFor.has(owner)) ? deletedFor.get(owners[0] ?? '') : undefined;
      if (!on || done.has(key)) continue;
      done.add(key);
      deletedFor.set(uid, on);
      found.push({ ref, type, uid, on, relation: 'Owned', isDeleted: true });
      grew = true;
    }
  }
  for (const { owners, uid, ref, type, key } of owned) {
    const owner = owners.map((one) => byUid.get(one)).find((one) => one !== undefined);
    if (!owner || done.has(key)) continue;
    found.push({ ref, type, uid, on: owner.ref, relation: 'Owned', isDeleted: false });
  }
  return found;
}

/** What is deleted whole: namespaces, and all objects of a kind. */
class InsideIndex {
  readonly #namespaces = new Map<string, ChangedObject>();
  readonly #kinds = new Map<string, ChangedObject>();

  constructor(changed: readonly ChangedObject[]) {
    for (const object of changed) {
      if (!object.isDeleted) continue;
      if (object.ref.kind === 'Namespace' && object.ref.apiVersion === 'v1') {
        this.#namespaces.set(object.ref.name, object);
      }
      const { defines } = object;
      if (defines) this.#kinds.set(`${defines.group}/${defines.resource}`, object);
    }
  }

  holderOf(type: ResourceType, key: string): ChangedObject | undefined {
    if (this.#namespaces.size === 0 && this.#kinds.size === 0) return undefined;
    const kind = this.#kinds.get(`${type.group}/${type.resource}`);
    return kind ?? (type.namespaced ? this.#namespaces.get(key.split('/')[3] ?? '') : undefined);
  }
}

function refOf({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** What a definition of a kind defines; undefined for any other object. */
export function definedBy(object: KubeObject): ChangedObject['defines'] {
  if (object.kind !== 'CustomResourceDefinition' || !isObject(object['spec'])) return undefined;
  const { group, names } = object['spec'];
  const plural = isObject(names) ? names['plural'] : undefined;
  return typeof group === 'string' && typeof plural === 'string' ? { group, resource: plural } : undefined;
}
