import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CelEnvironment,
  CelEvaluationError,
  type CelType,
  CostBudget,
  celTypes,
  kubernetesLibraries,
  OptionalValue,
  optionalOf,
  perCallLimit,
  runtimeCostBudget,
  typeOfSchema,
} from '../src/index.ts';

/** Evaluates with variables of these types. */
function run(
  expression: string,
  types: Readonly<Record<string, CelType>>,
  values: Readonly<Record<string, unknown>>,
) {
  const environment = new CelEnvironment({ variables: types, libraries: kubernetesLibraries });
  return environment.compile(expression).evaluate(values, new CostBudget(runtimeCostBudget));
}

const { dyn, int, string } = celTypes;
const pod = {
  metadata: { name: 'web', labels: { app: 'web', 'app.kubernetes.io/name': 'web' } },
  spec: {
    replicas: 3,
    weight: 0.5,
    containers: [
      { name: 'a', resources: { limits: { cpu: '1' } } },
      { name: 'b', resources: {} },
    ],
  },
};

describe('plain JSON', () => {
  const examples: readonly (readonly [string, unknown])[] = [
    ['object.spec.replicas + 1', 4n],
    ['object.spec.weight * 2.0', 1],
    ['type(object.spec.replicas) == int && type(object.spec.weight) == double', true],
    ["object.metadata.labels['app.kubernetes.io/name']", 'web'],
    ["'app' in object.metadata.labels", true],
    ["'gone' in object.metadata.labels", false],
    ['object.spec.containers.all(c, has(c.resources.limits))', false],
    ['object.spec.containers.filter(c, !has(c.resources.limits)).map(c, c.name)', ['b']],
    ["object.spec.containers.exists_one(c, c.name == 'a')", true],
    ['object.metadata.labels.map(k, k)', ['app', 'app.kubernetes.io/name']],
    ["object.?spec.?gone.orValue('none')", 'none'],
    ['object.spec', pod.spec],
    ['object.spec == object.spec', true],
    ['object.spec.containers == [] || size(object.spec.containers) == 2', true],
    ['{1: "a"}', new Map([[1n, 'a']])],
    ['optional.none()', undefined],
    ['optional.of(1).optMap(x, optional.of(2).optMap(y, x + y).value())', 3n],
    ['object.?spec.?replicas.optFlatMap(x, x > 1 ? optional.of(x) : optional.none()).hasValue()', true],
    ['object.?spec.?gone.optMap(x, x + 1).hasValue()', false],
    ['[?object.?gone, ?object.spec.?replicas]', [3n]],
    ["{?'a': object.?gone, ?'b': object.spec.?replicas}", { b: 3n }],
    ["object.spec.containers[?5].?name.orValue('none')", 'none'],
    ['object.?metadata.name', 'web'],
    ['null', null],
  ];
  for (const [expression, expected] of examples) {
    it(expression, () => assert.deepEqual(run(expression, { object: dyn }, { object: pod }), expected));
  }

  it('is not changed or copied', () => {
    const frozen = structuredClone(pod);
    Object.freeze(frozen.spec.containers);
    assert.equal(run('object.spec.containers', { object: dyn }, { object: frozen }), frozen.spec.containers);
  });

  it('has no properties but its own', () => {
    assert.equal(
      run("has(object.toString) || 'constructor' in object", { object: dyn }, { object: {} }),
      false,
    );
    assert.throws(
      () => run('object.__proto__ == {}', { object: dyn }, { object: {} }),
      /no such key: __proto__/,
    );
  });

  it('may be nested more deeply than the stack', () => {
    let object: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) object = depth % 2 === 0 ? [object] : { a: object };
    for (const expression of [
      'object == object',
      "'%s'.format([object]) == ''",
      '[object].indexOf(object) == 0',
      'object in [object]',
    ]) {
      assert.throws(() => run(expression, { object: dyn }, { object }), CelEvaluationError, expression);
    }
  });

  it('is compared as its values are', () => {
    const equal: readonly (readonly [unknown, unknown, boolean])[] = [
      [[1, 2.5, 'x', null, true], [1, 2.5, 'x', null, true], true],
      [{ a: [1], b: {} }, { b: {}, a: [1] }, true],
      [{ a: 1 }, { b: 1 }, false],
      [{ a: 1 }, { a: 1, b: 1 }, false],
      [[1], [1, 1], false],
      [{ a: null }, { a: false }, false],
      [[], {}, false],
      [1, '1', false],
    ];
    for (const [a, b, expected] of equal) {
      assert.equal(run('a == b', { a: dyn, b: dyn }, { a, b }), expected, JSON.stringify([a, b]));
      assert.equal(run('dyn([a]) == [b]', { a: dyn, b: dyn }, { a, b }), expected, JSON.stringify([a, b]));
    }
    assert.equal(run('a == [dyn(1), dyn(2u), dyn(3.0)]', { a: dyn }, { a: [1, 2, 3] }), true);
    assert.equal(run("a == {'x': 1u}", { a: dyn }, { a: { x: 1 } }), true);
  });

  it('may lie about its type without crashing', () => {
    const lies: unknown[] = [null, 1, 'x', true, [], {}, 1.5, [null]];
    const expressions = [
      'v.size()',
      'v + 1',
      'v.all(x, x == 1)',
      'v[0]',
      'v.x',
      'v.startsWith("a")',
      'has(v.x)',
      '-v',
      'v in v',
    ];
    for (const value of lies) {
      for (const expression of expressions) {
        try {
          run(expression.replaceAll('v', 'dyn(v)'), { v: string }, { v: value });
        } catch (error) {
          assert.ok(
            error instanceof CelEvaluationError,
            `${expression} of ${JSON.stringify(value)}: ${String(error)}`,
          );
        }
      }
    }
  });
});

