import { goPow } from '../../functions/go-math.ts';
import type { BinaryOperator } from '../../syntax/expression.ts';

/** Arithmetic of two numbers; undefined for operators that compare or are not for numbers. */
export function arithmeticOf(
  operator: BinaryOperator,
): ((left: number, right: number) => number) | undefined {
  switch (operator) {
    case '+':
      return (left, right) => left + right;
    case '-':
      return (left, right) => left - right;
    case '*':
      return (left, right) => left * right;
    case '/':
      return (left, right) => left / right;
    case '%':
      return (left, right) => left % right;
    case '^':
      return goPow;
    case 'atan2':
      return Math.atan2;
    default:
      return undefined;
  }
}

/** Comparison of two numbers; undefined for other operators. */
export function comparisonOf(
  operator: BinaryOperator,
): ((left: number, right: number) => boolean) | undefined {
  switch (operator) {
    case '==':
      return (left, right) => left === right;
    case '!=':
      return (left, right) => left !== right;
    case '<':
      return (left, right) => left < right;
    case '<=':
      return (left, right) => left <= right;
    case '>':
      return (left, right) => left > right;
    case '>=':
      return (left, right) => left >= right;
    default:
      return undefined;
  }
}

/** An operator between scalars: comparisons give 0 or 1. */
export function scalarOperation(operator: BinaryOperator, left: number, right: number): number {
  const arithmetic = arithmeticOf(operator);
  if (arithmetic) return arithmetic(left, right);
  const comparison = comparisonOf(operator);
  if (!comparison) throw new TypeError(`operator ${operator} is not for scalars`);
  return comparison(left, right) ? 1 : 0;
}
