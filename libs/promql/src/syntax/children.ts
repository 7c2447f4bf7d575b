import type { Expression } from './expression.ts';

/** The expressions right within an expression, in the order in which they are written. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'number':
    case 'string':
    case 'vector-selector':
      return [];
    case 'matrix-selector':
      return [expression.selector];
    case 'subquery':
    case 'parentheses':
      return [expression.expression];
    case 'unary':
      return [expression.operand];
    case 'call':
      return expression.arguments;
    case 'aggregation':
      return expression.parameter ? [expression.parameter, expression.expression] : [expression.expression];
    case 'binary':
      return [expression.left, expression.right];
  }
}
