import { Labels } from '@plinth/prometheus-model';
import { type Column, float } from '../engine/column.ts';
import type { FunctionCall, ScalarFunction, VectorFunction } from './function-call.ts';
import { goMax, goMin } from './go-math.ts';

/** Functions that give scalars, and `vector`, which takes one. Spec: Prometheus 3.14, promql/functions.go. */
export const scalarFunctions: ReadonlyMap<string, ScalarFunction | VectorFunction> = new Map<
  string,
  ScalarFunction | VectorFunction
>([
  ['time', perStep((step, { steps }) => steps.at(step) / 1000)],
  ['pi', perStep(() => Math.PI)],
  ['max_of', perStep((step, call) => goMax(at(call, 0, step), at(call, 1, step)))],
  ['min_of', perStep((step, call) => goMin(at(call, 0, step), at(call, 1, step)))],
  ['scalar', { kind: 'scalar', apply: onlyFloat }],
  ['vector', { kind: 'vector', apply: (_, call) => [vectorOf(call)] }],
]);

function perStep(compute: (step: number, call: FunctionCall) => number): ScalarFunction {
  return {
    kind: 'scalar',
    apply: (_, call) =>
      Float64Array.from({ length: call.steps.count }, (_value, step) => compute(step, call)),
  };
}

function at(call: FunctionCall, argument: number, step: number): number {
  return call.scalar(argument)[step] ?? Number.NaN;
}

/** The float of the only series that has one at a step; else NaN. */
function onlyFloat(columns: readonly Column[], { steps }: FunctionCall): Float64Array {
  const found = new Uint8Array(steps.count);
  const values = new Float64Array(steps.count).fill(Number.NaN);
  for (const column of columns) {
    for (let step = 0; step < steps.count; step++) {
      if (column.kinds[step] !== float) continue;
      values[step] = found[step] === 0 ? (column.values[step] ?? 0) : Number.NaN;
      found[step] = 1;
    }
  }
  return values;
}

function vectorOf(call: FunctionCall): Column {
  const column = call.columns.take();
  column.labels = Labels.empty;
  column.values.set(call.scalar(0));
  column.kinds.fill(float);
  return column;
}
