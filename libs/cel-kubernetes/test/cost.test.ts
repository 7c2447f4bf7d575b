import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  authorizerType,
  CelEnvironment,
  CostBudget,
  kubernetesLibraries,
  typeOfSchema,
} from '../src/index.ts';
import { permissive } from './expectation.ts';

const libraries = kubernetesLibraries.filter(({ homogeneousLiterals }) => homogeneousLiterals !== true);
const environment = new CelEnvironment({ variables: { authorizer: authorizerType }, libraries });

/** Expression, runtime cost, and the bounds of the estimate where they are not the runtime cost. */
type Cost = readonly [expression: string, runtime: number, min?: number, max?: number];

const int = '[1, 2, 3, 4, 5]';
const uint = '[uint(1), uint(2), uint(3), uint(4), uint(5)]';
const bool = '[false, true, false, true, false]';
const texts = "['012345678901', '012345678901', '012345678901', '012345678901', '012345678901']";
const bytes =
  "[bytes('012345678901'), bytes('012345678901'), bytes('012345678901'), bytes('012345678901'), bytes('012345678901')]";
const durations = "[duration('1s'), duration('2s'), duration('3s'), duration('4s'), duration('5s')]";
const label = 'format.named("dns1123Label").value()';
const selector = "'spec.nodeName=example-node-name.fully.qualified.domain.name.example.com'";
const deployment =
  "authorizer.group('apps').resource('deployments').subresource('status').namespace('test').name('backend')";

/** The costs that Kubernetes documents (library/cost_test.go). */
const documented: readonly Cost[] = [
  [`${int}.sum()`, 15],
  [`${uint}.sum()`, 20],
  [`${durations}.sum()`, 20],
  [`${int}.isSorted()`, 15],
  [`${bool}.max()`, 15],
  [`${texts}.min()`, 15, 15, 25],
  // Of a text in bytes each character may be four bytes; the tests of Kubernetes take twelve for every text.
  [`${bytes}.max()`, 25, 25, 50],
  [`${int}.indexOf(3)`, 15],
  [`${uint}.indexOf(uint(3))`, 21],
  [`${texts}.lastIndexOf('x')`, 15, 15, 25],
  [`${durations}.indexOf(duration('3s'))`, 21],
  ["'01234567890123456789012345678901234567890123456789'.indexOf('123')", 5],
  ["url('https:://kubernetes.io/').getScheme()", 4],
  ["url('https:://kubernetes.io/') == url('https:://kubernetes.io/')", 7, 7, 9],
  ["url('https:://kubernetes.io/') == url('http://x.b')", 5],
  ["ip('192.168.0.1')", 2],
  ["ip('2001:db8:3333:4444:5555:6666:7777:8888')", 4],
  ["ip('192.168.0.1').family()", 3],
  ["ip('192.168.0.1') == ip('192.168.0.1')", 5],
  ["ip.isCanonical('192.168.0.1')", 3],
  ["ip.isCanonical('2001:db8:3333:4444:5555:6666:7777:8888')", 8],
  ["cidr('192.168.0.0/16').masked()", 3],
  ["cidr('192.168.0.0/16').containsCIDR(cidr('192.0.0.0/30'))", 7, 7, 11],
  ["cidr('192.168.0.0/16').containsCIDR('192.0.0.0/30')", 7, 7, 11],
  ["cidr('192.168.0.0/16').containsIP(ip('192.0.0.1'))", 4, 4, 7],
  ["cidr('192.168.0.0/16').containsIP('192.169.0.1')", 5, 5, 8],
  ["cidr('2001:db8::/32').containsIP('2001:db8:3333:4444:5555:6666:7777:8888')", 7, 7, 10],
  ["'ABCDEFGHIJ abcdefghij'.lowerAscii()", 3],
  ["'ABCDEFGHIJ abcdefghij'.lowerAscii() == 'abcdefghij ABCDEFGHIJ'.lowerAscii()", 9, 7, 9],
  ["strings.quote('ABCDEFGHIJ abcdefghij')", 3],
  ["strings.quote('ABCDEFGHIJ abcdefghij') == strings.quote('ABCDEFGHIJ abcdefghij')", 9, 7, 11],
  ["'abc 123 def 123'.replace('123', '456')", 3],
  ["'abc 123 def 123'.replace('', 'x')", 3],
  ["'abc 123 def 123'.replace('123', '456', 1)", 3],
  ["'abc 123 def 123'.split(' ')", 3],
  ["'abc 123 def 123'.substring(5, 8)", 2],
  ["'  abc 123 def 123  '.trim()", 2],
  ["['aa', 'bb', 'cc', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join(' ')", 15, 11, 13],
  ["['aa', 'bb', 'cc', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join()", 13, 10, 12],
  ["'abc 123 def 123'.find('123')", 2],
  ["'abc 123 def 123'.findAll('123', 1)", 2],
  ["authorizer.path('/healthz')", 2],
  [deployment, 6],
  [`authorizer.group('').resource('pods').fieldSelector(${selector})`, 1821],
  [`authorizer.group('').resource('pods').labelSelector(${selector})`, 1821],
  ["authorizer.path('/healthz').check('get').allowed()", 350_003],
  [`${deployment}.check('create').allowed()`, 350_007],
  [`${deployment}.check('create').errored()`, 350_007],
  ['quantity("12Mi")', 1],
  ['quantity("200M") == quantity("200M")', 3],
  ['quantity("200M") == quantity("0.2G") && quantity("0.2G") == quantity("200M")', 6, 3, 6],
  ['quantity("50M").isLessThan(quantity("50Mi"))', 3],
  ['quantity("200M").compareTo(quantity("0.2G")) > 0', 4],
  ['quantity("50k").add(quantity("20")) == quantity("50.02k")', 5],
  ['quantity("50k").sub(20) == quantity("49980")', 4],
  ['quantity("50k").add(20).sub(quantity("100k")).asInteger() > 0', 6],
  ['quantity("50.703k").asApproximateFloat() > 0.0', 3],
  ['format.named("dns1123subdomain")', 1],
  ['format.named("dns1123Subdomain").value().validate("my-name")', 17, 34, 34],
  [`${label}.validate("my-name")`, 10, 34, 34],
  [`${label} == ${label}`, 5],
  ['sets.contains([], [])', 21],
  ['sets.contains([1], [1, 1])', 23],
  ['sets.contains([1, 2, 3, 4], [2, 3])', 29],
  ['sets.contains([1, 2.0, 3u], [1.0, 2u, 3])', 30],
  ['sets.contains([[1], [2, 3]], [[2, 3.0]])', 53],
  ['!sets.contains([1], ["1", 1])', 24],
  ['sets.equivalent([1, 2, 3], [3u, 2.0, 1])', 39],
  ['sets.equivalent([[1.0], [2, 3]], [[1], [2, 3.0]])', 69],
  ['!sets.equivalent([1, 2], [2u, 2, 2.0])', 34],
  ['sets.intersects([[1], [2, 3]], [[1, 2], [2, 3.0]])', 65],
  ['!sets.intersects([1], [])', 22],
  ['semver("1.0.0")', 1],
  ['isSemver("1234.56789012345.67890123456789")', 4],
  ['semver("1.2.3").major()', 2],
  ['semver("1.0.0").compareTo(semver("1.2.3"))', 3],
  ["{'a': 1, 'b': 2}.all(k, v, v > 0)", 41, 37, 41],
  ["{'a': 1, 'b': 2}.exists(k, v, v > 0)", 40, 39, 43],
  ["{'a': 1, 'b': 2}.existsOne(k, v, v > 0)", 40, 38, 40],
  ["{'a': 1, 'b': 2}.transformMap(k, v, v + 1)", 71],
  ["{'a': 1, 'b': 2}.transformMap(k, v, v < 5, v + 1)", 75, 67, 75],
  ["{'a': 1, 'b': 2}.transformMapEntry(k, v, {k: v + 1})", 131],
  ["{'a': 1, 'b': 2}.transformMapEntry(k, v, v < 5, {k: v + 1})", 135, 67, 135],
  ['[1, 2].all(i, v, v > 0)', 21, 17, 21],
  ['[1, 2].exists(i, v, v > 0)', 20, 19, 23],
  ['[1, 2].existsOne(i, v, v > 0)', 20, 18, 20],
  ['[1, 2].transformList(i, v, v + 1)', 49],
  ['[1, 2].transformList(i, v, v < 5, v + 1)', 53, 27, 53],
];

