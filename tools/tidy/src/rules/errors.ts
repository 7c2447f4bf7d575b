import type { Node } from 'oxc-parser';
import type { Rule } from '../rule.ts';
import type { SourceFile } from '../source.ts';

const TEXT_MATCHERS: ReadonlySet<string> = new Set(['includes', 'startsWith', 'endsWith', 'match', 'search']);

/** A failure is handled, passed on, or its harmlessness explained. */
export const swallowedErrors: Rule = {
  name: 'swallowed-error',
  check(file, report) {
    for (const { node } of file.nodes) {
      if (node.type === 'CatchClause' && node.body.body.length === 0 && !hasComment(file, node.body)) {
        report(node.start, 'an empty catch', 'handle the error, or say in a comment why it does not matter');
      }
      if (node.type === 'CallExpression' && isNamedMember(node.callee, 'catch')) {
        const [handler] = node.arguments;
        if (handler?.type !== 'ArrowFunctionExpression' || handler.body.type !== 'BlockStatement') continue;
        if (handler.body.body.length === 0 && !hasComment(file, handler.body)) {
          report(
            handler.start,
            'an empty catch',
            'handle the error, or say in a comment why it does not matter',
          );
        }
      }
    }
  },
};

/** The text of an error is for people; programs look at its code or class. */
export const errorText: Rule = {
  name: 'error-text',
  check(file, report) {
    if (file.isTest) return;
    for (const { node } of file.nodes) {
      const isMatch =
        (node.type === 'CallExpression' &&
          node.callee.type === 'MemberExpression' &&
          node.callee.property.type === 'Identifier' &&
          TEXT_MATCHERS.has(node.callee.property.name) &&
          isErrorMessage(node.callee.object)) ||
        (node.type === 'CallExpression' &&
          isNamedMember(node.callee, 'test') &&
          node.arguments.some((argument) => isErrorMessage(argument))) ||
        (node.type === 'BinaryExpression' &&
          /^[!=]==?$/.test(node.operator) &&
          (isErrorMessage(node.left) || isErrorMessage(node.right)));
      if (isMatch) report(node.start, 'matching on the text of an error', 'match on its code or class');
    }
  },
};

function hasComment(file: SourceFile, block: Node): boolean {
  return file.comments.some((comment) => comment.start > block.start && comment.end < block.end);
}

function isNamedMember(node: Node, name: string): boolean {
  return (
    node.type === 'MemberExpression' && node.property.type === 'Identifier' && node.property.name === name
  );
}

/** `error.message`, by the names that errors go by. */
function isErrorMessage(node: Node): boolean {
  return (
    node.type === 'MemberExpression' &&
    isNamedMember(node, 'message') &&
    node.object.type === 'Identifier' &&
    /^(e|err|error|cause|reason|failure|exception)$|(Error|Cause)$/.test(node.object.name)
  );
}
