import { absent, type Column } from './column.ts';
import type { Evaluator, Sink } from './evaluator.ts';
import type { PlannedCall, PlannedVectorSelector } from './plan.ts';
import type { Scope } from './scope.ts';
import { readSeries } from './series-reading.ts';
import { Lookup } from './vector-selector.ts';

/** `timestamp` and `start_timestamp`, in seconds: of the samples where the argument is a selector, else of the steps. */
export function streamTimestamps(evaluator: Evaluator, node: PlannedCall, scope: Scope, sink: Sink): void {
  const [argument] = node.arguments;
  if (!argument) throw new TypeError(`${node.function.name} has no argument`);
  const ofStarts = node.function.name === 'start_timestamp';
  if (argument.kind === 'vector-selector') {
    return streamSampleTimes(evaluator, argument, ofStarts, scope, sink);
  }
  evaluator.stream(argument, scope, (column) => {
    evaluator.dropName(column);
    for (let step = 0; step < column.steps; step++) {
      if (ofStarts) column.remove(step);
      else if (column.kinds[step] !== absent) column.setFloat(step, scope.steps.at(step) / 1000);
    }
    evaluator.emit(column, scope, sink);
  });
}

function streamSampleTimes(
  evaluator: Evaluator,
  { selector }: PlannedVectorSelector,
  ofStarts: boolean,
  scope: Scope,
  sink: Sink,
): void {
  const { settings, buffer } = evaluator;
  if (ofStarts && !settings.usesStartTimestamps) return;
  const lookup = new Lookup(selector, scope, settings.lookbackMs);
  for (const series of selector.series) {
    readSeries(evaluator, selector, series);
    const column = scope.columns.take();
    column.labels = series.labels;
    evaluator.dropName(column);
    const { timestamps, histogramTimestamps, startTimestamps, histogramStartTimestamps } = buffer;
    lookup.forEach(
      buffer,
      (step, index) => setTime(column, step, ofStarts ? startTimestamps : timestamps, index),
      (step, index) => {
        const times = ofStarts ? histogramStartTimestamps : histogramTimestamps;
        setTime(column, step, times, index);
      },
    );
    for (let step = 0; step < column.steps; step++) {
      if (column.kinds[step] !== absent) scope.usage.add(step, 1);
    }
    evaluator.emit(column, scope, sink);
  }
}

/** @param times - in milliseconds; undefined: none is known. */
function setTime(column: Column, step: number, times: ArrayLike<number> | undefined, index: number): void {
  column.setFloat(step, (times?.[index] ?? 0) / 1000);
}
