import type { Matcher } from '@plinth/prometheus-model';
import type { FunctionSignature } from '../functions/signature.ts';

/** Part of the text of a query, in UTF-16 units: from `start` up to, but without, `end`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** What an expression evaluates to. `none` has no value. */
export type ValueType = 'none' | 'scalar' | 'string' | 'vector' | 'matrix';

/** An expression of PromQL. Spec: Prometheus 3.14, promql/parser/ast.go. */
export type Expression =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Call
  | Aggregation
  | BinaryExpression
  | UnaryExpression
  | ParenthesizedExpression;

interface Node {
  readonly range: TextRange;
}

/** A number, e.g. `1.5`, `0x1f`, `Inf`. */
export interface NumberLiteral extends Node {
  readonly kind: 'number';
  readonly value: number;
  /** Written as a duration, e.g. `5m`; the value is in seconds. */
  readonly isDuration: boolean;
}

/** A text in quotes; without them here, and with its escapes resolved. */
export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly value: string;
}

/** Instant of `@`: a Unix time in milliseconds, or an end of the range of the query. */
export type AtModifier = { readonly timestampMs: number } | { readonly edge: 'start' | 'end' };

/**
 * A duration that has to be computed, e.g. `[5m * 2]` or `[step()]` (experimental); in seconds. Constants are kept as they are written, so
 * that the expression prints as it was.
 */
export type DurationExpression =
  | {
      readonly kind: 'duration-literal';
      readonly seconds: number;
      readonly ms: number;
      /** Written with units, e.g. `5m`, and not as a number of seconds. */
      readonly isDuration: boolean;
      readonly range: TextRange;
    }
  | {
      readonly kind: 'duration-step' | 'duration-range';
      /** In parentheses. */
      readonly isWrapped: boolean;
      readonly range: TextRange;
    }
  | {
      readonly kind: 'duration-operation';
      readonly operator: '+' | '-' | '*' | '/' | '%' | '^' | 'min' | 'max';
      /** Absent for a sign before an operand, and for a literal in parentheses, which is a `+` before it. */
      readonly left?: DurationExpression;
      readonly right: DurationExpression;
      readonly isWrapped: boolean;
      readonly range: TextRange;
    };

/** Offset in milliseconds, or how to compute it. Positive: back in time. */
export type Duration = number | DurationExpression;

/** The last sample of each series that matches: an instant vector, e.g. `up{job="api"} offset 5m`. */
export interface VectorSelector extends Node {
  readonly kind: 'vector-selector';
  /** The name as it was written before the braces; empty when there is none. It is also among the matchers. */
  readonly name: string;
  readonly matchers: readonly Matcher[];
  readonly offset: Duration;
  readonly at?: AtModifier;
  /** Experimental: `anchored`, `smoothed`. */
  readonly extension?: 'anchored' | 'smoothed';
}

/** The samples of a window before the instant: a range vector, e.g. `up[5m]`. Offset and instant are those of the selector. */
export interface MatrixSelector extends Node {
  readonly kind: 'matrix-selector';
  readonly selector: VectorSelector;
  readonly window: Duration;
}

/** An instant vector evaluated over a window, e.g. `rate(x[5m])[1h:1m]`. */
export interface Subquery extends Node {
  readonly kind: 'subquery';
  readonly expression: Expression;
  readonly window: Duration;
  /** Absent: the default step of the engine. */
  readonly step?: Duration;
  readonly offset: Duration;
  readonly at?: AtModifier;
}

/** A call of a function. */
export interface Call extends Node {
  readonly kind: 'call';
  readonly function: FunctionSignature;
  readonly arguments: readonly Expression[];
}

export type AggregationOperator =
  | 'sum'
  | 'avg'
  | 'count'
  | 'min'
  | 'max'
  | 'group'
  | 'stddev'
  | 'stdvar'
  | 'topk'
  | 'bottomk'
  | 'count_values'
  | 'quantile'
  | 'limitk'
  | 'limit_ratio';

/** Series brought together, e.g. `sum by (job) (x)`, `topk(3, x)`. */
export interface Aggregation extends Node {
  readonly kind: 'aggregation';
  readonly operator: AggregationOperator;
  readonly expression: Expression;
  readonly parameter?: Expression;
  readonly grouping: readonly string[];
  readonly isWithout: boolean;
}

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | 'atan2'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'and'
  | 'or'
  | 'unless'
  /** Experimental: keep the buckets of histograms below or above a value. */
  | '</'
  | '>/';

/** How the series of two sides find each other. */
export interface VectorMatching {
  readonly cardinality: 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';
  readonly labels: readonly string[];
  /** `on` rather than `ignoring`. */
  readonly isOn: boolean;
  /** Labels of the side with one that the result takes over: `group_left(...)`. */
  readonly include: readonly string[];
  /** Experimental: value for series that the other side does not have. */
  readonly fillLeft?: number;
  readonly fillRight?: number;
}

/** Two sides and an operator, e.g. `a / on (job) group_left () b`. */
export interface BinaryExpression extends Node {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  /** Present where both sides are vectors. */
  readonly matching?: VectorMatching;
  /** `bool`: comparisons give 0 or 1 instead of filtering. */
  readonly returnsBool: boolean;
  /** A scalar where both sides are scalars. */
  readonly type: 'scalar' | 'vector';
}

/** A sign before what is no number literal. */
export interface UnaryExpression extends Node {
  readonly kind: 'unary';
  readonly operator: '+' | '-';
  readonly operand: Expression;
}

/** An expression in parentheses, kept so that it prints as it was. */
export interface ParenthesizedExpression extends Node {
  readonly kind: 'parentheses';
  readonly expression: Expression;
}
