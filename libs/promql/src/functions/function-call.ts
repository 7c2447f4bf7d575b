import type { Labels, SampleBuffer } from '@plinth/prometheus-model';
import type { Annotations } from '../engine/annotations.ts';
import type { Column, ColumnPool } from '../engine/column.ts';
import type { Steps } from '../engine/steps.ts';
import type { TextRange } from '../syntax/expression.ts';

/** What an implementation of a function sees of the call. */
export interface FunctionCall {
  readonly name: string;
  readonly steps: Steps;
  /** Where the arguments are in the text, for annotations; parentheses around an argument are left out. */
  readonly argumentRanges: readonly TextRange[];
  /** Where all arguments together are. */
  readonly argumentsRange: TextRange;
  /** The values of a scalar argument at each step. The index counts all arguments. */
  scalar(index: number): Float64Array;
  /** The text of a string argument. */
  string(index: number): string;
  readonly annotations: Annotations;
  /** Tells how many samples were looked at, so that long work can be stopped. @throws QueryError when it shall stop. */
  worked(samples: number): void;
  /** Where new columns come from. */
  readonly columns: ColumnPool;
}

/** One series after the other, changed in place: `abs`, `histogram_count`. What is not present afterwards is gone. */
export interface SeriesFunction {
  readonly kind: 'series';
  /** Called with `dropsName` set already. */
  apply(column: Column, call: FunctionCall): void;
}

/**
 * All series of the instant vector among the arguments at once: `histogram_quantile`, `sort`. The columns that come in may be changed and
 * returned; series with equal labels are merged afterwards, or refused where they have values at the same step.
 */
export interface VectorFunction {
  readonly kind: 'vector';
  apply(columns: readonly Column[], call: FunctionCall): readonly Column[];
}

/** A scalar, one value for each step: `pi`, `scalar`. */
export interface ScalarFunction {
  readonly kind: 'scalar';
  /** @param columns - the series of the instant vector among the arguments, if there is one. */
  apply(columns: readonly Column[], call: FunctionCall): Float64Array;
}

/** A range vector to an instant vector, one series after the other: `rate`, `sum_over_time`. */
export interface RangeFunction {
  readonly kind: 'range';
  /** `last_over_time` and `first_over_time` work like an offset. */
  readonly keepsName?: true;
  /** Sets the steps of an empty column that have a result. */
  apply(windows: Windows, out: Column, call: FunctionCall): void;
}

export type FunctionImplementation = SeriesFunction | VectorFunction | ScalarFunction | RangeFunction;

/** The samples of one series, and which of them are in the window of each step. */
export interface Windows {
  /** As they were selected, with the name. */
  readonly labels: Labels;
  readonly samples: SampleBuffer;
  /** The floats in the window of step i: from `floatFrom[i]` up to, but without, `floatTo[i]`. */
  readonly floatFrom: Int32Array;
  readonly floatTo: Int32Array;
  /** The same for histograms; all zero when the series has none. */
  readonly histogramFrom: Int32Array;
  readonly histogramTo: Int32Array;
  /** Length in milliseconds. `anchored` and `smoothed` windows have samples outside of it. */
  readonly rangeMs: number;
  readonly extension: 'anchored' | 'smoothed' | undefined;
  /** End of the window of a step, included. The start is `rangeMs` earlier, and not included. */
  endMs(step: number): number;
}
