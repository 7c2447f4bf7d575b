import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyRule } from '../port.ts';
import { RbacAuthorizer } from '../rbac/authorizer.ts';
import { bootstrapRoles } from '../rbac/bootstrap.ts';
import { compactRules, formatRule, pathCovers, uncoveredRules } from '../rbac/covers.ts';
import { bindingRefusal, escalation, escalationMessage, roleRefusal } from '../rbac/escalation.ts';
import { binding, clusterBinding, clusterRole, request, role, rule, storeOf, user } from './rbac-fixture.ts';

const cases: [title: string, owned: string[], wanted: string[], missing: string[]][] = [
  ['the same', ['get g a'], ['get g a'], []],
  ['a subresource of every resource', ['get g */scale'], ['get g a/scale'], []],
  [
    'a subresource, not the resource',
    ['get g */scale'],
    ['get g a', 'get g a/other'],
    ['get g a', 'get g a/other'],
  ],
  ['the resource, not its subresource', ['get g a'], ['get g a/log'], ['get g a/log']],
  ['many rules for one', ['delete g a', 'delete g b', 'update g a,b'], ['delete,update g a,b'], []],
  [
    'many rules and groups for one',
    ['delete,update g a,b', 'delete h a,b', 'update h a', 'update h b'],
    ['delete,update g,h a,b'],
    [],
  ],
  ['one for many', ['delete,update g,h a,b'], ['delete g a', 'update h b'], []],
  ['all but one pair', ['delete,update g a,b', 'delete g c'], ['delete,update g a,b,c'], ['update g c']],
  ['every group', ['get * a'], ['get g,h a', 'get * a'], []],
  ['listed groups, not every group', ['get g,h a'], ['get * a'], ['get * a']],
  ['every verb', ['* g a'], ['watch,list g a', '* g a'], []],
  ['listed verbs, not every verb', ['get,list,watch,create g a'], ['* g a'], ['* g a']],
  ['every resource', ['get g *'], ['get g a,a/b,*', 'get g */c'], []],
  ['listed resources, not every resource', ['get g a,b'], ['get g *'], ['get g *']],
  ['every name', ['get g a'], ['get g a x,y'], []],
  ['some names', ['get g a x,y,z'], ['get g a x,z'], []],
  ['listed names, not every name', ['get g a x,y'], ['get g a', 'get g a x,w'], ['get g a', 'get g a w']],
  ['a path', ['* /apis'], ['* /apis', 'get /apis'], []],
  ['every path', ['* *'], ['get /apis,/apis/v1,/'], []],
  ['a path below, not the path itself', ['* /apis/*'], ['get /apis,/apis/v1,/apis/v1/x'], ['get /apis']],
  ['paths, not resources', ['* *'], ['get g a'], ['get g a']],
  ['resources, not paths', ['* * *'], ['get /apis'], ['get /apis']],
  ['nothing', [], ['get g a'], ['get g a']],
  ['nothing wanted', [], [], []],
];

for (const [title, owned, wanted, missing] of cases) {
  test(`covers: ${title}`, () => {
    assert.deepEqual(uncoveredRules(owned.map(rule), wanted.map(rule)), missing.map(rule));
  });
}

test('covers: a rule of resources and paths falls into both', () => {
  const both: PolicyRule = { ...rule('get g a'), nonResourceURLs: ['/apis'] };
  assert.deepEqual(uncoveredRules([both], [both]), []);
  assert.deepEqual(uncoveredRules([rule('get g a')], [both]), [rule('get /apis')]);
});

test('covers: patterns of paths', () => {
  const table: [string, string, boolean][] = [
    ['*', '', true],
    ['*', '/', true],
    ['/*', '', false],
    ['/*', '/x', true],
    ['/api', '/api', true],
    ['/apis', '/api', false],
    ['/api/v1', '/api', false],
    ['/api/*', '/api/v1', true],
    ['/api/*', '/api', false],
    ['/api/*/*', '/api/v1', false],
    ['/*/v1/*', '/api/v1', false],
    ['/api*', '/api/*', true],
  ];
  for (const [owned, wanted, expected] of table)
    assert.equal(pathCovers(owned, wanted), expected, `${owned} ${wanted}`);
});

