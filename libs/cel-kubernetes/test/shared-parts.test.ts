import { deepEqual, equal, notEqual, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FieldSelection } from '../src/evaluation/access.ts';
import { Constant } from '../src/evaluation/literal.ts';
import { Local, Variable } from '../src/evaluation/name.ts';
import { sharedParts } from '../src/evaluation/shared-parts.ts';
import { CelEnvironment, CostBudget, celTypes, kubernetesLibraries, objectType } from '../src/index.ts';
import { readDynamic } from '../src/values/read.ts';
import { readerOf } from '../src/values/reader.ts';

const { double, dyn, string, timestamp } = celTypes;

function run(expression: string, type: typeof dyn | typeof double, value: unknown): unknown {
  const environment = new CelEnvironment({ libraries: kubernetesLibraries, variables: { v: type } });
  return environment.compile(expression).evaluate({ v: value }, new CostBudget(1e6));
}

describe('parts of plans that are equal', () => {
  test('are one object', () => {
    const select = (name: string) =>
      sharedParts.make(FieldSelection, sharedParts.make(Variable, 'v', readDynamic), name, name, readDynamic);
    equal(select('one'), select('one'));
    notEqual(select('one'), select('two'));
    equal(sharedParts.make(Local, 1), sharedParts.make(Local, 1));
  });

  test('are not, when a value only looks the same', () => {
    const values = [0, -0, 0n, '0', '0n', false, 'false', null, 'null', undefined, 1, 1n, '#1'];
    const parts = values.map((value) => sharedParts.make(Constant, value, 0));
    equal(new Set(parts).size, values.length);
    deepEqual(
      parts.map(({ value }) => value),
      values,
    );
  });

  test('belong to one expression when something in them does', () => {
    const long = () => sharedParts.make(Constant, 'x'.repeat(10_000), 0);
    notEqual(long(), long());
    const selection = () => sharedParts.make(FieldSelection, long(), 'a', 'a', readDynamic);
    notEqual(selection(), selection());
  });

  test('are told apart by the types of what they read', () => {
    equal(run('type(v) == int', dyn, 1), true);
    equal(run('v == 1.5', double, 1.5), true);
    const text = '2026-01-01T00:00:00Z';
    const read = (type: typeof string | typeof timestamp) =>
      new CelEnvironment({
        libraries: kubernetesLibraries,
        variables: { made: objectType('test.Made', { at: type }) },
      })
        .compile('type(made.at) == string')
        .evaluate({ made: { at: text } }, new CostBudget(1e6));
    equal(read(string), true);
    equal(read(timestamp), false);
    equal(readerOf(timestamp), readerOf(timestamp));
  });

  test('keep their own patterns and signs', () => {
    equal(run("v.matches('^a+$')", dyn, 'aa'), true);
    equal(run("v.matches('^b+$')", dyn, 'aa'), false);
    equal(run('1.0 / -0.0', dyn, 0), Number.NEGATIVE_INFINITY);
    equal(run('1.0 / 0.0', dyn, 0), Number.POSITIVE_INFINITY);
    throws(() => run('v + 1', dyn, 'text'), /no such overload/);
  });

  test('may be more than the table holds', () => {
    for (let i = 0; i < 30_000; i++) sharedParts.make(Local, i);
    notEqual(sharedParts.make(Local, 29_999), sharedParts.make(Local, 29_998));
    equal(sharedParts.make(Local, 29_999), sharedParts.make(Local, 29_999));
  });
});
