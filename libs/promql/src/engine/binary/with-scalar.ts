import type { Annotation } from '../annotations.ts';
import { absent, type Column, float } from '../column.ts';
import type { Evaluator, Sink } from '../evaluator.ts';
import type { PlanNode, PlannedBinary } from '../plan.ts';
import type { Scope } from '../scope.ts';
import { combineValues } from './element.ts';
import { arithmeticOf, comparisonOf } from './scalar-operation.ts';

/** An operator between an instant vector and a scalar. */
interface Operands {
  readonly vector: PlanNode;
  /** The scalar at each step. */
  readonly values: Float64Array;
  /** The scalar is on the left. */
  readonly isLeft: boolean;
}

/** Hands on each series with the scalar applied. Comparisons filter, and keep the values of the series. */
export function streamWithScalar(
  evaluator: Evaluator,
  node: PlannedBinary,
  operands: Operands,
  scope: Scope,
  sink: Sink,
): void {
  const { annotations } = evaluator.settings;
  const { operator, returnsBool } = node;
  const arithmetic = arithmeticOf(operator);
  const comparison = comparisonOf(operator);
  const dropsName = arithmetic !== undefined || returnsBool;
  // Of all samples of a step, only the last one that had no result is told of.
  const notes = new Map<number, Annotation>();
  evaluator.stream(operands.vector, scope, (column) => {
    if (column.histograms || !(arithmetic || comparison)) {
      applyToAll(column, node, operands, notes);
    } else if (arithmetic) calculate(column, operands, arithmetic);
    else if (comparison) compare(column, operands, comparison, returnsBool);
    if (dropsName) evaluator.dropName(column);
    evaluator.forward(column, scope, sink);
  });
  for (const annotation of notes.values()) annotations.add(annotation);
}

function calculate(
  { kinds, values }: Column,
  { values: scalars, isLeft }: Operands,
  arithmetic: (left: number, right: number) => number,
): void {
  for (let step = 0; step < kinds.length; step++) {
    if (kinds[step] === absent) continue;
    const value = values[step] ?? 0;
    const scalar = scalars[step] ?? 0;
    values[step] = isLeft ? arithmetic(scalar, value) : arithmetic(value, scalar);
  }
}

function compare(
  { kinds, values }: Column,
  { values: scalars, isLeft }: Operands,
  comparison: (left: number, right: number) => boolean,
  returnsBool: boolean,
): void {
  for (let step = 0; step < kinds.length; step++) {
    if (kinds[step] === absent) continue;
    const value = values[step] ?? 0;
    const scalar = scalars[step] ?? 0;
    const holds = isLeft ? comparison(scalar, value) : comparison(value, scalar);
    if (returnsBool) values[step] = holds ? 1 : 0;
    else if (!holds) kinds[step] = absent;
  }
}

/** Samples that may be histograms. */
function applyToAll(
  column: Column,
  { operator, returnsBool, range }: PlannedBinary,
  { values: scalars, isLeft }: Operands,
  notes: Map<number, Annotation>,
): void {
  const isComparison = comparisonOf(operator) !== undefined;
  for (let step = 0; step < column.steps; step++) {
    const kind = column.kinds[step];
    if (kind === absent) continue;
    const value = kind === float ? (column.values[step] ?? 0) : column.histogramAt(step);
    if (value === undefined) continue;
    const scalar = scalars[step] ?? 0;
    const outcome = isLeft
      ? combineValues(operator, scalar, value, range)
      : combineValues(operator, value, scalar, range);
    if (outcome.annotation) notes.set(step, outcome.annotation);
    const result = isComparison ? value : outcome.value;
    if (outcome.value === undefined || result === undefined) column.remove(step);
    else if (returnsBool) column.setFloat(step, outcome.isKept ? 1 : 0);
    else if (!outcome.isKept) column.remove(step);
    else if (typeof result === 'number') column.setFloat(step, result);
    else column.setHistogram(step, result);
  }
}
