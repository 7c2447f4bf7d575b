import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEnvelope, encodeEnvelope } from '../src/index.ts';
import { KUBECTL_BODIES } from './kubectl-bodies.ts';

const REVIEW = { metadata: {}, status: { allowed: false } };

const EXPECTED: Record<string, Record<string, unknown>> = {
  'create namespace x': {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'x' },
    spec: {},
    status: {},
  },
  'create secret generic x --from-literal=a=b --type=Opaque': {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'x' },
    data: { a: 'Yg==' },
    type: 'Opaque',
  },
  'create serviceaccount x': { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'x' } },
  'create service clusterip x --tcp=80:8080 --tcp=443:https': {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x', labels: { app: 'x' } },
    spec: {
      ports: [
        { name: '80-8080', protocol: 'TCP', port: 80, targetPort: 8080 },
        { name: '443-https', protocol: 'TCP', port: 443, targetPort: 'https' },
      ],
      selector: { app: 'x' },
      type: 'ClusterIP',
    },
    status: { loadBalancer: {} },
  },
  'create service nodeport x --tcp=80 --node-port=30080': {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x', labels: { app: 'x' } },
    spec: {
      ports: [{ name: '80', protocol: 'TCP', port: 80, targetPort: 80, nodePort: 30_080 }],
      selector: { app: 'x' },
      type: 'NodePort',
    },
    status: { loadBalancer: {} },
  },
  'create service externalname x --external-name=a.example.org': {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x', labels: { app: 'x' } },
    spec: { selector: { app: 'x' }, type: 'ExternalName', externalName: 'a.example.org' },
    status: { loadBalancer: {} },
  },
  'create role x --verb=get,list --resource=configmaps,secrets --resource-name=a': {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'x' },
    rules: [
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps', 'secrets'], resourceNames: ['a'] },
    ],
  },
  'create clusterrole x --aggregation-rule=a=b,c=d': {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'x' },
    rules: [],
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b', c: 'd' } }] },
  },
  'create rolebinding x --role=r --user=u --group=g --serviceaccount=ns:sa': {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'x' },
    subjects: [
      { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'u' },
      { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'g' },
      { kind: 'ServiceAccount', name: 'sa', namespace: 'ns' },
    ],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
  },
  'create token x --duration=10m --audience=a': {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: { audiences: ['a'], expirationSeconds: 600 },
    status: { token: '' },
  },
  'create token x --bound-object-kind=Secret --bound-object-name=s --bound-object-uid=u': {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: { audiences: [], boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 's', uid: 'u' } },
    status: { token: '' },
  },
  'auth can-i get configmaps/x -n ns': {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    ...REVIEW,
    spec: { resourceAttributes: { namespace: 'ns', verb: 'get', resource: 'configmaps', name: 'x' } },
  },
  'auth can-i get /logs': {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    ...REVIEW,
    spec: { nonResourceAttributes: { path: '/logs', verb: 'get' } },
  },
  'auth can-i --list -n ns': {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    metadata: {},
    spec: { namespace: 'ns' },
    status: { resourceRules: [], nonResourceRules: [], incomplete: false },
  },
  'auth whoami': {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
    metadata: {},
    status: { userInfo: {} },
  },
};

test('every recorded command has its expected object', () => {
  assert.deepEqual(Object.keys(KUBECTL_BODIES).sort(), Object.keys(EXPECTED).sort());
});

for (const [command, body] of Object.entries(KUBECTL_BODIES)) {
  test(`kubectl ${command}`, () => {
    const bytes = Buffer.from(body, 'base64');
    const decoded = decodeEnvelope(bytes);
    assert.ok(decoded.ok, decoded.ok ? '' : decoded.error.message);
    assert.deepEqual(decoded.value.object, EXPECTED[command]);
    const encoded = encodeEnvelope(decoded.value.object);
    assert.ok(encoded.ok);
    assert.deepEqual(decodeEnvelope(encoded.value), decoded);
  });

  test(`kubectl ${command}: cut anywhere, the body is refused or smaller, never an exception`, () => {
    const bytes = Buffer.from(body, 'base64');
    for (let length = 0; length < bytes.length; length += 1) {
      const result = decodeEnvelope(bytes.subarray(0, length));
      if (!result.ok) assert.notEqual(result.error.message, '');
    }
  });
}
