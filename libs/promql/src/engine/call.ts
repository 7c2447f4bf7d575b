import type { VectorFunction } from '../functions/function-call.ts';
import { functionImplementations } from '../functions/implementations.ts';
import { streamAbsent } from './absence.ts';
import { sortInRangeQuery } from './annotation-texts.ts';
import { type Column, float } from './column.ts';
import { EvaluatedCall } from './evaluated-call.ts';
import type { Evaluator, Sink } from './evaluator.ts';
import { streamInfo } from './info.ts';
import { joinLabels, replaceLabels } from './label-functions.ts';
import { mergeEqualSeries } from './merge.ts';
import type { PlanNode, PlannedCall } from './plan.ts';
import { streamRangeCall } from './range-call.ts';
import type { Scope } from './scope.ts';
import { streamTimestamps } from './timestamps.ts';

const sortFunctions: ReadonlySet<string> = new Set([
  'sort',
  'sort_desc',
  'sort_by_label',
  'sort_by_label_desc',
]);

/** Hands on the result of a function that gives an instant vector. */
export function streamCall(evaluator: Evaluator, node: PlannedCall, scope: Scope, sink: Sink): void {
  const { name } = node.function;
  const [first] = node.arguments;
  switch (name) {
    case 'absent':
    case 'absent_over_time':
      return streamAbsent(evaluator, node, scope, sink);
    case 'label_replace':
      return replaceLabels(evaluator, node, scope, sink);
    case 'label_join':
      return joinLabels(evaluator, node, scope, sink);
    case 'info':
      return streamInfo(evaluator, node, scope, sink);
    case 'timestamp':
    case 'start_timestamp':
      return evaluator.mergingNames(sink, (merge) => streamTimestamps(evaluator, node, scope, merge));
  }
  const implementation = functionImplementations.get(name);
  if (sortFunctions.has(name) && scope.steps.count > 1) {
    evaluator.settings.annotations.add(sortInRangeQuery(node.range));
  }
  switch (implementation?.kind) {
    case 'range':
      return streamRangeCall(evaluator, node, implementation, scope, sink);
    case 'series': {
      const call = new EvaluatedCall(evaluator, node, scope);
      return evaluator.mergingNames(sink, (merge) => {
        const apply = (column: Column): void => {
          implementation.apply(column, call);
          evaluator.forward(column, scope, merge);
        };
        if (!first) return apply(timeColumn(scope));
        evaluator.stream(first, scope, (column) => {
          evaluator.dropName(column);
          apply(column);
        });
      });
    }
    case 'vector':
      return streamVectorFunction(evaluator, node, implementation, scope, sink);
    default:
      throw new TypeError(`function ${name} has no implementation`);
  }
}

/** The values of a function that gives a scalar. */
export function scalarCall(evaluator: Evaluator, node: PlannedCall, scope: Scope): Float64Array<ArrayBuffer> {
  const implementation = functionImplementations.get(node.function.name);
  if (implementation?.kind !== 'scalar') {
    throw new TypeError(`function ${node.function.name} has no implementation as a scalar`);
  }
  const call = new EvaluatedCall(evaluator, node, scope);
  const { memory } = evaluator.settings;
  const before = memory.current;
  const columns = vectorArgument(evaluator, node, scope);
  const values = Float64Array.from(implementation.apply(columns, call));
  for (const column of columns) scope.columns.give(column);
  memory.reset(before, 0);
  return values;
}

function streamVectorFunction(
  evaluator: Evaluator,
  node: PlannedCall,
  implementation: VectorFunction,
  scope: Scope,
  sink: Sink,
): void {
  const { memory } = evaluator.settings;
  const before = memory.current;
  const call = new EvaluatedCall(evaluator, node, scope);
  const columns = implementation.apply(vectorArgument(evaluator, node, scope), call);
  memory.reset(before, 0);
  for (const column of columns) if (column.dropsName) evaluator.dropName(column);
  const isChecked = scope.steps.count > 1 || !evaluator.settings.delaysNameRemoval;
  const distinct = isChecked ? mergeEqualSeries(columns) : columns;
  for (const column of distinct) evaluator.emit(column, scope, sink);
}

/** The series of the instant vector among the arguments. */
function vectorArgument(evaluator: Evaluator, node: PlannedCall, scope: Scope): Column[] {
  const argument = node.arguments.find(({ type }: PlanNode) => type === 'vector');
  return argument ? evaluator.collect(argument, scope) : [];
}

/** What functions of dates take when nothing is given: the time of each step. */
function timeColumn({ steps, columns }: Scope): Column {
  const column = columns.take();
  column.kinds.fill(float);
  for (let step = 0; step < steps.count; step++) {
    column.values[step] = Math.trunc(steps.at(step) / 1000);
  }
  return column;
}
