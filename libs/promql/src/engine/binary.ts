import { joinSeries } from './binary/join.ts';
import { scalarOperation } from './binary/scalar-operation.ts';
import { combineSets } from './binary/set-operation.ts';
import { streamWithScalar } from './binary/with-scalar.ts';
import type { Evaluator, Sink } from './evaluator.ts';
import type { PlannedBinary } from './plan.ts';
import type { Scope } from './scope.ts';

/** Hands on the result of an operator that has an instant vector on one side at least. */
export function streamBinary(evaluator: Evaluator, node: PlannedBinary, scope: Scope, sink: Sink): void {
  const { left, right, operator } = node;
  if (left.type === 'scalar') {
    const values = evaluator.scalar(left, scope);
    return evaluator.mergingNames(sink, (merge) =>
      streamWithScalar(evaluator, node, { vector: right, values, isLeft: true }, scope, merge),
    );
  }
  if (right.type === 'scalar') {
    const values = evaluator.scalar(right, scope);
    return evaluator.mergingNames(sink, (merge) =>
      streamWithScalar(evaluator, node, { vector: left, values, isLeft: false }, scope, merge),
    );
  }
  const { memory } = evaluator.settings;
  const before = memory.current;
  const sides = { left: evaluator.collect(left, scope), right: evaluator.collect(right, scope) };
  const isSetOperator = operator === 'and' || operator === 'or' || operator === 'unless';
  const columns = isSetOperator
    ? combineSets(operator, sides, node.matching)
    : joinSeries(evaluator, node, sides, scope);
  memory.reset(before, 0);
  for (const column of columns) evaluator.emit(column, scope, sink);
}

/** The values of an operator between scalars. */
export function scalarBinary(
  evaluator: Evaluator,
  { left, right, operator }: PlannedBinary,
  scope: Scope,
): Float64Array<ArrayBuffer> {
  const others = evaluator.scalar(right, scope);
  return evaluator
    .scalar(left, scope)
    .map((value, step) => scalarOperation(operator, value, others[step] ?? 0));
}
