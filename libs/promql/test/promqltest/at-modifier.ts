import { timeDependentFunctions } from '../../src/engine/planner.ts';
import type { Expression } from '../../src/syntax/expression.ts';

/**
 * The same query with `@` and a time on every selector that has none, so that it may be asked at any time; undefined when its result
 * depends on the time all the same.
 */
export function pinned(expression: Expression, timestampMs: number): Expression | undefined {
  return dependsOnTime(expression) ? undefined : pin(expression, timestampMs);
}

function pin(expression: Expression, timestampMs: number): Expression {
  switch (expression.kind) {
    case 'vector-selector':
      return { ...expression, at: expression.at ?? { timestampMs } };
    case 'matrix-selector': {
      const { selector } = expression;
      return { ...expression, selector: { ...selector, at: selector.at ?? { timestampMs } } };
    }
    case 'subquery':
      // What is inside a subquery that has a time is left alone.
      return { ...expression, at: expression.at ?? { timestampMs } };
    case 'call':
      return {
        ...expression,
        arguments: expression.arguments.map((argument) => pin(argument, timestampMs)),
      };
    case 'aggregation': {
      const { parameter } = expression;
      const inner = pin(expression.expression, timestampMs);
      return parameter
        ? { ...expression, expression: inner, parameter: pin(parameter, timestampMs) }
        : { ...expression, expression: inner };
    }
    case 'binary': {
      const left = pin(expression.left, timestampMs);
      return { ...expression, left, right: pin(expression.right, timestampMs) };
    }
    case 'unary':
      return { ...expression, operand: pin(expression.operand, timestampMs) };
    case 'parentheses':
      return { ...expression, expression: pin(expression.expression, timestampMs) };
    case 'number':
    case 'string':
      return expression;
  }
}

function dependsOnTime(expression: Expression): boolean {
  switch (expression.kind) {
    case 'call':
      return timeDependentFunctions.has(expression.function.name) || expression.arguments.some(dependsOnTime);
    case 'subquery':
    case 'parentheses':
      return dependsOnTime(expression.expression);
    case 'aggregation': {
      const { parameter } = expression;
      return dependsOnTime(expression.expression) || (!!parameter && dependsOnTime(parameter));
    }
    case 'binary':
      return dependsOnTime(expression.left) || dependsOnTime(expression.right);
    case 'unary':
      return dependsOnTime(expression.operand);
    default:
      return false;
  }
}
