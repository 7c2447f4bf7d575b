import { childrenOf } from './children.ts';
import type { BinaryExpression, Expression } from './expression.ts';
import {
  printAggregationHead,
  printExpression,
  printOperator,
  printSubquerySuffix,
} from './print-expression.ts';

/** Longest expression that stays on one line, in bytes. */
const lineLengthMax = 100;

/**
 * Prints an expression over as many lines as it needs, indented by two spaces a level: what the format_query path of the HTTP API answers.
 * Spec: Prometheus 3.14, promql/parser/prettier.go.
 */
export function formatExpression(expression: Expression): string {
  return format(expression, 0);
}

function format(expression: Expression, level: number): string {
  const indent = '  '.repeat(level);
  if (expression.kind === 'unary') {
    return `${indent}${expression.operator}${format(expression.operand, level).trim()}`;
  }
  const line = shortLine(expression);
  if (expression.kind === 'subquery') {
    // Prometheus does not indent a subquery that fits.
    return line ?? format(expression.expression, level) + printSubquerySuffix(expression);
  }
  if (line !== undefined) return indent + line;
  const inner = level + 1;
  switch (expression.kind) {
    case 'aggregation': {
      const { parameter, expression: operand } = expression;
      const first = parameter ? `${format(parameter, inner)},\n` : '';
      return `${indent}${printAggregationHead(expression)}(\n${first}${format(operand, inner)}\n${indent})`;
    }
    case 'call': {
      const args = expression.arguments.map((argument) => format(argument, inner)).join(',\n');
      return `${indent}${expression.function.name}(\n${args}\n${indent})`;
    }
    case 'parentheses':
      return `${indent}(\n${format(expression.expression, inner)}\n${indent})`;
    case 'binary':
      return formatOperation(expression, level);
    default:
      return indent + printExpression(expression);
  }
}

/** The expression on one line, if that is short enough. What is too long for sure is not printed anew at each level. */
function shortLine(expression: Expression): string | undefined {
  const pending = [expression];
  for (let count = 0; pending.length > 0; count++) {
    if (count > lineLengthMax) return undefined;
    pending.push(...pending.splice(-1).flatMap(childrenOf));
  }
  const line = printExpression(expression);
  return new TextEncoder().encode(line).length <= lineLengthMax ? line : undefined;
}

function formatOperation(operation: BinaryExpression, level: number): string {
  const left = format(operation.left, level + 1);
  return `${left}\n${'  '.repeat(level)}${printOperator(operation)}\n${format(operation.right, level + 1)}`;
}
