import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sized } from '../src/checking/cel-type.ts';
import {
  CelCompileError,
  CelEnvironment,
  CelEvaluationError,
  CostBudget,
  celTypes,
  kubernetesLibraries,
  listOf,
} from '../src/index.ts';
import { conformanceCases } from './conformance-corpus.ts';
import { conformanceLibraries } from './conformance-libraries.ts';

/** An estimate is worth something only when no evaluation costs more. */
describe('estimates', () => {
  it('bound the cost of every expression of the official suite that has a value', () => {
    const environment = new CelEnvironment({ variables: {}, libraries: conformanceLibraries });
    const exceeded: string[] = [];
    let count = 0;
    for (const { test } of conformanceCases()) {
      const { expr } = test.original;
      try {
        const program = environment.compile(expr);
        const budget = new CostBudget(1e7);
        program.evaluateValue({}, budget);
        count++;
        if (budget.used > program.estimatedCost.max) exceeded.push(`${expr}: ${budget.used}`);
      } catch (error) {
        if (!(error instanceof CelCompileError) && !(error instanceof CelEvaluationError)) throw error;
      }
    }
    assert.deepEqual(exceeded, []);
    assert.ok(count > 1400, `${count} expressions`);
  });

  // Without join, of which Kubernetes estimates half of what it charges.
  it('bound the cost of expressions made at random, over variables as large as their types allow', () => {
    const environment = new CelEnvironment({
      variables: {
        n: celTypes.int,
        s: sized(celTypes.string, 30),
        l: listOf(celTypes.int, 8),
        t: listOf(sized(celTypes.string, 5), 4),
      },
      libraries: kubernetesLibraries,
    });
    const variables = {
      n: 3,
      s: 'abcdefghij'.repeat(3),
      l: [1, 2, 3, 4, 5, 6, 7, 8],
      t: ['abcde', 'fghij', 'klmno', 'pqrst'],
    };
    fc.assert(
      fc.property(expressions, (expression) => {
        const program = environment.compile(expression);
        const budget = new CostBudget(1e9);
        try {
          program.evaluateValue(variables, budget);
        } catch (error) {
          if (!(error instanceof CelEvaluationError)) throw error;
        }
        assert.ok(
          budget.used <= program.estimatedCost.max,
          `${expression}: ${budget.used}, ${program.estimatedCost.max}`,
        );
      }),
      { numRuns: 500 },
    );
  });
});

const { bool: expressions } = fc.letrec<{
  bool: string;
  int: string;
  text: string;
  ints: string;
  texts: string;
}>((tie) => ({
  bool: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('true', '(n > 2)', '(size(l) == 8)'),
    fc
      .tuple(tie('bool'), fc.constantFrom('&&', '||', '=='), tie('bool'))
      .map((parts) => `(${parts.join(' ')})`),
    fc.tuple(tie('int'), fc.constantFrom('<', '==', '>='), tie('int')).map((parts) => `(${parts.join(' ')})`),
    fc
      .tuple(tie('text'), fc.constantFrom('<', '==', '!='), tie('text'))
      .map((parts) => `(${parts.join(' ')})`),
    fc
      .tuple(tie('text'), fc.constantFrom('startsWith', 'contains', 'matches'), tie('text'))
      .map(([a, f, b]) => `${a}.${f}(${b})`),
    fc
      .tuple(tie('ints'), fc.constantFrom('all', 'exists', 'exists_one'), tie('bool'))
      .map(([l, f, b]) => `${l}.${f}(i, i > n && ${b})`),
    fc.tuple(tie('int'), tie('ints')).map(([i, l]) => `(${i} in ${l})`),
    fc.tuple(tie('texts'), tie('texts')).map(([a, b]) => `(${a} == ${b})`),
    fc.tuple(tie('ints'), tie('ints')).map(([a, b]) => `sets.contains(${a}, ${b})`),
  ),
  int: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('n', '1', '0', 'l[0]'),
    fc.tuple(tie('int'), fc.constantFrom('+', '-', '*'), tie('int')).map((parts) => `(${parts.join(' ')})`),
    tie('text').map((text) => `size(${text})`),
    tie('ints').map((list) => `${list}.sum()`),
    fc.tuple(tie('bool'), tie('int'), tie('int')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
  ),
  text: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('s', "'x'", "'a longer text'", 't[1]'),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
    fc.tuple(tie('text'), fc.constantFrom('lowerAscii', 'trim')).map(([a, f]) => `${a}.${f}()`),
    fc.tuple(tie('text'), tie('text'), tie('text')).map(([a, b, c]) => `${a}.replace(${b}, ${c})`),
    fc.tuple(tie('bool'), tie('text'), tie('text')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
  ),
  ints: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('l', '[1, 2]', '[n]'),
    fc.tuple(tie('ints'), tie('int')).map(([l, i]) => `${l}.map(j, j + ${i})`),
    fc.tuple(tie('ints'), tie('bool')).map(([l, b]) => `${l}.filter(j, j > 1 || ${b})`),
    fc.tuple(tie('ints'), tie('ints')).map(([a, b]) => `(${a} + ${b})`),
  ),
  texts: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('t', "['a', s]"),
    fc.tuple(tie('texts'), tie('text')).map(([l, x]) => `${l}.map(u, u + ${x})`),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `${a}.split(${b})`),
  ),
}));
