import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../model/object.ts';
import { forbidden } from '../../model/status-error.ts';
import { refusals, served, services, submit, table } from './submit.ts';

const rbac = 'rbac.authorization.k8s.io';

test('roles: every rule of a rule is named with its path', () => {
  const rules = [
    { verbs: [], apiGroups: [''], resources: ['pods'] },
    { verbs: ['get'] },
    { verbs: ['get'], nonResourceURLs: ['/metrics'], resources: ['pods'] },
  ];
  assert.deepEqual(refusals(served('Role'), { rules }), [
    'rules[0].verbs: Required value: verbs must contain at least one value',
    'rules[1].apiGroups: Required value: resource rules must supply at least one api group',
    'rules[1].resources: Required value: resource rules must supply at least one resource',
    'rules[2].nonResourceURLs: Invalid value: ["/metrics"]: namespaced rules cannot apply to non-resource URLs',
    'rules[2].nonResourceURLs: Invalid value: ["/metrics"]: rules cannot apply to both regular resources and non-resource URLs',
  ]);
  assert.deepEqual(refusals(served('Role'), { rules: null }), []);
  assert.deepEqual(
    refusals(served('ClusterRole'), { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }),
    [],
  );
  assert.deepEqual(refusals(served('ClusterRole'), { metadata: { name: 'system:a/b' } }), [
    'metadata.name: Invalid value: "system:a/b": may not contain \'/\'',
  ]);
});

test('roles print their name and instant of creation', () => {
  const role = served('ClusterRole');
  const { object } = submit(role, { metadata: { name: 'system:discovery' }, rules: [] });
  assert.deepEqual(table(role, object), {
    heads: ['Name', 'Created At'],
    cells: ['system:discovery', '2026-05-01T11:00:00Z'],
  });
});

test('an aggregation rule needs selectors that can be read', () => {
  const clusterRole = served('ClusterRole');
  assert.deepEqual(refusals(clusterRole, { aggregationRule: {} }), [
    'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
  ]);
  const matchExpressions = [
    { key: 'a', operator: 'In' },
    { key: 'b', operator: 'Exists', values: ['x'] },
    { key: 'c', operator: 'Like' },
  ];
  const at = 'aggregationRule.clusterRoleSelectors[0].matchExpressions';
  assert.deepEqual(
    refusals(clusterRole, { aggregationRule: { clusterRoleSelectors: [{ matchExpressions }] } }),
    [
      `${at}[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
      `${at}[1].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
      `${at}[2].operator: Invalid value: "Like": not a valid selector operator`,
    ],
  );
});

test('bindings: defaults, columns, a roleRef that stays', () => {
  const binding = served('RoleBinding');
  const body = {
    roleRef: { kind: 'ClusterRole', name: 'view' },
    subjects: [
      { kind: 'User', name: 'jane' },
      { kind: 'Group', name: 'ops' },
      { kind: 'ServiceAccount', name: 'ci', namespace: 'build' },
    ],
  };
  const { object } = submit(binding, body);
  assert.deepEqual(object['roleRef'], { apiGroup: rbac, kind: 'ClusterRole', name: 'view' });
  assert.deepEqual(table(binding, object), {
    heads: ['Name', 'Role', 'Age', 'Users*', 'Groups*', 'ServiceAccounts*'],
    cells: ['subject', 'ClusterRole/view', '60m', 'jane', 'ops', 'build/ci'],
  });
  const [message = ''] = refusals(
    binding,
    { ...body, roleRef: { kind: 'Role', name: 'view' } },
    { old: object },
  );
  assert.match(message, /^roleRef: Invalid value: .*: cannot change roleRef$/);
});

test('bindings: what is wrong with a reference or a subject', () => {
  const body = {
    roleRef: { apiGroup: 'x', kind: 'Role', name: 'a/b' },
    subjects: [
      { kind: 'ServiceAccount', name: 'A' },
      { kind: 'User', name: '', apiGroup: 'x' },
      { kind: 'Robot', name: 'r' },
    ],
  };
  assert.deepEqual(
    refusals(served('ClusterRoleBinding'), body).map((line) =>
      line.replace(/(Invalid|Unsupported|Required) value.*/, '$1'),
    ),
    [
      'roleRef.apiGroup: Unsupported',
      'roleRef.kind: Unsupported',
      'roleRef.name: Invalid',
      'subjects[0].name: Invalid',
      'subjects[0].namespace: Required',
      'subjects[1].name: Required',
      'subjects[1].apiGroup: Unsupported',
      'subjects[2].kind: Unsupported',
    ],
  );
});

test('the escalation check sees the role and can refuse it', () => {
  const seen: KubeObject[] = [];
  const role = served('Role', {
    ...services,
    checkRole: (object) => {
      seen.push(object);
      throw forbidden(
        { group: rbac, resource: 'roles', name: object.metadata.name },
        'attempting to grant extra rights',
      );
    },
  });
  assert.deepEqual(refusals(role, { rules: [] }), [
    `roles.${rbac} "subject" is forbidden: attempting to grant extra rights`,
  ]);
  assert.equal(seen.length, 1);
});
