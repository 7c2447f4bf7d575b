import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyRule } from '../port.ts';
import { aggregatedRules } from '../rbac/aggregation.ts';
import { RbacAuthorizer } from '../rbac/authorizer.ts';
import { ruleAllows } from '../rbac/policy-rule.ts';
import { refusalMessage } from '../rbac/refusal.ts';
import { roleOf } from '../rbac/role.ts';
import {
  binding,
  clusterBinding,
  clusterRole,
  keyOf,
  put,
  remove,
  request,
  role,
  rule,
  storeOf,
  user,
} from './rbac-fixture.ts';

const jane = user('jane', 'dev', 'system:authenticated');

const ruleCases: [rule: string, allows: string[], refuses: string[]][] = [
  [
    'get core pods',
    ['get core/pods ns x'],
    ['list core/pods ns', 'get apps/pods ns x', 'get core/pods/log ns x', 'get /pods'],
  ],
  ['* core pods', ['get core/pods', 'anything core/pods ns x'], ['get core/secrets', 'get core/pods/log']],
  ['get * pods', ['get core/pods', 'get apps/pods'], ['get core/nodes']],
  ['get core *', ['get core/pods', 'get core/pods/log'], ['get apps/pods', 'get /api']],
  ['get core pods/log', ['get core/pods/log ns x'], ['get core/pods ns x', 'get core/pods/exec ns x']],
  [
    'update * */scale',
    ['update apps/deployments/scale', 'update core/things/scale'],
    ['update apps/deployments', 'update apps/scale', 'update apps/deployments/rescale'],
  ],
  ['get core pods/*', [], ['get core/pods/log', 'get core/pods']],
  [
    'get core pods a,b',
    ['get core/pods ns a', 'get core/pods - b'],
    ['get core/pods ns c', 'list core/pods ns', 'get core/pods ns'],
  ],
  [
    'get,list core,apps pods,deployments',
    ['list apps/deployments', 'get core/deployments'],
    ['watch apps/deployments'],
  ],
  [
    'get /healthz,/api/*',
    ['get /healthz', 'get /api/', 'get /api/v1'],
    ['get /api', 'get /healthz/x', 'post /healthz', 'get core/api'],
  ],
  ['get *', ['get /', 'get /anything/at/all'], ['get core/pods', 'post /']],
  ['get /a**', ['get /a', 'get /ab'], ['get /b']],
  ['get /a*b', ['get /a*b'], ['get /axb', 'get /a']],
];

for (const [text, allows, refuses] of ruleCases) {
  test(`rule ${text}`, () => {
    for (const asked of allows) assert.equal(ruleAllows(rule(text), request(jane, asked)), true, asked);
    for (const asked of refuses) assert.equal(ruleAllows(rule(text), request(jane, asked)), false, asked);
  });
}

const pods = clusterRole('pod-reader', [rule('get,list core pods')]);

const bindingCases: [title: string, object: ReturnType<typeof binding>, allows: string[], reason: string][] =
  [
    [
      'a user in the cluster',
      clusterBinding('b', 'pod-reader', 'User:jane'),
      ['- one', 'two'],
      'ClusterRoleBinding "b" of ClusterRole "pod-reader" to User "jane"',
    ],
    [
      'a group in the cluster',
      clusterBinding('b', 'pod-reader', 'Group:dev'),
      ['-', 'two'],
      'ClusterRoleBinding "b" of ClusterRole "pod-reader" to Group "dev"',
    ],
    [
      'a ClusterRole in a namespace',
      binding('two', 'b', 'ClusterRole/pod-reader', 'User:jane'),
      ['two'],
      'RoleBinding "b/two" of ClusterRole "pod-reader" to User "jane"',
    ],
    [
      'a Role in a namespace',
      binding('two', 'b', 'Role/reader', 'Group:other', 'Group:dev'),
      ['two'],
      'RoleBinding "b/two" of Role "reader" to Group "dev"',
    ],
  ];

for (const [title, object, namespaces, reason] of bindingCases) {
  test(`binding of ${title}`, async () => {
    const authorizer = new RbacAuthorizer(
      await storeOf(pods, role('two', 'reader', [rule('get core pods')]), object),
      'default',
    );
    for (const namespace of ['-', 'one', 'two']) {
      const decision = authorizer.authorize(request(jane, `get core/pods ${namespace} x`));
      const expected =
        namespaces.some((entry) => entry.split(' ')[0] === namespace) || namespaces.includes('- one');
      assert.deepEqual(
        decision,
        expected || namespaces.includes('-')
          ? { allowed: true, reason: `RBAC: allowed by ${reason}` }
          : { allowed: false, reason: '' },
        namespace,
      );
    }
    assert.equal(authorizer.authorize(request(user('bob'), 'get core/pods two x')).allowed, false);
    authorizer.close();
  });
}

