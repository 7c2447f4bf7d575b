import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { MatchResources, ResourceRule } from '../match-schema.ts';
import { type RequestShape, ResourceMatch, ruleFits } from '../resource-match.ts';

const pods: RequestShape = {
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  operation: 'CREATE',
  namespaced: true,
  versions: ['v1'],
};
const rule = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] };

describe('a resource rule', () => {
  const table: readonly [string, object, Partial<RequestShape>, boolean][] = [
    ['everything fits wildcards', {}, {}, true],
    ['`*` leaves subresources out', {}, { subresource: 'status' }, false],
    ['`*/*` takes resources', { resources: ['*/*'] }, {}, true],
    ['`*/*` takes subresources', { resources: ['*/*'] }, { subresource: 'status' }, true],
    ['`pods/*` takes subresources', { resources: ['pods/*'] }, { subresource: 'status' }, true],
    ['`pods/*` takes the pod too, as upstream does', { resources: ['pods/*'] }, {}, true],
    ['`pods` leaves subresources out', { resources: ['pods'] }, { subresource: 'status' }, false],
    ['`pods/status` leaves the pod out', { resources: ['pods/status'] }, {}, false],
    ['`*/scale` is for all resources', { resources: ['*/scale'] }, { subresource: 'scale' }, true],
    ['another resource', { resources: ['services'] }, {}, false],
    ['an operation of several', { operations: ['UPDATE', 'CREATE'] }, {}, true],
    ['another operation', { operations: ['DELETE'] }, {}, false],
    ['the core group', { apiGroups: [''] }, {}, true],
    ['another group', { apiGroups: ['apps'] }, {}, false],
    ['another version', { apiVersions: ['v2'] }, {}, false],
    ['namespaced only', { scope: 'Namespaced' }, {}, true],
    ['namespaced only, for a cluster-scoped object', { scope: 'Namespaced' }, { namespaced: false }, false],
    ['cluster-scoped only', { scope: 'Cluster' }, {}, false],
    ['cluster-scoped only, for such an object', { scope: 'Cluster' }, { namespaced: false }, true],
    ['both scopes', { scope: '*' }, { namespaced: false }, true],
  ];
  for (const [title, change, shape, expected] of table) {
    test(title, () => equal(ruleFits({ ...rule, ...change }, { ...pods, ...shape }), expected));
  }
});

describe('match resources', () => {
  const match = (fields: object): ResourceMatch => new ResourceMatch({ resourceRules: [rule], ...fields });
  const versionFor = (fields: object, shape: Partial<RequestShape> = {}, name = 'one'): string | undefined =>
    match(fields)
      .ofShape({ ...pods, ...shape })
      ?.versionFor(name);

  test('without rules mean every request', () => {
    equal(new ResourceMatch({}).ofShape(pods)?.versionFor('one'), 'v1');
  });

  test('are limited by names', () => {
    const resourceRules = [{ ...rule, resourceNames: ['one', 'two'] }];
    equal(versionFor({ resourceRules }), 'v1');
    equal(versionFor({ resourceRules }, {}, 'three'), undefined);
  });

  test('leave out what is excluded, by name or as a whole', () => {
    equal(versionFor({ excludeResourceRules: [{ ...rule, resourceNames: ['one'] }] }), undefined);
    equal(versionFor({ excludeResourceRules: [{ ...rule, resourceNames: ['one'] }] }, {}, 'two'), 'v1');
    equal(match({ excludeResourceRules: [rule] }).ofShape(pods), undefined);
    equal(versionFor({ excludeResourceRules: [{ ...rule, operations: ['DELETE'] }] }), 'v1');
  });

  test('take other versions of a resource as equivalent, and show the object in the listed one', () => {
    const resourceRules = [{ ...rule, apiVersions: ['v1'] }];
    const other = { version: 'v2', versions: ['v2', 'v1'] };
    equal(versionFor({ resourceRules, matchPolicy: 'Equivalent' }, other), 'v1');
    equal(versionFor({ resourceRules, matchPolicy: 'Exact' }, other), undefined);
    const both = [
      { ...rule, apiVersions: ['v1'] },
      { ...rule, apiVersions: ['v2'] },
    ];
    equal(versionFor({ resourceRules: both, matchPolicy: 'Equivalent' }, other), 'v2');
    const named = [
      { ...rule, apiVersions: ['v2'], resourceNames: ['two'] },
      { ...rule, apiVersions: ['v1'] },
    ];
    equal(versionFor({ resourceRules: named, matchPolicy: 'Equivalent' }, other), 'v1');
    equal(versionFor({ resourceRules: named, matchPolicy: 'Equivalent' }, other, 'two'), 'v2');
  });

  test('select by the labels of the namespace, where there is one', () => {
    const chosen = match({ namespaceSelector: { matchLabels: { env: 'prod' } } });
    const selects = (labels: Record<string, string> | undefined): boolean =>
      chosen.selects({ namespace: () => labels, objects: [] });
    deepEqual(
      [selects({ env: 'prod' }), selects({ env: 'test' }), selects({}), selects(undefined)],
      [true, false, false, true],
    );
  });

  test('select by the labels of the object as it is or was', () => {
    const chosen = match({
      objectSelector: { matchExpressions: [{ key: 'free', operator: 'DoesNotExist' }] },
    });
    const selects = (...objects: Record<string, string>[]): boolean =>
      chosen.selects({ namespace: () => undefined, objects });
    deepEqual(
      [selects({}), selects({ free: '1' }), selects({ free: '1' }, {}), selects({}, { free: '1' })],
      [true, false, true, true],
    );
  });

  test('ask for the labels of the namespace only when a selector is there', () => {
    const unasked = (): undefined => {
      throw new Error('nobody has to know');
    };
    equal(match({ namespaceSelector: {} }).selects({ namespace: unasked, objects: [] }), true);
  });
});

