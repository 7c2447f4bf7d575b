import type { PolicyRule } from '../port.ts';
import { rbacGroup } from './role.ts';

/** A ClusterRole or ClusterRoleBinding as it is written when a tenant is made. */
export interface RbacManifest {
  apiVersion: string;
  kind: 'ClusterRole' | 'ClusterRoleBinding';
  metadata: { name: string; labels: Record<string, string>; annotations: Record<string, string> };
  rules?: PolicyRule[];
  aggregationRule?: { clusterRoleSelectors: { matchLabels: Record<string, string> }[] };
  roleRef?: { apiGroup: string; kind: string; name: string };
  subjects?: { apiGroup: string; kind: string; name: string }[];
}

/** Roles with this annotation set to `true` get back what they lack of their defaults at each start. */
export const autoupdateAnnotation = 'rbac.authorization.kubernetes.io/autoupdate';

const aggregateTo = (role: string): string => `rbac.authorization.k8s.io/aggregate-to-${role}`;
const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const plinthGroup = 'plinth.dev';

function metadata(name: string, labels: Record<string, string> = {}): RbacManifest['metadata'] {
  return {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [autoupdateAnnotation]: 'true' },
  };
}

function clusterRole(name: string, rules: PolicyRule[], labels?: Record<string, string>): RbacManifest {
  return { apiVersion: `${rbacGroup}/v1`, kind: 'ClusterRole', metadata: metadata(name, labels), rules };
}

function aggregated(name: string, labels?: Record<string, string>): RbacManifest {
  return {
    ...clusterRole(name, [], labels),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregateTo(name)]: 'true' } }] },
  };
}

function bindingToGroup(name: string, group: string): RbacManifest {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: metadata(name),
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
    subjects: [{ apiGroup: rbacGroup, kind: 'Group', name: group }],
  };
}

const rule = (verbs: string[], group: string, ...resources: string[]): PolicyRule => ({
  verbs,
  apiGroups: [group],
  resources,
});
const paths = (...nonResourceURLs: string[]): PolicyRule => ({ verbs: ['get'], nonResourceURLs });

/** What a viewer reads. Not secrets: who reads them can act as the service accounts whose credentials they hold. */
const viewRules = (): PolicyRule[] => [
  rule(read, '', 'configmaps', 'events', 'namespaces', 'namespaces/status', 'serviceaccounts'),
  rule(read, '', 'endpoints', 'services', 'services/status'),
  rule(read, 'discovery.k8s.io', 'endpointslices'),
  rule(read, 'events.k8s.io', 'events'),
  rule(read, 'coordination.k8s.io', 'leases'),
  rule(read, plinthGroup, '*'),
];

/**
 * What an editor may do besides: change all that is not about rights. Not workspaces: what they apply is applied with
 * the rights of the control plane.
 */
const editRules = (): PolicyRule[] => [
  rule(read, '', 'secrets'),
  rule(['impersonate'], '', 'serviceaccounts'),
  rule(write, '', 'configmaps', 'secrets', 'serviceaccounts', 'services'),
  rule(['create'], '', 'serviceaccounts/token'),
  rule(['create', 'patch', 'update'], '', 'events'),
  rule(['create', 'patch', 'update'], 'events.k8s.io', 'events'),
  rule(write, 'coordination.k8s.io', 'leases'),
  // A plan does only what its author and whoever applies it may do; an approval counts by who gives it.
  rule(['create', 'delete'], plinthGroup, 'plans', 'approvals'),
  rule(['create'], plinthGroup, 'plans/apply'),
  // A definition acts with the rights of its capability, so each is granted by name; plan.apply acts with those of
  // whoever asks for it.
  rule(write, plinthGroup, 'runs', 'runschedules'),
  { ...rule(['start'], plinthGroup, 'rundefinitions'), resourceNames: ['plan.apply'] },
];

/** What an administrator of a namespace may do besides: hand out rights there. */
const adminRules = (): PolicyRule[] => [
  rule(['create'], 'authorization.k8s.io', 'localsubjectaccessreviews'),
  rule([...read, ...write], rbacGroup, 'rolebindings', 'roles'),
];

/**
 * The roles and bindings that every tenant begins with, as Kubernetes has them: `cluster-admin`; `admin`, `edit` and
 * `view`, which take up each ClusterRole labelled `rbac.authorization.k8s.io/aggregate-to-<name>: "true"`; and what
 * every authenticated user may do. `admin`, `edit` and `view` also cover the kinds of group `plinth.dev`; RBAC knows
 * no patterns of groups, so a capability with a group of its own labels a ClusterRole for it.
 * Spec: Kubernetes RBAC, Default roles and role bindings.
 */
export function bootstrapRoles(): RbacManifest[] {
  return [
    clusterRole('cluster-admin', [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ]),
    aggregated('admin'),
    aggregated('edit', { [aggregateTo('admin')]: 'true' }),
    aggregated('view', { [aggregateTo('edit')]: 'true' }),
    clusterRole('system:aggregate-to-admin', adminRules(), { [aggregateTo('admin')]: 'true' }),
    clusterRole('system:aggregate-to-edit', editRules(), { [aggregateTo('edit')]: 'true' }),
    clusterRole('system:aggregate-to-view', viewRules(), { [aggregateTo('view')]: 'true' }),
    clusterRole('system:discovery', [
      paths(
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/openapi',
        '/openapi/*',
        '/readyz',
        '/version',
        '/version/',
      ),
    ]),
    clusterRole('system:public-info-viewer', [
      paths('/healthz', '/livez', '/readyz', '/version', '/version/'),
    ]),
    clusterRole('system:monitoring', [
      paths('/healthz', '/healthz/*', '/livez', '/livez/*', '/metrics', '/readyz', '/readyz/*'),
    ]),
    clusterRole('system:basic-user', [
      rule(['create'], 'authorization.k8s.io', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'),
      rule(['create'], 'authentication.k8s.io', 'selfsubjectreviews'),
    ]),
    clusterRole('system:auth-delegator', [
      rule(['create'], 'authentication.k8s.io', 'tokenreviews'),
      rule(['create'], 'authorization.k8s.io', 'subjectaccessreviews'),
    ]),
    bindingToGroup('cluster-admin', 'system:masters'),
    bindingToGroup('system:discovery', 'system:authenticated'),
    bindingToGroup('system:public-info-viewer', 'system:authenticated'),
    bindingToGroup('system:basic-user', 'system:authenticated'),
    bindingToGroup('system:monitoring', 'system:monitoring'),
  ];
}
