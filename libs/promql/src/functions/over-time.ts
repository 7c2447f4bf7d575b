import {
  counterResetCollision,
  mismatchedCustomBuckets,
  mixedExponentialCustomHistograms,
  mixedFloatsHistograms,
} from '../engine/annotation-texts.ts';
import type { Column } from '../engine/column.ts';
import { type FloatWindow, floatFunction } from './float-windows.ts';
import type { FunctionCall, RangeFunction, Windows } from './function-call.ts';
import { HistogramMean, HistogramSum, totalOf } from './histogram-total.ts';
import { KahanSum } from './kahan-sum.ts';

/** The `_over_time` functions that look at values in any order. Spec: Prometheus 3.14, promql/functions.go. */
export const overTimeFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  ['sum_over_time', totalFunction(sum, HistogramSum)],
  ['avg_over_time', totalFunction(mean, HistogramMean)],
  ['max_over_time', floatFunction(max)],
  ['min_over_time', floatFunction(min)],
  ['stdvar_over_time', floatFunction(variance)],
  ['stddev_over_time', floatFunction((window) => Math.sqrt(variance(window)))],
  ['count_over_time', countFunction((count) => count)],
  ['present_over_time', countFunction(() => 1)],
]);

function sum({ values, from, to }: FloatWindow): number {
  const total = new KahanSum();
  for (let i = from; i < to; i++) total.add(values[i] ?? 0);
  return Number.isFinite(total.sum) || Number.isNaN(total.sum) ? total.total : total.sum;
}

/** A sum divided in the end is more exact than a running mean, so that is what it is unless the sum is too large for a float. */
function mean({ values, from, to }: FloatWindow): number {
  const total = new KahanSum(values[from] ?? 0);
  for (let i = from + 1; i < to; i++) {
    const { sum: before, error } = total;
    total.add(values[i] ?? 0);
    if (isInfinite(total.sum)) return runningMean(values, from, i, to, before, error);
  }
  const count = to - from;
  return total.sum / count + total.error / count;
}

/** Goes on with a mean where the sum of the values before `at` could not take one more. */
function runningMean(
  values: Float64Array,
  from: number,
  at: number,
  to: number,
  sumBefore: number,
  errorBefore: number,
): number {
  const total = new KahanSum(sumBefore / (at - from));
  total.error = errorBefore / (at - from);
  for (let i = at; i < to; i++) {
    const count = i - from + 1;
    const weight = (count - 1) / count;
    total.sum *= weight;
    total.error *= weight;
    total.add((values[i] ?? 0) / count);
  }
  return total.total;
}

function isInfinite(value: number): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
}

function max({ values, from, to }: FloatWindow): number {
  let highest = values[from] ?? 0;
  for (let i = from + 1; i < to; i++) {
    const value = values[i] ?? 0;
    if (value > highest || Number.isNaN(highest)) highest = value;
  }
  return highest;
}

function min({ values, from, to }: FloatWindow): number {
  let lowest = values[from] ?? 0;
  for (let i = from + 1; i < to; i++) {
    const value = values[i] ?? 0;
    if (value < lowest || Number.isNaN(lowest)) lowest = value;
  }
  return lowest;
}

/** Welford's method, with compensated sums. */
function variance({ values, from, to }: FloatWindow): number {
  const average = new KahanSum();
  const squares = new KahanSum();
  for (let i = from; i < to; i++) {
    const value = values[i] ?? 0;
    const distance = value - average.total;
    average.add(distance / (i - from + 1));
    squares.add(distance * (value - average.total));
  }
  return squares.total / (to - from);
}

/** What adding a histogram costs, in additions of floats. */
const samplesPerHistogram = 100;

function countFunction(result: (samples: number) => number): RangeFunction {
  return {
    kind: 'range',
    apply: ({ floatFrom, floatTo, histogramFrom, histogramTo }, out) => {
      for (let step = 0; step < floatTo.length; step++) {
        const floats = (floatTo[step] ?? 0) - (floatFrom[step] ?? 0);
        const histograms = (histogramTo[step] ?? 0) - (histogramFrom[step] ?? 0);
        if (floats + histograms > 0) out.setFloat(step, result(floats + histograms));
      }
    },
  };
}

/** A function of floats that works on histograms too, but not on both in one window. */
function totalFunction(
  compute: (window: FloatWindow) => number,
  Total: typeof HistogramSum | typeof HistogramMean,
): RangeFunction {
  const ofFloats = floatFunction(compute);
  return {
    kind: 'range',
    apply: (windows, out, call) => {
      if (windows.samples.histograms.length > 0) {
        totals(windows, compute, Total, out, call);
      } else ofFloats.apply(windows, out, call);
    },
  };
}

function totals(
  windows: Windows,
  compute: (window: FloatWindow) => number,
  Total: typeof HistogramSum | typeof HistogramMean,
  out: Column,
  call: FunctionCall,
): void {
  const { annotations, argumentRanges, argumentsRange } = call;
  const { samples, floatFrom, floatTo, histogramFrom, histogramTo } = windows;
  const { values, timestamps, histograms } = samples;
  const name = windows.labels.metricName;
  const range = argumentRanges[0] ?? argumentsRange;
  for (let step = 0; step < floatTo.length; step++) {
    const from = floatFrom[step] ?? 0;
    const to = floatTo[step] ?? 0;
    const first = histogramFrom[step] ?? 0;
    const end = histogramTo[step] ?? 0;
    if (first === end) {
      if (to > from) out.setFloat(step, compute({ values, timestamps, from, to }));
      continue;
    }
    if (to > from) {
      annotations.add(mixedFloatsHistograms(name, range));
      continue;
    }
    call.worked((end - first) * samplesPerHistogram);
    const total = totalOf(Total, histograms, first, end);
    if (!total) {
      annotations.add(mixedExponentialCustomHistograms(name, range));
      continue;
    }
    out.setHistogram(step, total.result());
    if (total.countersCollide) annotations.add(counterResetCollision('aggregation', range));
    if (total.boundsReconciled) annotations.add(mismatchedCustomBuckets('aggregation', range));
  }
}