describe('errors', () => {
  const errors: readonly (readonly [string, RegExp])[] = [
    ['object.gone', /no such key: gone/],
    ['object.spec.gone.deeper', /no such key: gone/],
    ["object.metadata.labels['gone']", /no such key: gone/],
    ['object.spec.containers[2]', /index out of bounds: 2/],
    ['object.spec.containers[-1]', /index out of bounds: -1/],
    ['object.metadata.name + 1', /no such overload: _\+_\(string, int\)/],
    ['1 / (object.spec.replicas - 3)', /division by zero/],
    ['1 % (object.spec.replicas - 3)', /modulus by zero/],
    ['9223372036854775807 + object.spec.replicas', /integer overflow/],
    ['int(object.metadata.name)', /type conversion error: "web" is not a valid int/],
    ['object.metadata.name && true', /no such overload/],
    ['duration(object.metadata.name)', /invalid duration "web"/],
    ['missing', /no such attribute\(s\): missing/],
    ['[1, 2, 3].map(x, 6 / (x - 2))', /division by zero/],
  ];
  for (const [expression, message] of errors) {
    it(expression, () =>
      assert.throws(
        () => run(expression, { object: dyn, missing: int }, { object: pod }),
        (error) => error instanceof CelEvaluationError && message.test(error.message),
      ),
    );
  }

  it('are absorbed by what decides without them', () => {
    assert.equal(run('object.gone == 1 || true', { object: dyn }, { object: pod }), true);
    assert.equal(run('false && object.gone == 1', { object: dyn }, { object: pod }), false);
    assert.equal(run('[1, 2, 0].exists(x, 2 / x == 1)', {}, {}), true);
    assert.equal(run('[0, 1].all(x, 1 / x > 5)', {}, {}), false);
    assert.throws(() => run('[0, 1].all(x, 1 / x > 0)', {}, {}), /division by zero/);
  });

  it('leave the process as it was', () => {
    const before = Error.stackTraceLimit;
    assert.throws(() => run('1 / 0', {}, {}));
    assert.equal(Error.stackTraceLimit, before);
  });
});

