import type { Attributes, PolicyRule, UserInfo } from '../port.ts';
import { MemoryStore } from './memory-store.ts';

type Fields = Record<string, unknown>;
const group = 'rbac.authorization.k8s.io';
const plurals: Record<string, string> = {
  Role: 'roles',
  ClusterRole: 'clusterroles',
  RoleBinding: 'rolebindings',
  ClusterRoleBinding: 'clusterrolebindings',
};

/** An RBAC object as the store holds it. */
export interface RbacObject extends Fields {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
}

export const clusterRole = (name: string, rules: PolicyRule[], more: Fields = {}): RbacObject => ({
  kind: 'ClusterRole',
  metadata: { name, ...(more.labels ? { labels: { ...more.labels } } : {}) },
  rules,
  ...(more.aggregationRule ? { aggregationRule: more.aggregationRule } : {}),
});

export const role = (namespace: string, name: string, rules: PolicyRule[]): RbacObject => ({
  kind: 'Role',
  metadata: { name, namespace },
  rules,
});

/** A subject as `User:jane`, `Group:dev` or `ServiceAccount:namespace/name`. */
function subject(text: string): Fields {
  const [kind = '', rest = ''] = text.split(/:(.*)/s);
  if (kind !== 'ServiceAccount') return { kind, name: rest, apiGroup: group };
  const [namespace, name] = rest.split('/');
  return { kind, name, ...(namespace === '' ? {} : { namespace }) };
}

export const clusterBinding = (name: string, roleName: string, ...subjects: string[]): RbacObject => ({
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: { apiGroup: group, kind: 'ClusterRole', name: roleName },
  subjects: subjects.map(subject),
});

/** A RoleBinding; `ref` is `Role/name` or `ClusterRole/name`. */
export const binding = (namespace: string, name: string, ref: string, ...subjects: string[]): RbacObject => ({
  kind: 'RoleBinding',
  metadata: { name, namespace },
  roleRef: { apiGroup: group, kind: ref.split('/')[0], name: ref.split('/')[1] },
  subjects: subjects.map(subject),
});

export function keyOf(object: RbacObject, tenant = 'default'): string {
  const { namespace = '', name } = object.metadata;
  return `${tenant}/${group}/${plurals[object.kind]}/${namespace}/${name}`;
}

export async function put(store: MemoryStore, ...objects: RbacObject[]): Promise<void> {
  await store.commit(
    objects.map((object) => ({ type: 'put', key: keyOf(object), value: () => JSON.stringify(object) })),
  );
}

export async function remove(store: MemoryStore, object: RbacObject): Promise<void> {
  await store.commit([{ type: 'delete', key: keyOf(object), value: () => JSON.stringify(object) }]);
}

export async function storeOf(...objects: RbacObject[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  await put(store, ...objects);
  return store;
}

export const user = (username: string, ...groups: string[]): UserInfo => ({ username, groups });

/**
 * A request as `verb group/resource[/subresource] [namespace] [name]`, with `-` for nothing, or `verb /path`. The core
 * group is `core`.
 */
export function request(who: UserInfo, text: string): Attributes {
  const [verb = '', what = '', namespace = '-', name = '-'] = text.split(' ');
  const base = { user: who, verb, namespace: namespace.replace(/^-$/, ''), name: name.replace(/^-$/, '') };
  if (what.startsWith('/')) return { ...base, path: what, group: '', resource: '', subresource: '' };
  const [first = '', resource = '', subresource = ''] = what.split('/');
  return { ...base, group: first === 'core' ? '' : first, resource, subresource };
}

/** A rule as `verbs groups resources [names]`, each a comma-separated list, or `verbs /paths`. */
export function rule(text: string): PolicyRule {
  const [verbs = '', second = '', resources = '', names] = text.split(' ');
  if (second.startsWith('/') || (second === '*' && resources === '')) {
    return { verbs: verbs.split(','), nonResourceURLs: second.split(',') };
  }
  return {
    verbs: verbs.split(','),
    apiGroups: second.split(',').map((entry) => (entry === 'core' ? '' : entry)),
    resources: resources.split(','),
    ...(names ? { resourceNames: names.split(',') } : {}),
  };
}