test('missing rules are joined by verb and printed as in Kubernetes', () => {
  const compact = compactRules(
    ['get core pods', 'list core pods', 'get core pods x', 'get /y', 'get apps pods'].map(rule),
  );
  assert.deepEqual(compact.map(formatRule), [
    '{APIGroups:[""], Resources:["pods"], ResourceNames:["x"], Verbs:["get"]}',
    '{NonResourceURLs:["/y"], Verbs:["get"]}',
    '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
    '{APIGroups:["apps"], Resources:["pods"], Verbs:["get"]}',
  ]);
  assert.equal(
    escalationMessage(user('x', 'a', 'b'), [rule('get core pods')]),
    'user "x" (groups=["a" "b"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["get"]}',
  );
});

const jane = user('jane', 'dev');
const boss = user('boss', 'system:masters');

async function authorizerOf(...objects: Parameters<typeof storeOf>): Promise<RbacAuthorizer> {
  return new RbacAuthorizer(await storeOf(...objects), 'default');
}

test('who writes a role must hold its rules, or may escalate', async () => {
  const holder = await authorizerOf(
    clusterRole('r', [rule('get core pods')]),
    clusterBinding('b', 'r', 'User:jane'),
  );
  assert.deepEqual(escalation(holder, jane, '', [rule('get,list core pods')]), [rule('list core pods')]);
  assert.equal(roleRefusal(holder, jane, clusterRole('new', [rule('get core pods x')])), undefined);
  assert.match(
    roleRefusal(holder, jane, clusterRole('new', [rule('list core pods')])) ?? '',
    /^user "jane" \(groups=\["dev"\]\) is attempting/,
  );
  assert.equal(roleRefusal(holder, boss, clusterRole('new', [rule('* * *')])), undefined);

  const mayEscalate = await authorizerOf(
    clusterRole('r', [rule('escalate rbac.authorization.k8s.io roles new')]),
    binding('ns', 'b', 'ClusterRole/r', 'User:jane'),
  );
  assert.equal(roleRefusal(mayEscalate, jane, role('ns', 'new', [rule('* * *')])), undefined);
  assert.notEqual(roleRefusal(mayEscalate, jane, role('ns', 'other', [rule('* * *')])), undefined);
  assert.notEqual(roleRefusal(mayEscalate, jane, role('elsewhere', 'new', [rule('* * *')])), undefined);
  assert.notEqual(roleRefusal(mayEscalate, jane, clusterRole('new', [rule('* * *')])), undefined);
});

test('rights in a namespace are no rights in the cluster', async () => {
  const authorizer = await authorizerOf(
    clusterRole('r', [rule('get core pods')]),
    binding('ns', 'b', 'ClusterRole/r', 'User:jane'),
  );
  assert.equal(roleRefusal(authorizer, jane, role('ns', 'new', [rule('get core pods')])), undefined);
  assert.notEqual(roleRefusal(authorizer, jane, clusterRole('new', [rule('get core pods')])), undefined);
});

test('an aggregationRule takes full authority', async () => {
  const open = clusterRole('new', [], {
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { x: 'y' } }] },
  });
  const some = await authorizerOf(
    clusterRole('r', [rule('create,update * *')]),
    clusterBinding('b', 'r', 'User:jane'),
  );
  assert.equal(
    roleRefusal(some, jane, open),
    'must have cluster-admin privileges to use the aggregationRule',
  );
  const all = await authorizerOf(
    clusterRole('r', [rule('* * *'), rule('* *')]),
    clusterBinding('b', 'r', 'User:jane'),
  );
  assert.equal(roleRefusal(all, jane, open), undefined);
});

