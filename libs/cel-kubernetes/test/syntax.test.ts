import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CelCompileError, CelEnvironment, type CelProblem, kubernetesLibraries } from '../src/index.ts';
import { macroTable, parse } from '../src/syntax/parser.ts';
import { standardMacros } from '../src/syntax/standard-macros.ts';
import { celGoCases, conformanceCases } from './conformance-corpus.ts';
import { debugText } from './debug-text.ts';

const macros = macroTable(standardMacros);
const cases = [
  ...conformanceCases(),
  ...celGoCases('parsing'),
  ...celGoCases('checking'),
  ...celGoCases('comprehension'),
];

/** The problems of an expression. */
function problemsOf(expression: string): readonly CelProblem[] {
  try {
    new CelEnvironment({ variables: {}, libraries: kubernetesLibraries }).compile(expression);
    return [];
  } catch (error) {
    if (error instanceof CelCompileError) return error.problems;
    throw error;
  }
}

describe('syntax trees', () => {
  it('are those of cel-go, for every expression of its tests and of the official suite', () => {
    const withTree = cases.filter(({ test }) => test.ast !== undefined);
    const wrong = withTree.filter(({ test: { original, ast } }) => {
      const found = debugText(parse(original.expr, macros));
      return found.replace(/\s+/g, '') !== ast?.replace(/\s+/g, '');
    });
    assert.deepEqual(
      wrong.map(({ id }) => id),
      [],
    );
    assert.equal(withTree.length, 2573);
  });

  it('are refused where cel-go refuses them', () => {
    const limited = /recursion|lookahead limit|unsupported syntax/;
    const broken = cases.filter(
      ({ test: { error = '' } }) => error.startsWith('ERROR: :') && !limited.test(error),
    );
    const accepted = broken.filter(({ test }) => problemsOf(test.original.expr).length === 0);
    assert.deepEqual(
      accepted.map(({ test }) => test.original.expr),
      [],
    );
    assert.ok(broken.length > 50, `${broken.length} expressions`);
  });
});

describe('syntax problems', () => {
  const problems: readonly (readonly [expression: string, line: number, column: number, message: RegExp])[] =
    [
      ['', 1, 1, /found <end of expression>, expected an expression/],
      ['1 +', 1, 4, /found <end of expression>/],
      ['1 + +', 1, 5, /found '\+', expected an expression/],
      ['1 + 2\n3 +', 2, 1, /found '3', expected <end of expression>/],
      ['a.b &&\n  c +', 2, 6, /found <end of expression>/],
      ["'😁' in ['😁'] && $", 1, 17, /token recognition error at: '\$'/],
      ['"never ends', 1, 1, /no closing quote/],
      ["'\\xZZ'", 1, 2, /invalid escape sequence/],
      ["'\\udead'", 1, 2, /invalid escape sequence/],
      ["b'\\u0041'", 1, 3, /invalid escape sequence/],
      ['9223372036854775808', 1, 1, /invalid int literal/],
      ['18446744073709551616u', 1, 1, /invalid uint literal/],
      ['1e999', 1, 1, /invalid double literal/],
      ['1 + while', 1, 5, /reserved identifier: while/],
      ['has(a)', 1, 5, /invalid argument to has\(\) macro/],
      ['[1].all(a.b, true)', 1, 10, /argument must be a simple name/],
      ['[1].all(__result__, true)', 1, 9, /iteration variable overwrites accumulator variable/],
      ['[1].all(i, i, true)', 1, 12, /duplicate variable name: i/],
      ['{a}', 1, 3, /found '}', expected ':'/],
      ['`a-b`', 1, 1, /expected an expression/],
    ];
  for (const [expression, line, column, message] of problems) {
    it(JSON.stringify(expression), () => {
      const [problem] = problemsOf(expression);
      assert.ok(problem);
      assert.match(problem.message, message);
      assert.deepEqual({ line: problem.line, column: problem.column }, { line, column });
    });
  }

  it('limit the depth of nesting', () => {
    assert.match(
      problemsOf(`${'('.repeat(251)}1${')'.repeat(251)}`)[0]?.message ?? '',
      /recursion limit exceeded/,
    );
    assert.deepEqual(problemsOf(`${'('.repeat(240)}1${')'.repeat(240)}`), []);
    assert.match(problemsOf('['.repeat(100_000))[0]?.message ?? '', /recursion limit exceeded/);
  });

  it('limit the depth of the tree, which chains make deep and conjunctions do not', () => {
    assert.match(problemsOf(`1${' + 1'.repeat(250)}`)[0]?.message ?? '', /recursion limit exceeded/);
    assert.deepEqual(problemsOf(`1${' + 1'.repeat(240)} > 0`), []);
    assert.deepEqual(problemsOf(`true${' && true'.repeat(10_000)}`), []);
    assert.match(problemsOf(`{}${'.a'.repeat(251)}`)[0]?.message ?? '', /recursion limit exceeded/);
    assert.match(problemsOf(`1${' + 1'.repeat(20_000)}`)[0]?.message ?? '', /recursion limit exceeded/);
    const nested = Array.from({ length: 100 }).reduce<string>(
      (inner) => `(${inner}${' + 1'.repeat(20)})`,
      '1',
    );
    assert.match(problemsOf(nested)[0]?.message ?? '', /recursion limit exceeded/);
  });

  it('limit the length of the expression', () => {
    assert.match(problemsOf(`'${'x'.repeat(100_000)}'`)[0]?.message ?? '', /size exceeds limit/);
  });
});
