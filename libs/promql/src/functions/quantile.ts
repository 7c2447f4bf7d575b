import { invalidQuantile } from '../engine/annotation-texts.ts';
import { type FloatWindow, floatFunction } from './float-windows.ts';
import type { RangeFunction } from './function-call.ts';

/** `quantile_over_time` and `mad_over_time`. Spec: Prometheus 3.14, promql/functions.go. */
export const quantileFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  [
    'quantile_over_time',
    floatFunction(({ values, from, to }, step, call) => {
      const position = call.scalar(0)[step] ?? Number.NaN;
      if (!(position >= 0 && position <= 1)) {
        call.annotations.add(invalidQuantile(position, call.argumentRanges[0] ?? call.argumentsRange));
      }
      return quantileOf(values.slice(from, to), position);
    }),
  ],
  ['mad_over_time', floatFunction(medianDeviation)],
]);

/**
 * The quantile of some values, which are sorted in place; NaN is less than any other. Between two values it is on the line between them.
 * Spec: Prometheus 3.14, promql/quantile.go.
 *
 * @param position - 0 to 1; below: -Inf, above: +Inf.
 */
export function quantileOf(values: Float64Array, position: number): number {
  const count = values.length;
  if (count === 0 || Number.isNaN(position)) return Number.NaN;
  if (position < 0) return Number.NEGATIVE_INFINITY;
  if (position > 1) return Number.POSITIVE_INFINITY;
  sortWithNaNFirst(values);
  const rank = position * (count - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(count - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return (values[lower] ?? 0) * (1 - weight) + (values[upper] ?? 0) * weight;
}

/** Typed arrays sort NaN to the end. */
function sortWithNaNFirst(values: Float64Array): void {
  values.sort();
  let numbers = values.length;
  while (numbers > 0 && Number.isNaN(values[numbers - 1])) numbers--;
  if (numbers === values.length) return;
  values.copyWithin(values.length - numbers, 0, numbers);
  values.fill(Number.NaN, 0, values.length - numbers);
}

/** The median distance from the median. */
function medianDeviation({ values, from, to }: FloatWindow): number {
  const window = values.slice(from, to);
  if (window.some(Number.isNaN)) return Number.NaN;
  const median = quantileOf(window, 0.5);
  return quantileOf(
    window.map((value) => Math.abs(value - median)),
    0.5,
  );
}