test('service accounts are of the namespace they name, else of the binding', async () => {
  const objects = [
    pods,
    binding('two', 'own', 'ClusterRole/pod-reader', 'ServiceAccount:/robot'),
    binding('two', 'other', 'ClusterRole/pod-reader', 'ServiceAccount:one/robot'),
    clusterBinding('lost', 'pod-reader', 'ServiceAccount:/robot'),
  ];
  const authorizer = new RbacAuthorizer(await storeOf(...objects), 'default');
  const ask = (name: string, namespace: string) =>
    authorizer.authorize(request(user(`system:serviceaccount:${name}`), `get core/pods ${namespace} x`));
  assert.equal(
    ask('two:robot', 'two').reason,
    'RBAC: allowed by RoleBinding "own/two" of ClusterRole "pod-reader" to ServiceAccount "robot/two"',
  );
  assert.equal(
    ask('one:robot', 'two').reason,
    'RBAC: allowed by RoleBinding "other/two" of ClusterRole "pod-reader" to ServiceAccount "robot/one"',
  );
  assert.equal(ask('two:robot', 'one').allowed, false);
  assert.equal(ask(':robot', '-').allowed, false);
});

test('system:masters may do everything, and no group that only sounds like it', async () => {
  const authorizer = new RbacAuthorizer(await storeOf(), 'default');
  assert.equal(
    authorizer.authorize(request(user('root', 'system:masters'), 'delete core/nodes - x')).allowed,
    true,
  );
  assert.equal(authorizer.authorize(request(user('root', 'system:masters'), 'post /x')).allowed, true);
  assert.equal(
    authorizer.authorize(request(user('system:masters', 'system:master'), 'get /x')).allowed,
    false,
  );
});

test('a refusal names roles that are not there', async () => {
  const objects = [clusterBinding('b', 'gone', 'User:jane'), binding('ns', 'c', 'Role/lost', 'User:jane')];
  const authorizer = new RbacAuthorizer(await storeOf(...objects), 'default');
  const missing = 'clusterrole.rbac.authorization.k8s.io "gone" not found';
  assert.equal(authorizer.authorize(request(jane, 'get core/pods')).reason, `RBAC: ${missing}`);
  assert.equal(
    authorizer.authorize(request(jane, 'get core/pods ns')).reason,
    `RBAC: [${missing}, role.rbac.authorization.k8s.io "lost" not found]`,
  );
});

test('every change counts for the next decision', async () => {
  const bound = clusterBinding('b', 'pod-reader', 'User:jane');
  const store = await storeOf();
  const authorizer = new RbacAuthorizer(store, 'default');
  const allowed = (text: string) => authorizer.authorize(request(jane, text)).allowed;
  assert.equal(allowed('get core/pods'), false);
  await put(store, bound);
  assert.equal(allowed('get core/pods'), false);
  await put(store, pods);
  assert.equal(allowed('get core/pods'), true);
  await put(store, clusterRole('pod-reader', [rule('get core secrets')]));
  assert.equal(allowed('get core/pods'), false);
  assert.equal(allowed('get core/secrets'), true);
  await put(store, clusterBinding('b', 'pod-reader', 'User:bob'));
  assert.equal(allowed('get core/secrets'), false);
  await put(store, bound);
  await remove(store, bound);
  assert.equal(allowed('get core/secrets'), false);
  authorizer.close();
  await put(store, bound);
  assert.equal(allowed('get core/secrets'), false, 'a closed authorizer follows nobody');
});

test('a watch that was compacted away reads everything anew', async () => {
  const bound = clusterBinding('b', 'pod-reader', 'User:jane');
  const store = await storeOf(pods, bound);
  const authorizer = new RbacAuthorizer(store, 'default');
  assert.equal(authorizer.authorize(request(jane, 'get core/pods')).allowed, true);
  store.compactedRevision = store.revision + 1;
  await remove(store, bound);
  assert.equal(authorizer.authorize(request(jane, 'get core/pods')).allowed, false);
  store.compactedRevision = 0;
  await put(store, bound);
  assert.equal(authorizer.authorize(request(jane, 'get core/pods')).allowed, true);
});

test('the policy of another tenant does not count', async () => {
  const store = await storeOf(pods);
  const bound = clusterBinding('b', 'pod-reader', 'User:jane');
  await store.commit([{ type: 'put', key: keyOf(bound, 'other'), value: () => JSON.stringify(bound) }]);
  assert.equal(new RbacAuthorizer(store, 'default').authorize(request(jane, 'get core/pods')).allowed, false);
});

