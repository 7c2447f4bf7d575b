import { bucketOf, keyOf } from '../api/keys.ts';
import { parseStored } from '../api/versions.ts';
import type { UserInfo } from '../auth/port.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { ResourceType, WriteContext } from '../model/resource-type.ts';
import type { Store, StoredObject } from '../store/port.ts';
import { type ChangePolicy, changePolicies, isChangePolicy } from './change-policy-kind.ts';
import { isExempt, leavesRule, type PolicyChange, ruleFits } from './policy-match.ts';

/** A change of an object, with what decides about it. */
export interface ObjectChangeRequest {
  readonly operation: WriteContext['operation'];
  readonly type: ResourceType;
  /** The object as it would be; of a delete, as it is. */
  readonly object: KubeObject;
  readonly old?: KubeObject | undefined;
}

/** A policy that matches a change, and in words why. */
export interface PolicyMatch {
  readonly policy: ChangePolicy;
  readonly why: string;
}

/** The ChangePolicies of a tenant, read from the store at each question, so that they hold from their commit on. */
export class ChangePolicies {
  readonly #store: Store;
  readonly #tenant: string;
  readonly #types: () => readonly ResourceType[];
  readonly #bucket: string;
  readonly #parsed = new WeakMap<StoredObject, KubeObject>();

  /** @param types what is served at the moment, to find what goes with a namespace or a definition */
  constructor(store: Store, tenant: string, types: () => readonly ResourceType[]) {
    this.#store = store;
    this.#tenant = tenant;
    this.#types = types;
    this.#bucket = bucketOf(tenant, changePolicies);
  }

  /**
   * The policies that match a change.
   * @param user whose exemptions count; absent: nobody is exempt
   * @param planned a store in which namespaces may stand that are not there yet, for their labels
   */
  matching(change: ObjectChangeRequest, user?: UserInfo, planned: Store = this.#store): PolicyMatch[] {
    // Almost always there is no policy at all, and every write asks.
    if (this.#store.count(this.#bucket) === 0) return [];
    const matches: PolicyMatch[] = [];
    for (const stored of this.#store.list(this.#bucket).objects) {
      const policy = this.#read(stored);
      if (!isChangePolicy(policy) || (user && isExempt(policy.spec, user))) continue;
      const why = this.#whyMatched(policy, change, planned);
      if (why !== undefined) matches.push({ policy, why });
    }
    return matches;
  }

  #whyMatched({ spec }: ChangePolicy, change: ObjectChangeRequest, planned: Store): string | undefined {
    const { operation, type, object, old } = change;
    const isNamespace = type.group === '' && type.kind === 'Namespace';
    const { name } = object.metadata;
    const namespace = isNamespace ? name : (object.metadata.namespace ?? '');
    const shown = `${type.kind}/${name}`;
    const seen: PolicyChange = {
      operation,
      group: type.group,
      kind: type.kind,
      namespace,
      // A change of the labels of a namespace is judged by what they were, so that nobody leaves a policy that way.
      namespaceLabels: () =>
        isNamespace ? (old ?? object).metadata.labels : this.#labelsOf(namespace, planned),
    };
    if (spec.match.some((rule) => ruleFits(rule, seen))) {
      return namespace === ''
        ? `${operation} of ${shown}`
        : `${operation} of ${shown} in namespace ${namespace}`;
    }
    const { labels } = object.metadata;
    if (
      isNamespace &&
      old &&
      spec.match.some((rule) => leavesRule(rule, name, old.metadata.labels, labels))
    ) {
      return `${operation} of ${shown}, whose labels would take it out of the policy`;
    }
    if (operation === 'delete' && isNamespace) return this.#contentMatched(spec, name);
    if (operation === 'delete' && type.kind === 'CustomResourceDefinition') {
      return this.#instancesMatched(spec, object);
    }
    return operation === 'delete' ? this.#ownedMatched(spec, object, planned) : undefined;
  }

