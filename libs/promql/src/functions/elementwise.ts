import { absent, float } from '../engine/column.ts';
import type { FunctionCall, SeriesFunction } from './function-call.ts';
import { goMax, goMin } from './go-math.ts';

/** Functions of each float by itself. Histograms have no result. Spec: Prometheus 3.14, promql/functions.go. */
export const elementwiseFunctions: ReadonlyMap<string, SeriesFunction> = new Map([
  ['abs', elementwise(Math.abs)],
  ['ceil', elementwise(Math.ceil)],
  ['floor', elementwise(Math.floor)],
  ['exp', elementwise(Math.exp)],
  ['sqrt', elementwise(Math.sqrt)],
  ['ln', elementwise(Math.log)],
  ['log2', elementwise(Math.log2)],
  ['log10', elementwise(Math.log10)],
  ['sin', elementwise(Math.sin)],
  ['cos', elementwise(Math.cos)],
  ['tan', elementwise(Math.tan)],
  ['asin', elementwise(Math.asin)],
  ['acos', elementwise(Math.acos)],
  ['atan', elementwise(Math.atan)],
  ['sinh', elementwise(Math.sinh)],
  ['cosh', elementwise(Math.cosh)],
  ['tanh', elementwise(Math.tanh)],
  ['asinh', elementwise(Math.asinh)],
  ['acosh', elementwise(Math.acosh)],
  ['atanh', elementwise(Math.atanh)],
  ['rad', elementwise((degrees) => (degrees * Math.PI) / 180)],
  ['deg', elementwise((radians) => (radians * 180) / Math.PI)],
  ['sgn', elementwise((value) => (value < 0 ? -1 : value > 0 ? 1 : value))],
  ['round', stepwise(round)],
  ['clamp', stepwise((value, step, call) => clamp(value, at(call, 1, step), at(call, 2, step)))],
  ['clamp_min', stepwise((value, step, call) => clamp(value, at(call, 1, step), Number.POSITIVE_INFINITY))],
  ['clamp_max', stepwise((value, step, call) => clamp(value, Number.NEGATIVE_INFINITY, at(call, 1, step)))],
]);

function elementwise(compute: (value: number) => number): SeriesFunction {
  return stepwise(compute);
}

/** @param compute - undefined: there is no result at the step. */
export function stepwise(
  compute: (value: number, step: number, call: FunctionCall) => number | undefined,
): SeriesFunction {
  return {
    kind: 'series',
    apply: (column, call) => {
      const { kinds, values } = column;
      for (let step = 0; step < kinds.length; step++) {
        const result = kinds[step] === float ? compute(values[step] ?? 0, step, call) : undefined;
        if (result === undefined) kinds[step] = absent;
        else values[step] = result;
      }
    },
  };
}

function at(call: FunctionCall, argument: number, step: number): number {
  return call.scalar(argument)[step] ?? Number.NaN;
}

/** Ties are rounded up. Dividing by the inverse is more exact than by the distance. */
function round(value: number, step: number, call: FunctionCall): number {
  const inverse = 1 / (call.argumentRanges.length > 1 ? at(call, 1, step) : 1);
  return Math.floor(value * inverse + 0.5) / inverse;
}

function clamp(value: number, min: number, max: number): number | undefined {
  return max < min ? undefined : goMax(min, goMin(max, value));
}
