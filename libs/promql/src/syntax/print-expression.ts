import { formatFloat, formatFloatShort, quote } from '@plinth/go-format';
import {
  compareNames,
  formatDuration,
  type Matcher,
  metricNameLabel,
  quoteName,
} from '@plinth/prometheus-model';
import type {
  Aggregation,
  AtModifier,
  BinaryExpression,
  Duration,
  DurationExpression,
  Expression,
  MatrixSelector,
  NumberLiteral,
  Subquery,
  VectorMatching,
  VectorSelector,
} from './expression.ts';

/**
 * Prints an expression on one line, as Prometheus does; what is printed parses to an equal expression.
 * Spec: Prometheus 3.14, promql/parser/printer.go.
 */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return printNumber(expression);
    case 'string':
      return quote(expression.value);
    case 'vector-selector':
      return printSelector(expression);
    case 'matrix-selector':
      return printMatrix(expression);
    case 'subquery':
      return printExpression(expression.expression) + printSubquerySuffix(expression);
    case 'call':
      return `${expression.function.name}(${expression.arguments.map(printExpression).join(', ')})`;
    case 'aggregation': {
      const { parameter, expression: operand } = expression;
      const first = parameter ? `${printExpression(parameter)}, ` : '';
      return `${printAggregationHead(expression)}(${first}${printExpression(operand)})`;
    }
    case 'binary':
      return printOperations(expression);
    case 'unary':
      return expression.operator + printExpression(expression.operand);
    case 'parentheses':
      return `(${printExpression(expression.expression)})`;
  }
}

/** Operations in a row lean to the left and can be many thousands deep: no recursion there. */
function printOperations(last: BinaryExpression): string {
  const row: string[] = [];
  let first: Expression = last;
  for (; first.kind === 'binary'; first = first.left) {
    row.push(` ${printOperator(first)} ${printExpression(first.right)}`);
  }
  return printExpression(first) + row.reverse().join('');
}

/** The operator with its modifiers. */
export function printOperator({ operator, returnsBool, matching }: BinaryExpression): string {
  return `${operator}${returnsBool ? ' bool' : ''}${matching ? printMatching(matching) : ''}`;
}

function printMatching({ cardinality, labels, isOn, include, fillLeft, fillRight }: VectorMatching): string {
  let text = '';
  const isGrouped = cardinality === 'many-to-one' || cardinality === 'one-to-many';
  if (labels.length > 0 || isOn || isGrouped) text += ` ${isOn ? 'on' : 'ignoring'} (${printLabels(labels)})`;
  if (isGrouped)
    text += ` group_${cardinality === 'many-to-one' ? 'left' : 'right'} (${printLabels(include)})`;
  if (fillLeft !== undefined && fillLeft === fillRight) return `${text} fill (${formatFloatShort(fillLeft)})`;
  if (fillLeft !== undefined) text += ` fill_left (${formatFloatShort(fillLeft)})`;
  if (fillRight !== undefined) text += ` fill_right (${formatFloatShort(fillRight)})`;
  return text;
}

/** The operator of an aggregation with its labels. */
export function printAggregationHead({ operator, grouping, isWithout }: Aggregation): string {
  if (isWithout) return `${operator} without (${printLabels(grouping)}) `;
  return grouping.length > 0 ? `${operator} by (${printLabels(grouping)}) ` : operator;
}

function printLabels(labels: readonly string[]): string {
  return labels.map(quoteName).join(', ');
}

function printNumber({ value, isDuration }: NumberLiteral): string {
  return printSeconds(value, isDuration);
}

/** Prometheus cuts what rounding leaves of a duration, and so prints `1001ms` as `1s`; here it stays what it was. */
function printSeconds(seconds: number, isDuration: boolean): string {
  return isDuration ? formatDuration(Math.round(seconds * 1000)) : formatFloat(seconds);
}

function printSelector(selector: VectorSelector): string {
  const extension = selector.extension ? ` ${selector.extension}` : '';
  return printMatchers(selector) + printAt(selector.at) + extension + printOffset(selector.offset);
}

function printMatrix({ selector, window }: MatrixSelector): string {
  const extension = selector.extension ? ` ${selector.extension}` : '';
  const range = `[${printDuration(window)}]`;
  return printMatchers(selector) + range + extension + printAt(selector.at) + printOffset(selector.offset);
}

/** The range of a subquery, and how it is moved in time. */
export function printSubquerySuffix({ window, step, at, offset }: Subquery): string {
  const printedStep = step === undefined || step === 0 ? '' : printDuration(step);
  return `[${printDuration(window)}:${printedStep}]${printAt(at)}${printOffset(offset)}`;
}

function printMatchers({ name, matchers }: VectorSelector): string {
  const shown = matchers.filter((matcher) => !isName(matcher, name)).map(String);
  return shown.length === 0 ? name || '{}' : `${name}{${shown.sort(compareNames).join(',')}}`;
}

function isName({ name, operator, value }: Matcher, metricName: string): boolean {
  return name === metricNameLabel && operator === '=' && value === metricName && value !== '';
}

function printAt(at: AtModifier | undefined): string {
  if (!at) return '';
  return 'edge' in at ? ` @ ${at.edge}()` : ` @ ${(at.timestampMs / 1000).toFixed(3)}`;
}

function printOffset(offset: Duration): string {
  return offset === 0 ? '' : ` offset ${printDuration(offset)}`;
}

function printDuration(duration: Duration): string {
  return typeof duration === 'number' ? formatDuration(duration) : printDurationExpression(duration);
}

function printDurationExpression(duration: DurationExpression): string {
  if (duration.kind === 'duration-literal') return printSeconds(duration.seconds, duration.isDuration);
  const text =
    duration.kind === 'duration-operation' ? printDurationOperation(duration) : `${duration.kind.slice(9)}()`;
  return duration.isWrapped ? `(${text})` : text;
}

function printDurationOperation({
  operator,
  left,
  right,
}: DurationExpression & { kind: 'duration-operation' }): string {
  const operand = printDurationExpression(right);
  if (!left) return operator === '-' ? `-${operand}` : operand;
  const first = printDurationExpression(left);
  if (operator === 'min' || operator === 'max') return `${operator}_of(${first}, ${operand})`;
  return `${first} ${operator} ${operand}`;
}