test('what cannot be read grants nothing', async () => {
  const broken: unknown[] = [
    null,
    [],
    7,
    { rules: 'all' },
    { rules: [null, { verbs: '*', apiGroups: ['*'], resources: ['*'] }] },
    { rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: [7] }] },
    { rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: 'x' }] },
  ];
  for (const object of broken) {
    const store = await storeOf(clusterBinding('b', 'r', 'User:jane'));
    await store.commit([
      { type: 'put', key: keyOf(clusterRole('r', [])), value: () => JSON.stringify(object) },
    ]);
    const authorizer = new RbacAuthorizer(store, 'default');
    assert.equal(
      authorizer.authorize(request(jane, 'get core/pods ns x')).allowed,
      false,
      JSON.stringify(object),
    );
  }
});

const aggregates = (label: string) => ({
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] },
});

test('aggregated roles hold the rules of those they select, at once and through each other', async () => {
  const outer = clusterRole('outer', [rule('delete core nodes')], aggregates('to-outer'));
  const inner = clusterRole('inner', [], { ...aggregates('to-inner'), labels: { 'to-outer': 'true' } });
  const store = await storeOf(outer, inner, clusterBinding('b', 'outer', 'User:jane'));
  const authorizer = new RbacAuthorizer(store, 'default');
  const allowed = (text: string) => authorizer.authorize(request(jane, text)).allowed;
  assert.equal(allowed('get core/pods'), false);
  assert.equal(allowed('delete core/nodes - x'), false, "its own rules are the controller's to write");
  const leaf = clusterRole('leaf', [rule('get core pods')], { labels: { 'to-inner': 'true' } });
  await put(store, leaf);
  assert.equal(allowed('get core/pods'), true);
  await put(store, clusterRole('inner', [], { ...aggregates('to-inner'), labels: { 'to-outer': 'false' } }));
  assert.equal(allowed('get core/pods'), false);
});

test('roles that aggregate each other come to an end', async () => {
  const a = clusterRole('a', [], { ...aggregates('x'), labels: { x: 'true' } });
  const b = clusterRole('b', [], { ...aggregates('x'), labels: { x: 'true' } });
  const leaf = clusterRole('leaf', [rule('get core pods')], { labels: { x: 'true' } });
  const authorizer = new RbacAuthorizer(
    await storeOf(a, b, leaf, clusterBinding('b', 'a', 'User:jane')),
    'default',
  );
  assert.deepEqual(authorizer.rulesFor(jane, ''), [rule('get core pods')]);
});

test('aggregatedRules is what a controller writes: by selector, then by name, each rule once', () => {
  const read = (object: unknown) => roleOf(object) ?? assert.fail();
  const roles = [
    clusterRole('z', [rule('get core pods'), rule('get core nodes')], { labels: { one: 'true' } }),
    clusterRole('a', [rule('list core pods'), rule('get core pods')], { labels: { one: 'true' } }),
    clusterRole('m', [rule('watch core pods')], { labels: { two: 'true' } }),
    clusterRole('n', [rule('create core pods')], { labels: { two: 'false' } }),
  ].map(read);
  const expressions = [{ key: 'two', operator: 'In', values: ['true', 'yes'] }];
  const target = read(
    clusterRole('sum', [rule('delete core pods')], {
      labels: { one: 'true' },
      aggregationRule: {
        clusterRoleSelectors: [
          { matchExpressions: expressions },
          { matchLabels: { one: 'true' } },
          { matchExpressions: [{ key: 'two', operator: 'Like' }] },
        ],
      },
    }),
  );
  const expected: PolicyRule[] = ['watch core pods', 'list core pods', 'get core pods', 'get core nodes'].map(
    rule,
  );
  assert.deepEqual(aggregatedRules(target, [...roles, target]), expected);
  assert.deepEqual(aggregatedRules(read(clusterRole('plain', [rule('get core x')])), roles), [
    rule('get core x'),
  ]);
});

test('refusals are worded as in Kubernetes', () => {
  const cases: [string, string][] = [
    [
      'list core/configmaps default',
      'User "jane" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ],
    [
      'get apps/deployments/scale ns web',
      'User "jane" cannot get resource "deployments/scale" in API group "apps" in the namespace "ns"',
    ],
    [
      'create core/namespaces',
      'User "jane" cannot create resource "namespaces" in API group "" at the cluster scope',
    ],
    ['get /y', 'User "jane" cannot get path "/y"'],
  ];
  for (const [text, expected] of cases) assert.equal(refusalMessage(request(jane, text)), expected);
  assert.equal(
    refusalMessage(request(jane, 'get /y'), 'RBAC: x'),
    'User "jane" cannot get path "/y": RBAC: x',
  );
});
