import { formatFloat, quote } from '@plinth/go-format';
import { absent, type Column, float } from './column.ts';
import type { Evaluator, Sink } from './evaluator.ts';
import { Grouping } from './grouping.ts';
import type { PlannedAggregation } from './plan.ts';
import { refuse } from './query-error.ts';
import type { Scope } from './scope.ts';

/** `count_values`: a series for each distinct value of a group, which becomes a label. */
export function streamCountValues(
  evaluator: Evaluator,
  node: PlannedAggregation,
  scope: Scope,
  sink: Sink,
): void {
  const { parameter } = node;
  const label = parameter?.kind === 'string' ? parameter.value : '';
  if (label === '' || !label.isWellFormed()) refuse(`invalid label name ${quote(label)}`);
  const names = node.isWithout ? node.grouping : [...node.grouping, label];
  const grouping = new Grouping(names, node.isWithout);
  const counts = new Map<string, Column>();
  const { memory } = evaluator.settings;
  const before = memory.current;
  evaluator.stream(node.expression, scope, (column) => {
    // Most values stay the same from step to step.
    let text = '';
    let count: Column | undefined;
    for (let step = 0; step < column.steps; step++) {
      if (column.kinds[step] === absent) continue;
      const next = valueText(column, step);
      if (!count || next !== text) {
        text = next;
        const labels = grouping.labelsOf(column.labels.with({ [label]: text }));
        count = counts.get(labels.key) ?? scope.columns.take();
        count.labels = labels;
        counts.set(labels.key, count);
      }
      count.setFloat(step, count.kinds[step] === float ? (count.values[step] ?? 0) + 1 : 1);
    }
    scope.columns.give(column);
  });
  memory.reset(before, 0);
  for (const column of counts.values()) evaluator.emit(column, scope, sink);
}

function valueText(column: Column, step: number): string {
  return column.histogramAt(step)?.toString() ?? formatFloat(column.values[step] ?? 0);
}
