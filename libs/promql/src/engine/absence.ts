import { Labels, metricNameLabel } from '@plinth/prometheus-model';
import { absent, type Column, float } from './column.ts';
import type { Evaluator, Sink } from './evaluator.ts';
import type { PlanNode, PlannedCall } from './plan.ts';
import { eachWindows } from './range-call.ts';
import type { Scope } from './scope.ts';

/** `absent` and `absent_over_time`: 1 at the steps at which no series has a sample. */
export function streamAbsent(evaluator: Evaluator, node: PlannedCall, scope: Scope, sink: Sink): void {
  const [argument] = node.arguments;
  if (!argument) throw new TypeError(`${node.function.name} has no argument`);
  const column = scope.columns.take();
  const { memory } = evaluator.settings;
  const before = memory.current;
  column.kinds.fill(float);
  column.values.fill(1);
  if (argument.kind === 'matrix-selector' || argument.kind === 'subquery') {
    eachWindows(evaluator, argument, scope, (windows) => {
      const { floatFrom, floatTo, histogramFrom, histogramTo } = windows;
      for (let step = 0; step < floatTo.length; step++) {
        const isEmpty = floatFrom[step] === floatTo[step] && histogramFrom[step] === histogramTo[step];
        if (!isEmpty) column.remove(step);
      }
    });
    column.dropsName = true;
  } else {
    evaluator.stream(argument, scope, (present) => {
      removePresent(column, present);
      scope.columns.give(present);
    });
  }
  memory.reset(before, 0);
  column.labels = labelsOf(argument);
  evaluator.emit(column, scope, sink);
}

function removePresent(column: Column, present: Column): void {
  for (let step = 0; step < present.steps; step++) {
    if (present.kinds[step] !== absent) column.remove(step);
  }
}

/** What a series would have to be called to match: the labels that are asked for once, and with `=`. */
function labelsOf(node: PlanNode): Labels {
  if (node.kind === 'invariant') return labelsOf(node.expression);
  if (node.kind !== 'vector-selector' && node.kind !== 'matrix-selector') return Labels.empty;
  const values = new Map<string, string>();
  for (const { name, operator, value } of node.selector.matchers) {
    if (name === metricNameLabel) continue;
    values.set(name, operator === '=' && !values.has(name) ? value : '');
  }
  return Labels.from(values);
}