describe('slicing', () => {
  const some = (...values: string[]): fc.Arbitrary<string[]> => fc.subarray(values, { minLength: 1 });
  const all = fc.constant<string[]>(['*']);
  const rules = fc.array(
    fc.record({
      operations: fc.oneof(all, some('CREATE', 'UPDATE')),
      apiGroups: fc.oneof(all, some('', 'apps')),
      apiVersions: fc.oneof(all, some('v1', 'v2', 'v3')),
      resources: some('*', '*/*', 'pods', 'pods/*', 'pods/status', '*/status', 'services'),
      scope: fc.constantFrom('*', 'Cluster', 'Namespaced'),
      resourceNames: fc.oneof(fc.constant<string[]>([]), some('one', 'two')),
    }),
    { maxLength: 4 },
  );

  /** What upstream does for each request, rule by rule. */
  function matched(match: MatchResources, shape: RequestShape, name: string): string | undefined {
    const find = (list: readonly ResourceRule[]): string | undefined => {
      const fits = (rule: ResourceRule, version: string): boolean =>
        ruleFits(rule, { ...shape, version }) &&
        ((rule.resourceNames ?? []).length === 0 || (rule.resourceNames ?? []).includes(name));
      if (list.some((rule) => fits(rule, shape.version))) return shape.version;
      if (match.matchPolicy === 'Exact') return undefined;
      for (const rule of list) {
        for (const version of shape.versions) {
          if (version !== shape.version && fits(rule, version)) return version;
        }
      }
      return undefined;
    };
    if (find(match.excludeResourceRules ?? []) !== undefined) return undefined;
    return (match.resourceRules ?? []).length === 0 ? shape.version : find(match.resourceRules ?? []);
  }

  test('finds what looking at each rule for each request finds', () => {
    fc.assert(
      fc.property(
        fc.record({
          resourceRules: rules,
          excludeResourceRules: rules,
          matchPolicy: fc.constantFrom('Exact', 'Equivalent'),
        }),
        fc.record({
          version: fc.constantFrom('v1', 'v2', 'v3'),
          group: fc.constantFrom('', 'apps', 'batch'),
          subresource: fc.constantFrom('', 'status'),
          operation: fc.constantFrom('CREATE' as const, 'UPDATE' as const, 'DELETE' as const),
          namespaced: fc.boolean(),
        }),
        fc.constantFrom('one', 'two', 'three'),
        (match, part, name) => {
          const shape = { ...pods, ...part, versions: ['v1', 'v2', 'v3'] };
          equal(new ResourceMatch(match).ofShape(shape)?.versionFor(name), matched(match, shape, name));
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
