import type { Matcher, SelectedSeries, Selection } from '@plinth/prometheus-model';
import type { FunctionSignature } from '../functions/signature.ts';
import type {
  AggregationOperator,
  BinaryOperator,
  TextRange,
  ValueType,
  VectorMatching,
} from '../syntax/expression.ts';

/**
 * An expression made ready for one query: durations are numbers, `start()` and `end()` are instants, parentheses are gone, and what is the
 * same at every step is marked.
 */
export type PlanNode =
  | PlannedNumber
  | PlannedString
  | PlannedVectorSelector
  | PlannedMatrixSelector
  | PlannedSubquery
  | PlannedCall
  | PlannedAggregation
  | PlannedBinary
  | PlannedNegation
  | PlannedInvariant;

interface Planned {
  readonly type: ValueType;
  readonly range: TextRange;
}

export interface PlannedNumber extends Planned {
  readonly kind: 'number';
  readonly value: number;
}

export interface PlannedString extends Planned {
  readonly kind: 'string';
  readonly value: string;
}

/** When samples are looked at: at a step, or at a fixed instant, moved by an offset. */
export interface TimeShift {
  /** Positive: back in time. */
  readonly offsetMs: number;
  /** Instant of `@`, in milliseconds since the epoch. */
  readonly atMs: number | undefined;
}

/** Series to read. */
export interface Selector extends TimeShift {
  readonly matchers: readonly Matcher[];
  readonly extension: 'anchored' | 'smoothed' | undefined;
  /** Of histograms only count and sum are looked at. */
  readonly isForStatistics: boolean;
  readonly selection: Selection;
  /** Filled before the evaluation. */
  series: readonly SelectedSeries[];
}

export interface PlannedVectorSelector extends Planned {
  readonly kind: 'vector-selector';
  readonly selector: Selector;
}

export interface PlannedMatrixSelector extends Planned {
  readonly kind: 'matrix-selector';
  readonly selector: Selector;
  readonly windowMs: number;
}

export interface PlannedSubquery extends Planned, TimeShift {
  readonly kind: 'subquery';
  readonly expression: PlanNode;
  readonly windowMs: number;
  readonly stepMs: number;
}

export interface PlannedCall extends Planned {
  readonly kind: 'call';
  readonly function: FunctionSignature;
  readonly arguments: readonly PlanNode[];
  /** `info`: the series that labels are taken from. */
  readonly info?: InfoSelector;
}

/** The info series of a call of `info`. */
export interface InfoSelector {
  readonly selector: Selector;
  /** Conditions on the name of the info metric. */
  readonly nameMatchers: readonly Matcher[];
  /** Conditions on the labels to take, by name; none: all labels. */
  readonly labelMatchers: ReadonlyMap<string, readonly Matcher[]>;
}

export interface PlannedAggregation extends Planned {
  readonly kind: 'aggregation';
  readonly operator: AggregationOperator;
  readonly expression: PlanNode;
  readonly parameter: PlanNode | undefined;
  readonly grouping: readonly string[];
  readonly isWithout: boolean;
}

export interface PlannedBinary extends Planned {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: PlanNode;
  readonly right: PlanNode;
  readonly matching: VectorMatching;
  readonly returnsBool: boolean;
}

export interface PlannedNegation extends Planned {
  readonly kind: 'negation';
  readonly operand: PlanNode;
}

/** The same at every step: evaluated at the first one only. */
export interface PlannedInvariant extends Planned {
  readonly kind: 'invariant';
  readonly expression: PlanNode;
}
