import type { Store, StoredObject, StoreEvent, Watcher } from '../../store/port.ts';
import { StoreError } from '../../store/port.ts';
import type { PolicyRule, UserInfo } from '../port.ts';
import { effectiveRules } from './aggregation.ts';
import { type Binding, bindingOf, type Role, type RoleRef, rbacGroup, roleOf, subjectKey } from './role.ts';

const resources = ['clusterroles', 'roles', 'clusterrolebindings', 'rolebindings'] as const;
type Resource = (typeof resources)[number];
const eventsPerRead = 256;

/** A binding that applies to a user, and why. */
export interface Grant {
  readonly binding: Binding;
  /** As Kubernetes names it: `ClusterRoleBinding "x" of ClusterRole "y" to User "z"`. */
  readonly description: string;
}

/** The bindings of one namespace, or of the cluster, found by subject. */
type BindingIndex = Map<string, Map<string, Grant>>;

/**
 * The RBAC objects of one tenant in memory: read once, then kept current by four watches whose events are taken in
 * when the store wakes us, within the commit.
 */
export class Policy {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #onChange: () => void;
  readonly #watchers = new Map<Resource, Watcher>();
  readonly #roles = new Map<string, Role>();
  readonly #clusterRoles = new Map<string, Role>();
  readonly #bindings = new Map<string, Binding>();
  /** By namespace; the empty one is the cluster. */
  readonly #indexes = new Map<string, BindingIndex>();
  #aggregated = new Map<string, readonly PolicyRule[]>();

  /** @param onChange Called after every change, before anybody else learns of the commit. */
  constructor(store: Store, tenant: string, onChange: () => void) {
    this.#store = store;
    this.#prefix = `${tenant}/${rbacGroup}/`;
    this.#onChange = onChange;
    for (const resource of resources) this.#start(resource);
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** All ClusterRoles, in no order. */
  clusterRoles(): Iterable<Role> {
    return this.#clusterRoles.values();
  }

  /**
   * The rules of the role that a binding names.
   * @param namespace The binding's; empty for a ClusterRoleBinding.
   * @returns undefined when there is no such role.
   */
  rulesOf(ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    if (ref.kind === 'Role') return this.#roles.get(`${namespace}/${ref.name}`)?.rules;
    if (ref.kind !== 'ClusterRole') return undefined;
    const role = this.#clusterRoles.get(ref.name);
    if (role?.selectors === undefined) return role?.rules;
    let rules = this.#aggregated.get(role.name);
    if (rules === undefined) {
      rules = effectiveRules(role, this.#clusterRoles.values());
      this.#aggregated.set(role.name, rules);
    }
    return rules;
  }

  /** The bindings that apply to the user in the namespace: the cluster's first, each in the order of their names. */
  grantsFor(user: UserInfo, namespace: string): Grant[] {
    const cluster = this.#grantsIn('', user);
    return namespace === '' ? cluster : [...cluster, ...this.#grantsIn(namespace, user)];
  }

  #grantsIn(namespace: string, user: UserInfo): Grant[] {
    const index = this.#indexes.get(namespace);
    if (index === undefined) return [];
    const found = new Map<string, Grant>();
    for (const key of [`user ${user.username}`, ...user.groups.map((group) => `group ${group}`)]) {
      for (const [name, grant] of index.get(key) ?? []) if (!found.has(name)) found.set(name, grant);
    }
    return [...found.keys()].sort().flatMap((name) => found.get(name) ?? []);
  }

  #start(resource: Resource): void {
    const prefix = `${this.#prefix}${resource}/`;
    const { objects, revision } = this.#store.list(prefix);
    for (const object of objects) this.#put(resource, object);
    this.#watchers.set(
      resource,
      this.#store.watch(prefix, revision, () => this.#read(resource)),
    );
  }

  #read(resource: Resource): void {
    const watcher = this.#watchers.get(resource);
    if (watcher === undefined) return;
    try {
      for (;;) {
        const events = watcher.read(eventsPerRead);
        if (events.length === 0) return;
        for (const event of events) this.#take(resource, event);
        this.#changed();
      }
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'compacted') throw error;
      this.#restart(resource);
    }
  }

  /** Our place in the log is gone: read everything anew, and forget what is not there any more. */
  #restart(resource: Resource): void {
    this.#watchers.get(resource)?.close();
    if (resource === 'roles') this.#roles.clear();
    if (resource === 'clusterroles') this.#clusterRoles.clear();
    for (const key of this.#bindings.keys()) {
      if (key.startsWith(`${this.#prefix}${resource}/`)) this.#unbind(key);
    }
    this.#start(resource);
    this.#changed();
  }

  #changed(): void {
    this.#aggregated = new Map();
    this.#onChange();
  }

  #take(resource: Resource, event: StoreEvent): void {
    if (event.type === 'deleted') this.#remove(resource, event.object.key);
    else this.#put(resource, event.object);
  }

  #put(resource: Resource, object: StoredObject): void {
    const value: unknown = JSON.parse(object.value);
    this.#remove(resource, object.key);
    const { namespace, name } = placeOf(object.key);
    if (resource === 'roles' || resource === 'clusterroles') {
      const role = roleOf(value);
      if (role === undefined) return;
      if (resource === 'roles') this.#roles.set(`${namespace}/${name}`, role);
      else this.#clusterRoles.set(name, role);
      return;
    }
    const binding = bindingOf(value);
    if (binding !== undefined) this.#bind(object.key, { ...binding, name, namespace });
  }

  #remove(resource: Resource, key: string): void {
    const { namespace, name } = placeOf(key);
    if (resource === 'roles') this.#roles.delete(`${namespace}/${name}`);
    else if (resource === 'clusterroles') this.#clusterRoles.delete(name);
    else this.#unbind(key);
  }

  #bind(key: string, binding: Binding): void {
    this.#bindings.set(key, binding);
    let index = this.#indexes.get(binding.namespace);
    if (index === undefined) this.#indexes.set(binding.namespace, (index = new Map()));
    for (const subject of binding.subjects) {
      const found = subjectKey(subject, binding.namespace);
      if (found === undefined) continue;
      let grants = index.get(found);
      if (grants === undefined) index.set(found, (grants = new Map<string, Grant>()));
      if (grants.has(binding.name)) continue;
      grants.set(binding.name, { binding, description: describe(binding, subject) });
    }
  }

  #unbind(key: string): void {
    const binding = this.#bindings.get(key);
    if (binding === undefined) return;
    this.#bindings.delete(key);
    const index = this.#indexes.get(binding.namespace);
    if (index === undefined) return;
    for (const subject of binding.subjects) {
      const found = subjectKey(subject, binding.namespace);
      if (found === undefined) continue;
      const grants = index.get(found);
      grants?.delete(binding.name);
      if (grants?.size === 0) index.delete(found);
    }
    if (index.size === 0) this.#indexes.delete(binding.namespace);
  }
}

function placeOf(key: string): { namespace: string; name: string } {
  const segments = key.split('/');
  return { namespace: segments[3] ?? '', name: segments[4] ?? '' };
}

/** Spec: Kubernetes, the reason that an allowed SubjectAccessReview gives. */
function describe(binding: Binding, subject: { kind: string; name: string; namespace: string }): string {
  const kind = binding.namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const name = binding.namespace === '' ? binding.name : `${binding.name}/${binding.namespace}`;
  const subjectNamespace = subject.namespace === '' ? binding.namespace : subject.namespace;
  const subjectName =
    subject.kind === 'ServiceAccount' ? `${subject.name}/${subjectNamespace}` : subject.name;
  return `${kind} "${name}" of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${subject.kind} "${subjectName}"`;
}
