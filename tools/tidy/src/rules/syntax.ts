import type { Node } from 'oxc-parser';
import type { Rule } from '../rule.ts';

/** The parser's own errors: a file that does not parse cannot be held to any rule. */
export const parses: Rule = {
  name: 'syntax',
  check(file, report) {
    if (file.syntaxError !== undefined) {
      report(file.syntaxError.offset, file.syntaxError.message, 'put the syntax right');
    }
  },
};

/** One name for one thing, everywhere. */
export const namedExports: Rule = {
  name: 'named-exports',
  check(file, report) {
    for (const { node } of file.nodes) {
      const isDefault =
        node.type === 'ExportDefaultDeclaration' ||
        (node.type === 'ExportSpecifier' &&
          node.exported.type === 'Identifier' &&
          node.exported.name === 'default');
      if (isDefault) report(node.start, 'a default export', 'export it by its name');
    }
  },
};

/** The type checker is believed, not silenced; what comes from outside is checked against a schema. */
export const typeEscapes: Rule = {
  name: 'type-escape',
  check(file, report) {
    for (const { node } of file.nodes) {
      if (node.type === 'TSNonNullExpression') {
        report(
          node.end - 1,
          'a non-null assertion',
          'handle the absent value, or prove its presence with invariant()',
        );
      } else if ('definite' in node && node.definite) {
        report(node.start, 'a definite assignment', 'initialise it, or make it optional');
      } else if (node.type === 'TSAsExpression' || node.type === 'TSTypeAssertion') {
        if (node.typeAnnotation.type === 'TSAnyKeyword') {
          report(node.start, 'a cast to any', 'name the type, or use unknown and narrow it');
        } else if (node.typeAnnotation.type !== 'TSUnknownKeyword' && isOutsideInput(node.expression)) {
          report(node.start, 'a cast of parsed input', 'take it as unknown and check it against a schema');
        }
      }
    }
    for (const comment of file.comments) {
      if (/^\s*@ts-(ignore|nocheck|expect-error)\b/.test(comment.value) && !file.isTest) {
        report(comment.start, 'the type checker is silenced', 'put the types right');
      }
    }
  },
};

/** Calls of `JSON.parse` and of a response's or request's `.json()`, awaited or not. */
function isOutsideInput(expression: Node): boolean {
  if (expression.type === 'AwaitExpression') return isOutsideInput(expression.argument);
  if (expression.type === 'ParenthesizedExpression') return isOutsideInput(expression.expression);
  if (expression.type !== 'CallExpression' || expression.callee.type !== 'MemberExpression') return false;
  const { object, property } = expression.callee;
  if (property.type !== 'Identifier') return false;
  if (property.name === 'json') return expression.arguments.length === 0;
  return property.name === 'parse' && object.type === 'Identifier' && object.name === 'JSON';
}