  /** The deletion of an owner is the deletion of what it owns, and of what that owns. */
  #ownedMatched(spec: ChangePolicy['spec'], owner: KubeObject, planned: Store): string | undefined {
    if (!spec.match.some(({ operations }) => operations?.includes('delete') !== false)) return undefined;
    const { namespace = '' } = owner.metadata;
    const seen = new Set([owner.metadata.uid]);
    let owners = [owner.metadata.uid];
    while (owners.length > 0) {
      const found: string[] = [];
      for (const { type, object } of this.#ownedBy(owners, namespace)) {
        const { uid, name, namespace: place = '' } = object.metadata;
        if (seen.has(uid)) continue;
        seen.add(uid);
        found.push(uid);
        const change = this.#deletionOf(type, place, planned);
        if (!spec.match.some((rule) => ruleFits(rule, change))) continue;
        return `delete of ${owner.kind}/${owner.metadata.name}, which owns ${type.kind}/${name}`;
      }
      owners = found;
    }
    return undefined;
  }

  /** Objects that name one of the owners; an owner in a namespace owns in that namespace only. */
  *#ownedBy(
    owners: readonly string[],
    namespace: string,
  ): Generator<{ type: ResourceType; object: KubeObject }> {
    for (const type of this.#types()) {
      if (namespace !== '' && !type.namespaced) continue;
      const prefix = `${bucketOf(this.#tenant, type)}${namespace === '' ? '' : `${namespace}/`}`;
      for (const stored of this.#store.list(prefix).objects) {
        if (!owners.some((uid) => stored.value.includes(uid))) continue;
        const object = parseStored(stored);
        const named = object.metadata.ownerReferences ?? [];
        if (named.some(({ uid }) => owners.includes(uid))) yield { type, object };
      }
    }
  }

  /** The deletion of a namespace is the deletion of what is in it. */
  #contentMatched(spec: ChangePolicy['spec'], namespace: string): string | undefined {
    for (const type of this.#types()) {
      if (!type.namespaced) continue;
      const seen = this.#deletionOf(type, namespace);
      if (!spec.match.some((rule) => ruleFits(rule, seen))) continue;
      const count = this.#store.count(`${bucketOf(this.#tenant, type)}${namespace}/`);
      if (count > 0) return `delete of Namespace/${namespace} with ${count} ${type.kind} in it`;
    }
    return undefined;
  }

  /** The deletion of a definition is the deletion of all objects of its kind. */
  #instancesMatched(spec: ChangePolicy['spec'], definition: KubeObject): string | undefined {
    const defined = isObject(definition['spec']) ? definition['spec'] : {};
    const names = isObject(defined['names']) ? defined['names'] : {};
    const type = this.#types().find(
      ({ group, resource }) => group === defined['group'] && resource === names['plural'],
    );
    if (!type) return undefined;
    const counts = new Map<string, number>();
    for (const { key } of this.#store.list(bucketOf(this.#tenant, type)).objects) {
      const namespace = key.split('/')[3] ?? '';
      counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
    }
    for (const [namespace, count] of counts) {
      const seen = this.#deletionOf(type, namespace);
      if (!spec.match.some((rule) => ruleFits(rule, seen))) continue;
      const where = namespace === '' ? '' : ` in namespace ${namespace}`;
      return `delete of the definition of ${type.kind} with ${count} of them${where}`;
    }
    return undefined;
  }

  #deletionOf({ group, kind }: ResourceType, namespace: string, planned = this.#store): PolicyChange {
    return {
      operation: 'delete',
      group,
      kind,
      namespace,
      namespaceLabels: () => this.#labelsOf(namespace, planned),
    };
  }

  #labelsOf(namespace: string, planned: Store): Readonly<Record<string, string>> | undefined {
    const key = keyOf(this.#tenant, { group: '', resource: 'namespaces' }, '', namespace);
    // What is there decides: a plan that takes the label away is judged by it all the same.
    const stored = this.#store.get(key) ?? planned.get(key);
    return stored && this.#read(stored).metadata.labels;
  }

  #read(stored: StoredObject): KubeObject {
    const known = this.#parsed.get(stored);
    if (known) return known;
    const object = parseStored(stored);
    this.#parsed.set(stored, object);
    return object;
  }
}