describe('costs that Kubernetes documents', () => {
  for (const [expression, runtime, min = runtime, max = runtime] of documented) {
    it(expression, () => {
      const program = environment.compile(expression);
      const budget = new CostBudget(10_000_000);
      program.evaluateValue({ authorizer: permissive }, budget);
      assert.deepEqual({ runtime: budget.used, ...program.estimatedCost }, { runtime, min, max });
    });
  }
});

describe('estimates from schemas', () => {
  const self = typeOfSchema({
    type: 'object',
    properties: {
      name: { type: 'string', maxLength: 10 },
      free: { type: 'string' },
      list: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 20 } },
      unbounded: { type: 'array', items: { type: 'array', items: { type: 'string' } } },
      map: { type: 'object', maxProperties: 3, additionalProperties: { type: 'integer' } },
    },
  });
  const bounded = new CelEnvironment({ variables: { self }, libraries: kubernetesLibraries });
  const estimates: readonly (readonly [string, number, number])[] = [
    ["self.name == 'abc'", 3, 3],
    ["self.name.startsWith('abc')", 3, 3],
    ["self.name.contains('abc')", 2, 3],
    ['self.name.matches(".*x.*")', 4, 6],
    ['self.list.all(x, x.size() > 1)', 3, 33],
    ['self.list.all(x, self.map.all(k, self.map[k] > 0))', 3, 153],
    ["'abc' in self.list", 2, 7],
  ];
  for (const [expression, min, max] of estimates) {
    it(expression, () => assert.deepEqual(bounded.compile(expression).estimatedCost, { min, max }));
  }

  it('are large where nothing but the size of a request bounds them, and infinite for dyn', () => {
    const { max } = bounded.compile('self.unbounded.all(x, x.all(y, y.size() > 1))').estimatedCost;
    assert.ok(max > 1e12 && Number.isFinite(max), String(max));
    const dynamic = new CelEnvironment({ variables: { self: { kind: 'dyn' } } });
    assert.equal(dynamic.compile('self.all(x, true)').estimatedCost.max, Infinity);
  });
});