test('who binds a role must hold its rules, or may bind it', async () => {
  const big = clusterRole('big', [rule('* core secrets')]);
  const nobody = await authorizerOf(big);
  assert.match(
    bindingRefusal(nobody, jane, binding('ns', 'x', 'ClusterRole/big', 'User:jane')) ?? '',
    /not currently held:\n\{APIGroups:\[""\], Resources:\["secrets"\], Verbs:\["\*"\]\}$/,
  );
  assert.equal(
    bindingRefusal(nobody, jane, binding('ns', 'x', 'ClusterRole/gone', 'User:jane')),
    'clusterrole.rbac.authorization.k8s.io "gone" not found',
  );
  assert.equal(bindingRefusal(nobody, boss, binding('ns', 'x', 'ClusterRole/big', 'User:jane')), undefined);

  const holder = await authorizerOf(big, binding('ns', 'b', 'ClusterRole/big', 'Group:dev'));
  assert.equal(bindingRefusal(holder, jane, binding('ns', 'x', 'ClusterRole/big', 'User:bob')), undefined);
  assert.notEqual(
    bindingRefusal(holder, jane, binding('other', 'x', 'ClusterRole/big', 'User:bob')),
    undefined,
  );
  assert.notEqual(bindingRefusal(holder, jane, clusterBinding('x', 'big', 'User:bob')), undefined);

  const mayBind = await authorizerOf(
    big,
    clusterRole('binder', [rule('bind rbac.authorization.k8s.io clusterroles big')]),
    binding('ns', 'b', 'ClusterRole/binder', 'User:jane'),
  );
  assert.equal(bindingRefusal(mayBind, jane, binding('ns', 'x', 'ClusterRole/big', 'User:bob')), undefined);
  assert.notEqual(bindingRefusal(mayBind, jane, clusterBinding('x', 'big', 'User:bob')), undefined);
});

test('default roles give each user what their name says', async () => {
  const manifests = bootstrapRoles().map(({ kind, metadata, ...rest }) => ({ ...rest, kind, metadata }));
  const authorizer = await authorizerOf(
    ...manifests,
    binding('ns', 'v', 'ClusterRole/view', 'User:viewer'),
    binding('ns', 'e', 'ClusterRole/edit', 'User:editor'),
    binding('ns', 'a', 'ClusterRole/admin', 'User:admin'),
  );
  const can = (name: string, text: string) =>
    authorizer.authorize(request(user(name, 'system:authenticated'), text)).allowed;
  const table: [text: string, viewer: boolean, editor: boolean, admin: boolean][] = [
    ['get core/configmaps ns x', true, true, true],
    ['list plinth.dev/workspaces ns', true, true, true],
    ['get core/secrets ns x', false, true, true],
    ['patch core/configmaps ns x', false, true, true],
    ['create plinth.dev/workspaces ns', false, false, false],
    ['create core/serviceaccounts/token ns robot', false, true, true],
    ['create rbac.authorization.k8s.io/rolebindings ns', false, false, true],
    ['list core/configmaps other', false, false, false],
    ['delete core/namespaces - ns', false, false, false],
    ['get /apis', true, true, true],
    ['get /openapi/v3', true, true, true],
    ['get /metrics', false, false, false],
    ['create authorization.k8s.io/selfsubjectaccessreviews', true, true, true],
    ['create authentication.k8s.io/selfsubjectreviews', true, true, true],
    ['create authentication.k8s.io/tokenreviews', false, false, false],
  ];
  for (const [text, ...expected] of table) {
    assert.deepEqual(
      ['viewer', 'editor', 'admin'].map((name) => can(name, text)),
      expected,
      text,
    );
  }
  assert.equal(
    authorizer.authorize(request(user('nobody'), 'get /apis')).allowed,
    false,
    'nobody is anonymous',
  );
  for (const { metadata } of manifests)
    assert.equal(metadata.labels['kubernetes.io/bootstrapping'], 'rbac-defaults');
});
