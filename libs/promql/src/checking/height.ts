import { childrenOf } from '../syntax/children.ts';
import type { Expression } from '../syntax/expression.ts';

/**
 * How many expressions are within each other at most: who recurses through an expression needs stack for that many. This does not recurse,
 * since it is what finds out.
 */
export function heightOf(expression: Expression): number {
  let height = 0;
  let level: readonly Expression[] = [expression];
  for (; level.length > 0; height++) level = level.flatMap(childrenOf);
  return height;
}
