import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Attributes, PolicyRule, UserInfo } from '../port.ts';
import { RbacAuthorizer } from '../rbac/authorizer.ts';
import {
  binding,
  clusterBinding,
  clusterRole,
  put,
  type RbacObject,
  remove,
  role,
  storeOf,
} from './rbac-fixture.ts';

const some = <T>(...values: T[]) => fc.constantFrom(...values);
const few = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.array(arbitrary, { minLength: 2, maxLength: 5, size: 'max' }) },
    { weight: 1, arbitrary: fc.array(arbitrary, { maxLength: 1 }) },
  );
const namespaces = some('', 'n1', 'n2');
const verbs = some('get', 'list', '*');
const names = some('x', 'y');

const rules: fc.Arbitrary<PolicyRule> = fc.oneof(
  fc.record(
    {
      verbs: few(verbs),
      apiGroups: few(some('', 'apps', '*')),
      resources: few(some('pods', 'pods/log', '*/log', 'nodes', '*')),
      resourceNames: few(names),
    },
    { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
  ),
  fc.record({ verbs: few(verbs), nonResourceURLs: few(some('/a', '/a/*', '*')) }),
);
const subjects = few(some('User:u1', 'Group:g1', 'Group:g2', 'ServiceAccount:n1/sa', 'ServiceAccount:/sa'));
const labels = fc.dictionary(some('l1', 'l2'), some('true', 'false'), { maxKeys: 2 });
const roleNames = some('r1', 'r2', 'r3');
const aggregationRules = fc.option(
  some('l1', 'l2').map((label) => ({ clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] })),
  { nil: undefined },
);

const objects: fc.Arbitrary<RbacObject> = fc.oneof(
  fc
    .tuple(roleNames, few(rules), labels, aggregationRules)
    .map(([name, own, marks, aggregationRule]) => clusterRole(name, own, { labels: marks, aggregationRule })),
  fc
    .tuple(some('n1', 'n2'), roleNames, few(rules))
    .map(([namespace, name, own]) => role(namespace, name, own)),
  fc
    .tuple(some('b1', 'b2'), roleNames, subjects)
    .map(([name, ref, who]) => clusterBinding(name, ref, ...who)),
  fc
    .tuple(some('n1', 'n2'), some('b1', 'b2'), some('Role/', 'ClusterRole/'), roleNames, subjects)
    .map(([namespace, name, kind, ref, who]) => binding(namespace, name, `${kind}${ref}`, ...who)),
);

const users: fc.Arbitrary<UserInfo> = fc.record({
  username: some('u1', 'u2', 'system:serviceaccount:n1:sa', 'system:serviceaccount:n2:sa'),
  groups: fc.subarray(['g1', 'g2']),
});
const requests: fc.Arbitrary<Attributes> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      user: users,
      verb: some('get', 'list', 'watch'),
      group: some('', 'apps'),
      resource: some('pods', 'nodes'),
      subresource: some('', 'log'),
      namespace: namespaces,
      name: some('', 'x', 'y', 'z'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      user: users,
      verb: some('get', 'list', 'watch'),
      path: some('/a', '/a/b', '/c'),
      group: fc.constant(''),
      resource: fc.constant(''),
      subresource: fc.constant(''),
      namespace: fc.constant(''),
      name: fc.constant(''),
    }),
  },
);

