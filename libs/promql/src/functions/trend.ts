import { refuse } from '../engine/query-error.ts';
import { type FloatWindow, floatFunction } from './float-windows.ts';
import type { FunctionCall, RangeFunction } from './function-call.ts';
import { KahanSum } from './kahan-sum.ts';

/** Functions that find where a series is going. Spec: Prometheus 3.14, promql/functions.go. */
export const trendFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  ['deriv', trendFunction((window) => regression(window, window.timestamps[window.from] ?? 0).slope)],
  [
    'predict_linear',
    trendFunction((window, step, call) => {
      const { slope, intercept } = regression(window, call.steps.at(step));
      return slope * (call.scalar(1)[step] ?? Number.NaN) + intercept;
    }),
  ],
  ['double_exponential_smoothing', trendFunction(doubleExponentialSmoothing)],
]);

/** A single sample shows no trend; histograms beside it are worth a note, those alone are not. */
function trendFunction(
  compute: (window: FloatWindow, step: number, call: FunctionCall) => number,
): RangeFunction {
  return floatFunction(compute, 2);
}

/** The line through the floats of a window by least squares, and its value at a time. */
function regression(
  { values, timestamps, from, to }: FloatWindow,
  timeMs: number,
): { slope: number; intercept: number } {
  const first = values[from] ?? 0;
  let isConstant = true;
  const sumX = new KahanSum();
  const sumY = new KahanSum();
  const sumXY = new KahanSum();
  const sumXX = new KahanSum();
  for (let i = from; i < to; i++) {
    const y = values[i] ?? 0;
    if (i > from && y !== first) isConstant = false;
    const x = ((timestamps[i] ?? 0) - timeMs) / 1000;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumXX.add(x * x);
  }
  if (isConstant) {
    return Math.abs(first) === Number.POSITIVE_INFINITY
      ? { slope: Number.NaN, intercept: Number.NaN }
      : { slope: 0, intercept: first };
  }
  const count = to - from;
  const covariance = sumXY.total - (sumX.total * sumY.total) / count;
  const variance = sumXX.total - (sumX.total * sumX.total) / count;
  const slope = covariance / variance;
  return { slope, intercept: sumY.total / count - (slope * sumX.total) / count };
}

/** Holt's linear method. */
function doubleExponentialSmoothing(
  { values, from, to }: FloatWindow,
  step: number,
  call: FunctionCall,
): number {
  const smoothing = factor('smoothing', call.scalar(1)[step] ?? Number.NaN);
  const trendWeight = factor('trend', call.scalar(2)[step] ?? Number.NaN);
  let before = 0;
  let level = values[from] ?? 0;
  let trend = (values[from + 1] ?? 0) - level;
  for (let i = from + 1; i < to; i++) {
    if (i > from + 1) trend = trendWeight * (level - before) + (1 - trendWeight) * trend;
    const next = smoothing * (values[i] ?? 0) + (1 - smoothing) * (level + trend);
    before = level;
    level = next;
  }
  return level;
}

function factor(name: 'smoothing' | 'trend', value: number): number {
  if (value <= 0 || value >= 1) {
    const symbol = name === 'smoothing' ? 'sf' : 'tf';
    refuse(`invalid ${name} factor. Expected: 0 < ${symbol} < 1, got: ${value.toFixed(6)}`);
  }
  return value;
}
