import type { Duration, DurationExpression } from '../syntax/expression.ts';
import { refuse } from './query-error.ts';

/** What `step()` and `range()` stand for in durations. */
export interface DurationContext {
  /** 0 for an instant query. */
  readonly stepMs: number;
  readonly rangeMs: number;
}

const secondsMax = 2 ** 63 / 1e9;

/**
 * The length of a duration in milliseconds.
 * Spec: Prometheus 3.14, promql/durations.go.
 * @throws QueryError when it is not finite, or not positive where it has to be.
 */
export function millisecondsOf(
  duration: Duration,
  context: DurationContext,
  sign: 'any' | 'positive',
): number {
  if (typeof duration === 'number') return duration;
  const seconds = secondsOf(duration, context);
  const where = `${duration.range.start}:${duration.range.end}`;
  if (!Number.isFinite(seconds)) refuse(`${where}: duration is NaN or infinite`);
  if (seconds <= 0 && sign === 'positive') refuse(`${where}: duration must be greater than 0`);
  if (Math.abs(seconds) > secondsMax) refuse(`${where}: duration is out of range`);
  return Math.trunc(seconds * 1000);
}

function secondsOf(expression: DurationExpression, context: DurationContext): number {
  switch (expression.kind) {
    case 'duration-literal':
      return expression.ms / 1000;
    case 'duration-step':
      return context.stepMs / 1000;
    case 'duration-range':
      return context.rangeMs / 1000;
    case 'duration-operation':
      return operation(expression, context);
  }
}

function operation(
  { operator, left, right, range }: DurationExpression & { kind: 'duration-operation' },
  context: DurationContext,
): number {
  const one = left ? secondsOf(left, context) : 0;
  const other = secondsOf(right, context);
  const where = `${range.start}:${range.end}`;
  switch (operator) {
    case '+':
      return one + other;
    case '-':
      return one - other;
    case '*':
      return one * other;
    case '/':
      return other === 0 ? refuse(`${where}: division by zero`) : one / other;
    case '%':
      return other === 0 ? refuse(`${where}: modulo by zero`) : one % other;
    case '^':
      return one ** other;
    case 'min':
      return Math.min(one, other);
    case 'max':
      return Math.max(one, other);
  }
}
