import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  CelEnvironment,
  CelEvaluationError,
  CelUnknown,
  CostBudget,
  celTypes,
  kubernetesLibraries,
  listOf,
  mapOf,
  runtimeCostBudget,
  UnknownValue,
} from '../src/index.ts';

const { dyn, string } = celTypes;
const environment = new CelEnvironment({
  variables: {
    x: dyn,
    y: dyn,
    o: dyn,
    texts: listOf(celTypes.timestamp),
    labels: mapOf(string, celTypes.double),
  },
  libraries: kubernetesLibraries,
});

const o = {
  known: 1,
  size: new UnknownValue(['o.size']),
  list: [1, new UnknownValue(['o.list[1]']), 3],
  map: { a: 'A', b: new UnknownValue(['o.map.b']) },
  deep: {
    rules: [
      { port: 22, open: new UnknownValue(['o.deep.rules[0].open']) },
      { port: 80, open: true },
    ],
  },
};

function run(expression: string, variables: Readonly<Record<string, unknown>> = {}): unknown {
  const values = { x: new UnknownValue(['x']), y: new UnknownValue(['y']), o, ...variables };
  return environment.compile(expression).evaluate(values, new CostBudget(runtimeCostBudget));
}

function unknownOf(expression: string, variables?: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    return [`decided: ${String(run(expression, variables))}`];
  } catch (error) {
    if (error instanceof CelUnknown) return error.attributes;
    return [`error: ${String(error)}`];
  }
}

describe('what is unknown', () => {
  it('does not matter where the other side decides', () => {
    for (const [expression, expected] of [
      ['x || true', true],
      ['true || x', true],
      ['x && false', false],
      ['false && x', false],
      ['x && y && 1 == 2', false],
      ['true ? 1 == 1 : x', true],
      ['o.list.exists(i, i == 3)', true],
      ['o.list.all(i, i < 2)', false],
      ['[x, true].exists(i, i)', undefined],
      ['o.deep.rules.exists(r, r.open && r.port == 80)', true],
      ['o.deep.rules.all(r, r.port < 100)', true],
      ['o.list.size() == 3', true],
      ['o.list[2] == 3', true],
      ['o.known == 1', true],
      ['has(o.known) && !has(o.absent)', true],
      ['o.map.a == "A"', true],
      ['"a" in o.map', true],
      ['1 in o.list', true],
      ['o.list == [1, 2]', false],
      ['o.?absent.orValue(5) == 5', true],
    ] as const) {
      if (expected === undefined) assert.ok(unknownOf(expression).includes('x'), expression);
      else assert.equal(run(expression), expected, expression);
    }
  });

  it('makes everything unknown that reads it, and says what that was', () => {
    for (const [expression, attributes] of [
      ['x', ['x']],
      ['!x', ['x']],
      ['x.a.b', ['x']],
      ['x && true', ['x']],
      ['false || x', ['x']],
      ['x || y', ['x', 'y']],
      ['x == y', ['x']],
      ['x == x', ['x']],
      ['x != 1', ['x']],
      ['x ? true : true', ['x']],
      ['[x].size() > 0', ['x']],
      ['size(x)', ['x']],
      ['type(x) == int', ['x']],
      ['o.size > 3', ['o.size']],
      ['has(o.size)', ['o.size']],
      ['has(x.a)', ['x']],
      ['o.?size.orValue(1) == 1', ['o.size']],
      ['o.list == [1, 2, 3]', ['o.list[1]']],
      ['o.list[1] == 2', ['o.list[1]']],
      ['3 in o.list', ['o.list[1]']],
      ['"b" in o.map', ['o.map.b']],
      ['o.map == {"a": "A", "b": "B"}', ['o.map.b']],
      ['o.list + [4]', ['o.list[1]']],
      ['o.list.filter(i, i > 1)', ['o.list[1]']],
      ['o.list.map(i, i)', ['o.list[1]']],
      ['o.list.exists_one(i, i == 3)', ['o.list[1]']],
      ['o.list.all(i, i > 0)', ['o.list[1]']],
      ['o.list.exists(i, i == 7)', ['o.list[1]']],
      ['o.deep.rules.all(r, r.open)', ['o.deep.rules[0].open']],
      ['sets.contains(o.list, [7])', ['o.list[1]']],
      ['o.list.sum()', ['o.list[1]']],
      ['x.all(i, i > 0)', ['x']],
      ['optional.of(x).hasValue()', ['x']],
    ] as const) {
      assert.deepEqual(unknownOf(expression), attributes, expression);
    }
  });

  it('goes before an error in && and ||, on whichever side it is', () => {
    for (const expression of ['x || 1/0 == 1', '1/0 == 1 || x', 'x && 1/0 == 1', '1/0 == 1 && x']) {
      assert.deepEqual(unknownOf(expression), ['x'], expression);
    }
    assert.throws(() => run('1/0 + x'), /division by zero/);
    assert.throws(
      () => run('[1/0 == 1, false].exists(i, i)'),
      (error) => error instanceof CelEvaluationError && !(error instanceof CelUnknown),
    );
  });

  it('is met by values of declared types, too', () => {
    const moments = { texts: ['2026-01-01T00:00:00Z', new UnknownValue(['texts[1]'])] };
    assert.equal(run('texts.exists(t, t.getFullYear() == 2026)', moments), true);
    assert.deepEqual(unknownOf('texts.all(t, t.getFullYear() == 2026)', moments), ['texts[1]']);
    assert.deepEqual(unknownOf('labels.a + 1.0 > 2.0', { labels: { a: new UnknownValue(['labels.a']) } }), [
      'labels.a',
    ]);
    assert.deepEqual(unknownOf('labels.size() > 0', { labels: new UnknownValue(['labels']) }), ['labels']);
  });

  it('names a bounded number of attributes', () => {
    const many = Array.from({ length: 500 }, (_, i) => new UnknownValue([`[${i}]`]));
    assert.equal(unknownOf('x.exists(i, i == 1)', { x: many }).length, 16);
  });
});

