import type { Expression, ValueType } from '../syntax/expression.ts';

/** What an expression evaluates to. */
export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'vector-selector':
    case 'aggregation':
      return 'vector';
    case 'matrix-selector':
    case 'subquery':
      return 'matrix';
    case 'call':
      return expression.function.returnType;
    case 'binary':
      return expression.type;
    case 'unary':
      return typeOf(expression.operand);
    case 'parentheses':
      return typeOf(expression.expression);
  }
}

/** How messages name a type. */
export function describeType(type: ValueType): string {
  if (type === 'vector') return 'instant vector';
  return type === 'matrix' ? 'range vector' : type;
}
