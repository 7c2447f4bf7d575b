import type { Node } from 'oxc-parser';
import type { Rule } from '../rule.ts';
import type { PlacedNode } from '../source.ts';

const FILE_LINES_MAX = 500;
const FUNCTION_LINES_MAX = 70;

/** A file holds one concept; beyond this length it is sure to hold two. */
export const fileLength: Rule = {
  name: 'file-length',
  check(file, report) {
    const lines = file.lineAt(file.text.length) - (file.text.endsWith('\n') ? 1 : 0);
    if (lines > FILE_LINES_MAX) {
      report(
        0,
        `${lines} lines, more than ${FILE_LINES_MAX}`,
        'split the file at its second concept (aim: 400)',
      );
    }
  },
};

/** A function fits on a screen. Suites of tests are lists, not functions, and may be longer. */
export const functionLength: Rule = {
  name: 'function-length',
  check(file, report) {
    for (const placed of file.nodes) {
      const { node, parent } = placed;
      if (
        node.type !== 'FunctionDeclaration' &&
        node.type !== 'FunctionExpression' &&
        node.type !== 'ArrowFunctionExpression'
      ) {
        continue;
      }
      // A method's node begins at its parameters; its name and modifiers belong to it.
      const start = parent?.type === 'MethodDefinition' ? parent.start : node.start;
      const lines = file.lineAt(node.end) - file.lineAt(start) + 1;
      if (lines <= FUNCTION_LINES_MAX || isSuite(placed) || (file.isTest && registersTests(node))) continue;
      report(start, `a function of ${lines} lines, more than ${FUNCTION_LINES_MAX}`, 'split it by its steps');
    }
  },
};

function isSuite({ parent }: PlacedNode): boolean {
  return (
    parent?.type === 'CallExpression' &&
    parent.callee.type === 'Identifier' &&
    (parent.callee.name === 'describe' || parent.callee.name === 'suite')
  );
}

/** A function that lists tests for whatever it is given: one suite, many implementations. */
function registersTests(node: Node): boolean {
  if (!('body' in node) || node.body === null || Array.isArray(node.body)) return false;
  if (typeof node.body !== 'object' || node.body.type !== 'BlockStatement') return false;
  return node.body.body.some(
    (statement) =>
      statement.type === 'ExpressionStatement' &&
      statement.expression.type === 'CallExpression' &&
      statement.expression.callee.type === 'Identifier' &&
      /^(test|it|describe|suite)$/.test(statement.expression.callee.name),
  );
}