type Loose = Record<string, unknown> & {
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;

function isLoose(value: unknown): value is Loose {
  return typeof field(field(value, 'metadata'), 'name') === 'string';
}

function loose(text: string): Loose {
  const object: unknown = JSON.parse(text);
  assert.ok(isLoose(object), text);
  return object;
}

/** Evaluates everything, from the documentation's sentences, with no index and no memory. */
function oracle(state: readonly Loose[], asked: Attributes): boolean {
  return state.some((bound) => {
    if (bound.kind !== 'ClusterRoleBinding' && bound.kind !== 'RoleBinding') return false;
    const place = bound.metadata.namespace ?? '';
    if (place !== '' && place !== asked.namespace) return false;
    if (!list(bound.subjects).some((entry) => isSubject(entry, place, asked.user))) return false;
    const kind = field(bound.roleRef, 'kind');
    const named = state.find(
      (entry) =>
        entry.kind === kind &&
        entry.metadata.name === field(bound.roleRef, 'name') &&
        (kind === 'ClusterRole' || entry.metadata.namespace === place),
    );
    return named !== undefined && rulesOf(state, named, [named]).some((entry) => allows(entry, asked));
  });
}

function isSubject(entry: unknown, place: string, who: UserInfo): boolean {
  const name = String(field(entry, 'name'));
  if (field(entry, 'kind') === 'User') return who.username === name;
  if (field(entry, 'kind') === 'Group') return who.groups.includes(name);
  const namespace = String(field(entry, 'namespace') ?? place);
  return namespace !== '' && who.username === `system:serviceaccount:${namespace}:${name}`;
}

function rulesOf(state: readonly Loose[], from: Loose, path: Loose[]): unknown[] {
  if (from.aggregationRule === undefined) return list(from.rules);
  const [selector] = list(field(from.aggregationRule, 'clusterRoleSelectors'));
  const [pair] = Object.entries(field(selector, 'matchLabels') ?? {});
  return state
    .filter(
      (entry) =>
        entry.kind === 'ClusterRole' &&
        !path.includes(entry) &&
        entry.metadata.labels?.[pair?.[0] ?? ''] === pair?.[1],
    )
    .flatMap((entry) => rulesOf(state, entry, [...path, entry]));
}

function allows(entry: unknown, asked: Attributes): boolean {
  const has = (name: string, ...values: string[]): boolean =>
    list(field(entry, name)).some((value) => value === '*' || values.includes(String(value)));
  if (!has('verbs', asked.verb)) return false;
  if (asked.path !== undefined) {
    const { path } = asked;
    return list(field(entry, 'nonResourceURLs')).some((value) =>
      new RegExp(`^${String(value).replace(/\*$/, '.*')}$`).test(path),
    );
  }
  const combined =
    asked.subresource === ''
      ? [asked.resource]
      : [`${asked.resource}/${asked.subresource}`, `*/${asked.subresource}`];
  const limited = list(field(entry, 'resourceNames'));
  return (
    has('apiGroups', asked.group) &&
    has('resources', ...combined) &&
    (limited.length === 0 || limited.includes(asked.name))
  );
}

test('decisions agree with a linear evaluation of all bindings, through changes', async () => {
  let allowed = 0;
  let total = 0;
  const change = fc.record({
    object: objects,
    isRemoval: fc.boolean(),
    asked: fc.array(requests, { maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(objects, { minLength: 25, maxLength: 40, size: 'max' }),
      fc.array(change, { maxLength: 6 }),
      async (initial, changes) => {
        const store = await storeOf(...initial);
        const authorizer = new RbacAuthorizer(store, 'default');
        for (const { object, isRemoval, asked } of changes) {
          if (isRemoval) await remove(store, object);
          else await put(store, object);
          const state = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'].flatMap((resource) =>
            store
              .list(`default/rbac.authorization.k8s.io/${resource}/`)
              .objects.map((stored) => loose(stored.value)),
          );
          for (const attributes of [...asked, ...asked]) {
            const decision = authorizer.authorize(attributes);
            assert.equal(decision.allowed, oracle(state, attributes), JSON.stringify(attributes));
            assert.equal(decision.allowed, decision.reason.startsWith('RBAC: allowed by '));
            total += 1;
            if (decision.allowed) allowed += 1;
          }
        }
      },
    ),
    { numRuns: 400 },
  );
  // A generator that allows nothing, or everything, would prove nothing.
  assert.ok(allowed > total * 0.02 && allowed < total * 0.9, `${allowed} of ${total} allowed`);
});
