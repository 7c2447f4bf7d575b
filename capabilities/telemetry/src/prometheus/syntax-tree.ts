import { formatFloat } from '@plinth/go-format';
import type {
  AtModifier,
  BinaryExpression,
  Duration,
  DurationExpression,
  Expression,
  VectorSelector,
} from '@plinth/promql';

/** The syntax tree of a query as `/parse_query` shows it. Spec: Prometheus 3.14, web/api/v1/translate_ast.go. */
export function syntaxTree(node: Expression): unknown {
  switch (node.kind) {
    case 'aggregation':
      return {
        type: 'aggregation',
        op: node.operator,
        expr: syntaxTree(node.expression),
        param: node.parameter ? syntaxTree(node.parameter) : null,
        grouping: node.grouping,
        without: node.isWithout,
      };
    case 'binary':
      return {
        type: 'binaryExpr',
        op: node.operator,
        lhs: syntaxTree(node.left),
        rhs: syntaxTree(node.right),
        matching: matchingOf(node),
        bool: node.returnsBool,
      };
    case 'call': {
      const { name, argumentTypes, variadic, returnType } = node.function;
      return {
        type: 'call',
        func: { name, argTypes: argumentTypes, variadic, returnType },
        args: node.arguments.map(syntaxTree),
      };
    }
    case 'matrix-selector':
      return { type: 'matrixSelector', ...length('range', node.window), ...selectorFields(node.selector) };
    case 'subquery':
      return {
        type: 'subquery',
        expr: syntaxTree(node.expression),
        ...length('range', node.window),
        ...length('offset', node.offset),
        ...length('step', node.step ?? 0),
        ...instant(node.at),
      };
    case 'number':
      return { type: 'numberLiteral', val: formatFloat(node.value) };
    case 'parentheses':
      return { type: 'parenExpr', expr: syntaxTree(node.expression) };
    case 'string':
      return { type: 'stringLiteral', val: node.value };
    case 'unary':
      return { type: 'unaryExpr', op: node.operator, expr: syntaxTree(node.operand) };
    case 'vector-selector':
      return { type: 'vectorSelector', ...selectorFields(node) };
  }
}

function matchingOf({ matching }: BinaryExpression): unknown {
  if (!matching) return null;
  const { cardinality, labels, isOn, include, fillLeft, fillRight } = matching;
  return {
    card: cardinality,
    labels,
    on: isOn,
    include,
    fillValues: { lhs: fillLeft ?? null, rhs: fillRight ?? null },
  };
}

function selectorFields({ name, offset, matchers, at, extension }: VectorSelector): object {
  return {
    name,
    ...length('offset', offset),
    matchers: matchers.map((one) => ({ name: one.name, value: one.value, type: one.operator })),
    ...instant(at),
    anchored: extension === 'anchored',
    smoothed: extension === 'smoothed',
  };
}

function instant(at: AtModifier | undefined): object {
  return {
    timestamp: at && 'timestampMs' in at ? at.timestampMs : null,
    startOrEnd: at && 'edge' in at ? at.edge : null,
  };
}

/** A duration in milliseconds beside the expression that it is computed by. */
function length(name: 'range' | 'offset' | 'step', duration: Duration): object {
  const isPlain = typeof duration === 'number';
  return {
    [name]: isPlain ? duration : 0,
    [`${name}Expr`]: isPlain ? null : durationTree(duration),
  };
}

function durationTree(node: DurationExpression): unknown {
  switch (node.kind) {
    case 'duration-literal':
      return { type: 'numberLiteral', val: formatFloat(node.ms / 1000), duration: true };
    case 'duration-step':
    case 'duration-range':
      return {
        type: 'durationExpr',
        op: node.kind === 'duration-step' ? 'step' : 'range',
        lhs: null,
        rhs: null,
        wrapped: false,
      };
    case 'duration-operation':
      return {
        type: 'durationExpr',
        op: node.operator,
        lhs: node.left ? durationTree(node.left) : null,
        rhs: durationTree(node.right),
        wrapped: node.isWrapped,
      };
  }
}
