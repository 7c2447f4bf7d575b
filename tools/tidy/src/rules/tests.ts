import type { Node } from 'oxc-parser';
import type { Rule } from '../rule.ts';
import { moduleReferences } from '../specifiers.ts';

const TEST_FUNCTIONS: ReadonlySet<string> = new Set(['test', 'it', 'describe', 'suite']);

/** A test waits for a state, with a bound; how long that takes is not its business. */
export const sleeps: Rule = {
  name: 'sleep',
  check(file, report) {
    if (!file.path.endsWith('.test.ts')) return;
    const remedy = 'wait for the state, with a bound, through a waiting function of the test support';
    for (const { specifier, offset } of moduleReferences(file)) {
      if (specifier === 'node:timers/promises') report(offset, 'a test that can sleep', remedy);
    }
    for (const { node } of file.nodes) {
      if (node.type !== 'NewExpression' || node.callee.type !== 'Identifier') continue;
      if (node.callee.name !== 'Promise') continue;
      const [executor] = node.arguments;
      if (executor !== undefined && resolvesByTimer(executor))
        report(node.start, 'a test that sleeps', remedy);
    }
  },
};

/** A test that does not run says why, and no test keeps the others from running. */
export const skips: Rule = {
  name: 'skip',
  check(file, report) {
    if (!file.isTest) return;
    for (const { node } of file.nodes) {
      if (node.type !== 'CallExpression') continue;
      const variant = testVariant(node.callee);
      if (variant === 'only') report(node.start, 'only this test would run', 'remove .only');
      if (variant === 'skip' || variant === 'todo') {
        report(
          node.start,
          `.${variant} without a reason`,
          "give the reason: { skip: 'kubectl is not on PATH' }",
        );
      }
      if (testVariant(node.callee) === undefined && !isTestFunction(node.callee)) continue;
      for (const argument of node.arguments) {
        if (argument.type !== 'ObjectExpression') continue;
        for (const property of argument.properties) {
          if (property.type !== 'Property' || property.key.type !== 'Identifier') continue;
          const isTrue = property.value.type === 'Literal' && property.value.value === true;
          if (isTrue && /^(only|skip|todo)$/.test(property.key.name)) {
            report(
              property.start,
              `${property.key.name}: true gives no reason`,
              'give the reason as a string',
            );
          }
        }
      }
    }
  },
};

function isTestFunction(callee: Node): boolean {
  return callee.type === 'Identifier' && TEST_FUNCTIONS.has(callee.name);
}

/** `skip` of `test.skip`. */
function testVariant(callee: Node): string | undefined {
  if (callee.type !== 'MemberExpression' || !isTestFunction(callee.object)) return undefined;
  return callee.property.type === 'Identifier' ? callee.property.name : undefined;
}

/** `(resolve) => setTimeout(resolve, ms)`, with or without braces. */
function resolvesByTimer(executor: Node): boolean {
  if (executor.type !== 'ArrowFunctionExpression') return false;
  const [resolve] = executor.params;
  if (resolve?.type !== 'Identifier') return false;
  const statements: readonly Node[] =
    executor.body.type === 'BlockStatement' ? executor.body.body : [executor.body];
  const [only] = statements;
  if (statements.length !== 1 || only === undefined) return false;
  const call = only.type === 'ExpressionStatement' ? only.expression : only;
  if (
    call.type !== 'CallExpression' ||
    call.callee.type !== 'Identifier' ||
    call.callee.name !== 'setTimeout'
  ) {
    return false;
  }
  const [callback] = call.arguments;
  return callback?.type === 'Identifier' && callback.name === resolve.name;
}