/** Conditions over a, b and c, where an error may be anywhere. */
const condition = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'a',
      'b',
      'c',
      'true',
      'false',
      'a == b',
      'b != c',
      '1/0 == 1',
      'l[0]',
      'm.k == a',
      'l == [b, c]',
    ),
    fc.tuple(tie('node'), tie('node')).map(([left, right]) => `(${left} && ${right})`),
    fc.tuple(tie('node'), tie('node')).map(([left, right]) => `(${left} || ${right})`),
    tie('node').map((one) => `!(${one})`),
    fc.tuple(tie('node'), tie('node'), tie('node')).map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
    fc
      .tuple(fc.constantFrom('exists', 'all', 'exists_one'), tie('node'))
      .map(([macro, one]) => `l.${macro}(i, i && ${one})`),
    tie('node').map((one) => `(l.filter(i, i || ${one}).size() == 2)`),
    tie('node').map((one) => `(${one} in l)`),
  ),
})).node;

const space = new CelEnvironment({
  variables: { a: dyn, b: dyn, c: dyn, l: dyn, m: dyn },
  libraries: kubernetesLibraries,
});

describe('a result beside unknown values', () => {
  it('is the result whatever they turn out to be', () => {
    const given = fc.constantFrom(true, false, undefined);
    fc.assert(
      fc.property(condition, given, given, given, (expression, a, b, c) => {
        const program = space.compile(expression, { check: false });
        const evaluate = (values: readonly unknown[]): unknown => {
          const [a, b, c] = values;
          const variables = { a, b, c, l: [b, c], m: { k: c } };
          return program.evaluate(variables, new CostBudget(runtimeCostBudget));
        };
        const all = [a, b, c];
        let result: unknown;
        try {
          result = evaluate(all.map((one, i) => one ?? new UnknownValue([`v${i}`])));
        } catch (error) {
          if (error instanceof CelEvaluationError) return;
          throw error;
        }
        for (let bits = 0; bits < 8; bits++) {
          const filled = all.map((one, i) => one ?? (bits & (1 << i)) !== 0);
          assert.equal(evaluate(filled), result, `${expression} with ${filled.join()}`);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
