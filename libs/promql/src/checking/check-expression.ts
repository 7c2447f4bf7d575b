import { quote } from '@plinth/go-format';
import { metricNameLabel } from '@plinth/prometheus-model';
import type { FunctionSignature } from '../functions/signature.ts';
import type {
  Aggregation,
  BinaryExpression,
  BinaryOperator,
  Call,
  Expression,
  Subquery,
  TextRange,
  ValueType,
  VectorSelector,
} from '../syntax/expression.ts';
import { describeType, typeOf } from './value-type.ts';

/** Where faults go, and the text that ranges are of. */
export interface FaultSink {
  readonly text: string;
  report(range: TextRange, message: string): void;
}

const comparisons: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(['==', '!=', '<', '<=', '>', '>=']);
const setOperators: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(['and', 'or', 'unless']);

/** Checks the types of an expression, of its parts first. Spec: Prometheus 3.14, promql/parser/parse.go, checkAST. */
export function checkExpression(expression: Expression, faults: FaultSink): void {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return;
    case 'vector-selector':
      checkSelector(expression, faults);
      return;
    case 'matrix-selector':
      checkSelector(expression.selector, faults);
      return;
    case 'subquery':
      checkSubqueries(expression, faults);
      return;
    case 'parentheses':
      checkExpression(expression.expression, faults);
      return;
    case 'unary':
      checkExpression(expression.operand, faults);
      checkSigned(expression.range, typeOf(expression.operand), faults);
      return;
    case 'binary':
      checkOperations(expression, faults);
      return;
    case 'call':
      checkCall(expression, faults);
      return;
    case 'aggregation':
      checkAggregation(expression, faults);
  }
}

/** Brackets in a row are wrong, but can be many thousands: no recursion there. */
function checkSubqueries(last: Subquery, faults: FaultSink): void {
  const row: Subquery[] = [last];
  let first = last.expression;
  for (; first.kind === 'subquery'; first = first.expression) row.push(first);
  checkExpression(first, faults);
  for (const { expression, range } of row.reverse()) {
    const type = typeOf(expression);
    if (type !== 'vector')
      faults.report(range, `subquery is only allowed on instant vector, got ${type} instead`);
  }
}

function checkSigned(range: TextRange, type: ValueType, faults: FaultSink): void {
  if (type === 'scalar' || type === 'vector') return;
  const found = quote(describeType(type));
  faults.report(
    range,
    `unary expression only allowed on expressions of type scalar or instant vector, got ${found}`,
  );
}

function checkSelector(
  { name, matchers, range }: VectorSelector,
  faults: FaultSink,
  mayBeEmpty = false,
): void {
  if (name !== '') {
    for (const matcher of matchers.slice(0, -1)) {
      if (matcher.name !== metricNameLabel) continue;
      faults.report(range, `metric name must not be set twice: ${quote(name)} or ${quote(matcher.value)}`);
    }
  } else if (!mayBeEmpty && matchers.every((matcher) => matcher.matchesEmpty)) {
    faults.report(range, 'vector selector must contain at least one non-empty matcher');
  }
}

/** Operations in a row lean to the left and can be many thousands deep: no recursion there. */
function checkOperations(last: BinaryExpression, faults: FaultSink): void {
  const row: BinaryExpression[] = [last];
  let first = last.left;
  for (; first.kind === 'binary'; first = first.left) row.push(first);
  checkExpression(first, faults);
  for (const operation of row.reverse()) {
    checkExpression(operation.right, faults);
    checkOperation(operation, faults);
  }
}

function checkOperation(operation: BinaryExpression, faults: FaultSink): void {
  const { operator, left, right, matching, returnsBool, type, range } = operation;
  const isComparison = comparisons.has(operator);
  if (returnsBool && !isComparison) {
    faults.report(
      operatorRange(operation, faults.text),
      'bool modifier can only be used on comparison operators',
    );
  }
  if (isComparison && !returnsBool && type === 'scalar') {
    faults.report(
      operatorRange(operation, faults.text),
      'comparisons between scalars must use BOOL modifier',
    );
  }
  for (const label of matching?.isOn ? matching.labels : []) {
    for (const included of matching?.include ?? []) {
      if (included !== label) continue;
      const message = `label ${quote(label)} must not occur in ON and GROUP clause at once`;
      faults.report(operatorRange(operation, faults.text), message);
    }
  }
  for (const side of [left, right]) {
    if (isScalarOrVector(typeOf(side))) continue;
    faults.report(side.range, 'binary expression must contain only scalar and instant vector types');
  }
  checkMatching(operation, faults);
  const hasScalar = typeOf(left) === 'scalar' || typeOf(right) === 'scalar';
  if (hasScalar && setOperators.has(operator)) {
    faults.report(range, `set operator ${quote(operator)} not allowed in binary scalar expression`);
  }
}

