import { type LabelSelector, labelSelectorFromObject } from '@plinth/kube-selector';
import type { PolicyRule } from '../port.ts';
import { isRecord, rulesOf } from './policy-rule.ts';

/** The API group of the RBAC kinds. */
export const rbacGroup = 'rbac.authorization.k8s.io';

/** What counts of a Role (with a namespace) or a ClusterRole (without). */
export interface Role {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly rules: readonly PolicyRule[];
  /** Present when the rules are to be those of other ClusterRoles. */
  readonly selectors?: readonly LabelSelector[];
}

/** Spec: Kubernetes rbac/v1 Subject. */
export interface Subject {
  kind: string;
  name: string;
  namespace: string;
}

/** Spec: Kubernetes rbac/v1 RoleRef. */
export interface RoleRef {
  kind: string;
  name: string;
}

/** What counts of a RoleBinding (with a namespace) or a ClusterRoleBinding (without). */
export interface Binding {
  readonly name: string;
  readonly namespace: string;
  readonly roleRef: RoleRef;
  readonly subjects: readonly Subject[];
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function labelsOf(value: unknown): Record<string, string> {
  const labels: Record<string, string> = {};
  if (isRecord(value)) for (const [key, label] of Object.entries(value)) labels[key] = text(label);
  return labels;
}

function metadataOf(object: Record<string, unknown>): {
  name: string;
  namespace: string;
  labels: Record<string, string>;
} {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  return {
    name: text(metadata.name),
    namespace: text(metadata.namespace),
    labels: labelsOf(metadata.labels),
  };
}

/** Reads a selector. One that cannot be read must not select a role, and with it its rights. */
function selectorOf(value: unknown): LabelSelector {
  const read = labelSelectorFromObject(value);
  return read.ok ? read.value : { requirements: [], matchesNothing: true };
}

/** Reads a Role or ClusterRole. What cannot be read grants nothing. */
export function roleOf(object: unknown): Role | undefined {
  if (!isRecord(object)) return undefined;
  const role = { ...metadataOf(object), rules: rulesOf(object.rules) };
  if (!isRecord(object.aggregationRule)) return role;
  const selectors = object.aggregationRule.clusterRoleSelectors;
  return { ...role, selectors: Array.isArray(selectors) ? selectors.map(selectorOf) : [] };
}

/** Reads a RoleBinding or ClusterRoleBinding. What cannot be read binds nobody. */
export function bindingOf(object: unknown): Binding | undefined {
  if (!isRecord(object) || !isRecord(object.roleRef)) return undefined;
  const { name, namespace } = metadataOf(object);
  const subjects = Array.isArray(object.subjects) ? object.subjects.filter(isRecord) : [];
  return {
    name,
    namespace,
    roleRef: { kind: text(object.roleRef.kind), name: text(object.roleRef.name) },
    subjects: subjects.map((subject) => ({
      kind: text(subject.kind),
      name: text(subject.name),
      namespace: text(subject.namespace),
    })),
  };
}

/** The user name of a service account. Spec: Kubernetes, Service account tokens. */
export function serviceAccountUsername(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/**
 * What a subject is found by: `user NAME` or `group NAME`; undefined when it can be nobody. A service account without
 * a namespace is one of the binding's namespace.
 */
export function subjectKey(subject: Subject, bindingNamespace: string): string | undefined {
  switch (subject.kind) {
    case 'User':
      return `user ${subject.name}`;
    case 'Group':
      return `group ${subject.name}`;
    case 'ServiceAccount': {
      const namespace = subject.namespace === '' ? bindingNamespace : subject.namespace;
      return namespace === '' ? undefined : `user ${serviceAccountUsername(namespace, subject.name)}`;
    }
    default:
      return undefined;
  }
}
