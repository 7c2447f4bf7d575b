import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CelEnvironment,
  CelEvaluationError,
  CostBudget,
  celTypes,
  kubernetesLibraries,
  LazyObject,
  objectType,
  runtimeCostBudget,
} from '../src/index.ts';

const { dyn, int } = celTypes;
const environment = new CelEnvironment({
  libraries: kubernetesLibraries,
  variables: { made: objectType('test.Made', { one: int, two: int, broken: int }), any: dyn, n: int },
});
const names = new Map([
  ['one', 0],
  ['two', 1],
  ['broken', 2],
]);

/** Works an expression out, and tells which properties were asked for. */
function run(expression: string): { value: unknown; asked: number[]; cost: number } {
  const asked: number[] = [];
  const budget = new CostBudget(runtimeCostBudget);
  const made = new LazyObject(names, (place) => {
    asked.push(place);
    if (place === 2) throw new CelEvaluationError('it is broken');
    // An evaluation within an evaluation, as of a variable of a policy.
    return environment.compile('[n, n].map(x, x * 2)[1]').evaluateValue({ n: place + 1 }, budget);
  });
  const value = environment.compile(expression).evaluate({ made, any: made, n: 7 }, budget);
  return { value, asked, cost: budget.used };
}

describe('an object whose properties are worked out when they are read', () => {
  for (const [expression, value, asked] of [
    ['made.one + made.one + n', 11n, [0]],
    ['[1, 2].map(x, made.two + x + n)', [12n, 13n], [1]],
    ['n > 0 || made.broken > 0', true, []],
    ['made.broken > 0 || made.broken > 1 || n > 0', true, [2]],
    ['has(made.one) && made.?two.orValue(0) == 4', true, [0, 1]],
    ["any['two']", 4n, [1]],
    ['any.size()', 3n, []],
    ["any.map(name, name).join(',')", 'one,two,broken', []],
    ["'three' in any", false, []],
    ["any.?three.orValue('none')", 'none', []],
    ['type(any) == map', true, []],
  ] as const) {
    test(expression, () => {
      const found = run(expression);
      deepEqual(found.value, value);
      deepEqual(found.asked, asked);
    });
  }

  test('throws the error of a property wherever it is read', () => {
    throws(() => run('made.broken + made.one'), /it is broken/);
  });

  test('has no properties but its own', () => {
    throws(() => run('any.constructor'), /no such key: constructor/);
  });

  test('costs what it takes to work its properties out, once', () => {
    const once = run('made.one > 0').cost;
    equal(run('made.one > 0 && made.one > 0').cost < 2 * once, true);
  });
});
