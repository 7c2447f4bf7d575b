import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  CelCompileError,
  CelEnvironment,
  CelEvaluationError,
  CostBudget,
  celTypes,
  kubernetesLibraries,
} from '../src/index.ts';
import { celGoCases, conformanceCases } from './conformance-corpus.ts';
import { conformanceLibraries } from './conformance-libraries.ts';

const environment = new CelEnvironment({
  variables: { object: celTypes.dyn, n: celTypes.int, s: celTypes.string },
  libraries: kubernetesLibraries,
});

/** Compiles and evaluates; whatever is wrong has to be one of the errors of the package. */
function survive(expression: string, object: unknown, check = true): void {
  try {
    const program = environment.compile(expression, { check });
    assert.ok(
      program.estimatedCost.max >= program.estimatedCost.min || program.estimatedCost.max === Infinity,
    );
    program.evaluate({ object, n: 1, s: 'text' }, new CostBudget(100_000));
  } catch (error) {
    if (error instanceof CelCompileError) {
      for (const { line, column, message } of error.problems) {
        assert.ok(line >= 1 && column >= 1 && message !== '', `${line}:${column}: ${message}`);
      }
    } else if (!(error instanceof CelEvaluationError)) {
      throw error;
    }
  }
}

const corpus = [...conformanceCases(), ...celGoCases('parsing')].map(({ test }) => test.original.expr);
const pieces = fc.constantFrom(
  'object',
  'n',
  's',
  '.',
  '.?',
  '[',
  ']',
  '[?',
  '(',
  ')',
  '{',
  '}',
  ',',
  ':',
  '?',
  '+',
  '-',
  '*',
  '/',
  '%',
  '!',
  '==',
  '<',
  '&&',
  '||',
  'in',
  'has(',
  '.all(x,',
  '.map(x,',
  '.transformMap(k, v,',
  '1',
  '-1',
  '2u',
  '1.5',
  "'a'",
  "b'b'",
  'null',
  'true',
  'x',
  'k',
  'size(',
  '.size()',
  "duration('1s')",
  '.matches(',
  '.format(',
  '.join(',
  '.sum()',
  "quantity('1')",
  '.add(',
  'type(',
  '`a-b`',
  '\n',
  '"',
);

describe('bad input', () => {
  it('of any characters ends in errors of the package', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.json(), (text, json) =>
        survive(text, JSON.parse(json)),
      ),
    );
  });

  it('of pieces of expressions ends in errors of the package', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), fc.jsonValue(), fc.boolean(), (parts, json, check) =>
        survive(parts.join(' '), json, check),
      ),
      { numRuns: 2000 },
    );
  });

  it('made of expressions of the suites by cutting and joining ends in errors of the package', () => {
    const expression = fc.constantFrom(...corpus);
    const cut = fc
      .tuple(expression, fc.nat(), fc.nat())
      .map(([text, from, to]) => text.slice(from % (text.length + 1), to % (text.length + 1)));
    fc.assert(
      fc.property(expression, fc.nat(), cut, fc.boolean(), (text, at, inserted, check) => {
        const position = at % (text.length + 1);
        survive(text.slice(0, position) + inserted + text.slice(position), { a: 1 }, check);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the same value however often it is evaluated', () => {
    const everything = new CelEnvironment({ variables: {}, libraries: conformanceLibraries });
    for (const text of corpus.slice(0, 1500)) {
      try {
        const program = everything.compile(text);
        const [first, second] = [new CostBudget(1e6), new CostBudget(1e6)];
        assert.deepEqual(program.evaluate({}, first), program.evaluate({}, second), text);
        assert.equal(first.used, second.used, text);
      } catch (error) {
        if (!(error instanceof CelCompileError) && !(error instanceof CelEvaluationError)) throw error;
      }
    }
  });
});

describe('comprehension tests of cel-go', () => {
  const everything = new CelEnvironment({ variables: {}, libraries: conformanceLibraries });
  // Those that declare variables, use functions that only the tests have, or are there to be refused.
  const foreign =
    /\b(?:m|x|y)\b\.|flatten|sort\(|\by\[|__result__|i\.[jk]|\[1, 1\]|\[0, 0u\]|^(?:1|'')\.|bad filter|\? \[v\] : v|k, v, \[\]|1\.0, 2\.0, 2\.0|\(i, i,|upperAscii\(\) : v\)/;
  const cases = celGoCases('comprehension').filter(({ test }) => !foreign.test(test.original.expr));
  for (const { test } of cases) {
    const { expr } = test.original;
    it(expr.replace(/\s+/g, ' ').trim(), () => {
      assert.equal(everything.compile(expr).evaluate({}, new CostBudget(1e6)), true);
    });
  }

  it('are many', () => assert.ok(cases.length >= 40, `${cases.length}`));
});