function isScalarOrVector(type: ValueType): boolean {
  return type === 'scalar' || type === 'vector';
}

function checkMatching(
  { operator, left, right, matching, range }: BinaryExpression,
  faults: FaultSink,
): void {
  if (!matching) return;
  const isFilled = matching.fillLeft !== undefined || matching.fillRight !== undefined;
  if (typeOf(left) !== 'vector' || typeOf(right) !== 'vector') {
    if (matching.labels.length > 0)
      faults.report(range, 'vector matching only allowed between instant vectors');
    if (isFilled) faults.report(range, 'filling in missing series only allowed between instant vectors');
  } else if (setOperators.has(operator)) {
    if (matching.cardinality !== 'many-to-many') {
      faults.report(range, `no grouping allowed for ${quote(operator)} operation`);
      faults.report(range, 'set operations must always be many-to-many');
    }
    if (isFilled) faults.report(range, 'filling in missing series not allowed for set operators');
  }
}

/** From the operator up to the last character before the right side, which Prometheus leaves out. */
function operatorRange({ left, right }: BinaryExpression, text: string): TextRange {
  let start = left.range.end;
  while (/\s/.test(text.charAt(start))) start++;
  let end = right.range.start - 1;
  while (/\s/.test(text.charAt(end))) end--;
  return { start, end };
}

function checkCall(call: Call, faults: FaultSink): void {
  const { function: signature, arguments: args, range } = call;
  checkCount(signature, args.length, range, faults);
  const isInfo = signature.name === 'info';
  if (isInfo && args[1]) checkInfoLabels(args[1], range, faults);
  for (const [index, argument] of args.entries()) {
    const isExtra = index >= signature.argumentTypes.length;
    if (isExtra && signature.variadic === 0) break;
    const wanted = signature.argumentTypes[isExtra ? signature.argumentTypes.length - 1 : index];
    if (isInfo && index > 0 && argument.kind === 'vector-selector') checkSelector(argument, faults, true);
    else checkExpression(argument, faults);
    const found = typeOf(argument);
    if (wanted === undefined || found === wanted) continue;
    const place = `call to function ${quote(signature.name)}`;
    faults.report(
      argument.range,
      `expected type ${describeType(wanted)} in ${place}, got ${describeType(found)}`,
    );
  }
}

function checkCount(
  { name, argumentTypes, variadic }: FunctionSignature,
  count: number,
  range: TextRange,
  faults: FaultSink,
): void {
  const place = `argument(s) in call to ${quote(name)}, got ${count}`;
  if (variadic === 0) {
    if (count !== argumentTypes.length) faults.report(range, `expected ${argumentTypes.length} ${place}`);
    return;
  }
  const least = argumentTypes.length - 1;
  if (count < least) faults.report(range, `expected at least ${least} ${place}`);
  else if (variadic > 0 && count > least + variadic)
    faults.report(range, `expected at most ${least + variadic} ${place}`);
}

/** The second argument of `info` has labels only, and may have none. */
function checkInfoLabels(argument: Expression, range: TextRange, faults: FaultSink): void {
  const type = typeOf(argument);
  if (type !== 'vector') {
    const wanted = describeType('vector');
    faults.report(range, `expected type ${wanted} in call to function "info", got ${describeType(type)}`);
  }
  if (argument.kind !== 'vector-selector') faults.report(argument.range, 'expected label selectors only');
  else if (argument.name !== '') {
    faults.report(argument.range, 'expected label selectors only, got vector selector instead');
  }
}

function checkAggregation({ operator, expression, parameter }: Aggregation, faults: FaultSink): void {
  expectType(expression, 'vector', 'aggregation expression', faults);
  if (parameter)
    expectType(parameter, operator === 'count_values' ? 'string' : 'scalar', 'aggregation parameter', faults);
}

function expectType(expression: Expression, wanted: ValueType, place: string, faults: FaultSink): void {
  checkExpression(expression, faults);
  const found = typeOf(expression);
  if (found === wanted) return;
  faults.report(
    expression.range,
    `expected type ${describeType(wanted)} in ${place}, got ${describeType(found)}`,
  );
}