describe('values of schemas', () => {
  const self = typeOfSchema({
    type: 'object',
    properties: {
      at: { type: 'string', format: 'date-time' },
      times: { type: 'array', items: { type: 'string', format: 'date-time' } },
      wait: { type: 'string', format: 'duration' },
      retention: { type: 'string', format: 'duration' },
      day: { type: 'string', format: 'date' },
      data: { type: 'string', format: 'byte' },
      count: { type: 'integer' },
      ratio: { type: 'number' },
      ratios: { type: 'array', items: { type: 'number' } },
      port: { 'x-kubernetes-int-or-string': true },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      shares: { type: 'object', additionalProperties: { type: 'number' } },
      any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      'with-dash': { type: 'string' },
      'a.b': { type: 'string' },
      namespace: { type: 'string' },
      template: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        properties: { spec: { type: 'object' } },
      },
    },
  });
  const value = {
    at: '2020-02-03T04:05:06.5Z',
    times: ['2021-01-01T00:00:00Z'],
    wait: '90s',
    retention: '2 weeks',
    day: '2020-02-03',
    data: 'aGVsbG8=',
    count: 2,
    ratio: 1,
    ratios: [1, 2.5],
    port: 'http',
    labels: { a: 'b' },
    shares: { x: 1 },
    any: { deep: [1] },
    'with-dash': 'dashed',
    'a.b': 'dotted',
    namespace: 'n',
    template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: {} },
  };
  const examples: readonly (readonly [string, unknown])[] = [
    ['self.at.getMonth()', 1n],
    ["self.at < timestamp('2021-01-01T00:00:00Z')", true],
    ['self.times[0].getFullYear()', 2021n],
    ['self.times.all(t, t > self.at)', true],
    ["timestamp('2021-01-01T00:00:00+00:00') in self.times", true],
    ['self.wait.getMinutes()', 1n],
    ['self.retention.getHours()', 336n],
    ['self.day.getDate()', 3n],
    ["self.data == b'hello'", true],
    ['self.count / 2', 1n],
    ['self.ratio / 2.0', 0.5],
    ['self.ratios.sum()', 3.5],
    ['type(self.ratios[0]) == double', true],
    ['type(self.shares.x) == double && self.shares.all(k, self.shares[k] < 2.0)', true],
    ["self.port == 'http' || self.port == 80", true],
    ["self.labels.all(k, self.labels[k] == 'b')", true],
    ['self.any.deep[0]', 1n],
    ['self.with__dash__dash', 'dashed'],
    ['self.a__dot__b', 'dotted'],
    ['self.__namespace__', 'n'],
    ['has(self.with__dash__dash)', true],
    ['self.template.metadata.name + self.template.kind', 'xPod'],
  ];
  for (const [expression, expected] of examples) {
    it(expression, () => assert.deepEqual(run(expression, { self }, { self: value }), expected));
  }

  it('keep their types in optionals', () => {
    const types = { self, oldSelf: optionalOf(self) };
    const given = { self: value, oldSelf: OptionalValue.of(value) };
    assert.equal(run('oldSelf.at.orValue(self.at) == self.at', types, given), true);
    assert.equal(run('oldSelf.hasValue() && oldSelf.value().ratio == self.ratio', types, given), true);
    assert.equal(run('oldSelf.hasValue()', types, { self: value, oldSelf: OptionalValue.none }), false);
  });

  it('keep their types on the way into another expression', () => {
    const environment = new CelEnvironment({ variables: { v: dyn }, libraries: kubernetesLibraries });
    for (const expression of [
      "duration('1s')",
      '1u',
      '[1.0]',
      "{'a': 2.0}",
      "quantity('1Gi')",
      'optional.of(1.0)',
      "b'x'",
    ]) {
      const made = environment.compile(expression).evaluateValue({}, new CostBudget(100));
      const check = environment.compile(`type(v) == type(${expression}) && v == ${expression}`);
      assert.equal(check.evaluate({ v: made }, new CostBudget(1000)), true, expression);
    }
    const list = environment.compile('[1.0]').evaluateValue({}, new CostBudget(100));
    assert.equal(
      environment.compile('type(v[0]) == double').evaluate({ v: list }, new CostBudget(100)),
      true,
    );
  });
});

describe('lists whose order means nothing', () => {
  const item = { type: 'object', properties: { name: { type: 'string' }, port: { type: 'integer' } } };
  const self = typeOfSchema({
    type: 'object',
    properties: {
      set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      map: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: item,
      },
      atomic: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: { type: 'string' } },
    },
  });
  const [a, b, c] = [
    { name: 'a', port: 1 },
    { name: 'b', port: 2 },
    { port: 3, name: 'a' },
  ];
  const value = { set: ['x', 'y'], map: [a, b], atomic: ['x', 'y'] };
  const old = { set: ['y', 'x'], map: [b, a], atomic: ['y', 'x'] };
  const examples: readonly (readonly [string, unknown])[] = [
    ['self.set == oldSelf.set', true],
    ['self.map == oldSelf.map', true],
    ['self.atomic == oldSelf.atomic', false],
    ["self.set == ['x', 'y'] && self.set != ['y', 'x']", true],
    ["self.set + ['y', 'z']", ['x', 'y', 'z']],
    ['self.map + other.map', [c, b]],
    ['self.map + oldSelf.map == oldSelf.map', true],
    ['self.map == other.map', false],
    ['self.map.exists(x, x.name == "b") && self.set.size() == 2 && "x" in self.set', true],
    ['self.map.filter(x, x.port > 1).map(x, x.name)', ['b']],
  ];
  for (const [expression, expected] of examples) {
    it(expression, () => {
      const types = { self, oldSelf: self, other: self };
      const found = run(expression, types, {
        self: value,
        oldSelf: old,
        other: { set: [], map: [c], atomic: [] },
      });
      assert.deepEqual(found, expected);
    });
  }
});

describe('budgets', () => {
  const environment = new CelEnvironment({ variables: { n: int }, libraries: kubernetesLibraries });

  it('are shared by evaluations, and counted to the unit', () => {
    const program = environment.compile('n + 1 > 0');
    const budget = new CostBudget(7);
    program.evaluate({ n: 1 }, budget);
    assert.equal(budget.used, 3);
    program.evaluate({ n: 1 }, budget);
    assert.throws(() => program.evaluate({ n: 1 }, budget), { name: 'CelCostExceeded' });
    assert.equal(budget.used, 7);
    assert.throws(() => budget.spend(1), { name: 'CelCostExceeded' });
  });

  it('are charged for evaluations that fail', () => {
    const budget = new CostBudget(100);
    assert.throws(
      () => environment.compile('n + 1 > 0 && 1 / (n - n) == 0').evaluate({ n: 1 }, budget),
      /division/,
    );
    assert.ok(budget.used > 0);
  });

  it('are not absorbed by any operator', () => {
    const program = environment.compile('[1, 2, 3].all(x, [1, 2, 3].all(y, x * y > 0)) || true');
    assert.throws(() => program.evaluate({ n: 1 }, new CostBudget(50)), { name: 'CelCostExceeded' });
  });

  it('stop one evaluation at the limit of Kubernetes', () => {
    const list = '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]';
    const nested = Array.from({ length: 7 }, (_, i) => `${list}.all(x${i}, `).join('');
    const budget = new CostBudget(runtimeCostBudget);
    assert.throws(
      () => environment.compile(`${nested}true${')'.repeat(7)}`).evaluate({}, budget),
      /actual cost limit exceeded: an evaluation may cost 1000000/,
    );
    assert.ok(budget.used >= perCallLimit && budget.used < perCallLimit + 100, String(budget.used));
  });
});
