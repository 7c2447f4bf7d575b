import type { Labels } from '@plinth/prometheus-model';
import type { RangeFunction } from '../functions/function-call.ts';
import type { TextRange } from '../syntax/expression.ts';
import { possibleNonCounter, possibleNonCounterType } from './annotation-texts.ts';
import { type Column, float } from './column.ts';
import { EvaluatedCall } from './evaluated-call.ts';
import type { Evaluator, Sink } from './evaluator.ts';
import { differWithoutMetadata } from './merge.ts';
import type { PlanNode, PlannedCall, PlannedMatrixSelector, PlannedSubquery } from './plan.ts';
import { refuse } from './query-error.ts';
import { sizeOfHistogram } from './sample-memory.ts';
import { SampleWindows, type WindowShape } from './sample-windows.ts';
import type { Scope } from './scope.ts';
import { readSeries } from './series-reading.ts';
import { evaluateSubquery, readColumn } from './subquery.ts';

/** Functions that know what to do with samples outside of the window. */
const extensionFunctions: Readonly<Record<'anchored' | 'smoothed', readonly string[]>> = {
  anchored: ['changes', 'delta', 'increase', 'rate', 'resets'],
  smoothed: ['delta', 'increase', 'rate'],
};

/** Hands on the result of a function of a range vector. */
export function streamRangeCall(
  evaluator: Evaluator,
  node: PlannedCall,
  implementation: RangeFunction,
  scope: Scope,
  sink: Sink,
): void {
  const matrix = node.arguments.find(isMatrix);
  if (!matrix) throw new TypeError(`${node.function.name} has no range vector`);
  const { name } = node.function;
  const { memory } = evaluator.settings;
  const call = new EvaluatedCall(evaluator, node, scope);
  checkExtension(matrix, name);
  const keepsName = implementation.keepsName === true;
  const isSafe =
    evaluator.settings.delaysNameRemoval ||
    keepsName ||
    (matrix.kind === 'matrix-selector' && differWithoutMetadata(matrix.selector.series));
  const guarded = isSafe ? sink : refusingEquals(sink);
  const watch = new CounterWatch(evaluator, name, matrix.range);
  eachWindows(evaluator, matrix, scope, (windows, dropsName) => {
    memory.touch(countSamples(windows, scope));
    const column = scope.columns.take();
    column.labels = windows.labels;
    column.dropsName = dropsName;
    if (!keepsName) evaluator.dropName(column);
    implementation.apply(windows, column, call);
    watch.see(windows.labels, column);
    evaluator.emit(column, scope, guarded);
  });
}

/** A sink for series that have to have different labels. */
function refusingEquals(sink: Sink): Sink {
  const seen = new Set<string>();
  return (column) => {
    const { key } = column.labels;
    if (seen.has(key)) refuse('vector cannot contain metrics with the same labelset');
    seen.add(key);
    sink(column);
  };
}

function isMatrix(node: PlanNode): node is PlannedMatrixSelector | PlannedSubquery {
  return node.kind === 'matrix-selector' || node.kind === 'subquery';
}

function checkExtension(matrix: PlannedMatrixSelector | PlannedSubquery, name: string): void {
  const extension = matrix.kind === 'matrix-selector' ? matrix.selector.extension : undefined;
  if (extension === undefined || extensionFunctions[extension].includes(name)) return;
  const safe = extensionFunctions[extension].join(', ');
  refuse(`${extension} modifier can only be used with: ${safe} - not with ${name}`);
}

/** Calls with the windows of one series after the other. `dropsName`: the name is to be dropped already. */
export function eachWindows(
  evaluator: Evaluator,
  matrix: PlannedMatrixSelector | PlannedSubquery,
  scope: Scope,
  visit: (windows: SampleWindows, dropsName: boolean) => void,
): void {
  const { settings, buffer } = evaluator;
  const windowsOf = (shape: WindowShape): SampleWindows =>
    new SampleWindows(buffer, shape, scope.steps, settings.lookbackMs);
  const visitNext = (windows: SampleWindows, labels: Labels, dropsName: boolean): void => {
    windows.labels = labels;
    windows.locate();
    visit(windows, dropsName);
  };
  if (matrix.kind === 'matrix-selector') {
    const { selector, windowMs: rangeMs } = matrix;
    const windows = windowsOf({ ...selector, rangeMs });
    for (const series of selector.series) {
      readSeries(evaluator, selector, series);
      visitNext(windows, series.labels, false);
    }
    return;
  }
  const { atMs, offsetMs, windowMs: rangeMs } = matrix;
  const windows = windowsOf({ atMs, offsetMs, rangeMs, extension: undefined });
  const { memory } = settings;
  const before = memory.current;
  const { columns, steps } = evaluateSubquery(evaluator, matrix, scope);
  const held = memory.current - before;
  for (const column of columns) {
    buffer.clear();
    readColumn(column, steps, buffer);
    settings.interruption.worked(steps.count);
    visitNext(windows, column.labels, column.dropsName);
  }
  memory.reset(memory.current - held, 0);
}

/** Counts what is in the windows. @returns the samples of the largest one. */
function countSamples(windows: SampleWindows, { usage }: Scope): number {
  const { floatTo, samples, floatsTotal, floatsMost } = windows;
  const { perStep } = usage;
  if (samples.histograms.length === 0 && !perStep) {
    usage.total += floatsTotal;
    return floatsMost;
  }
  let largest = 0;
  let total = 0;
  for (let step = 0; step < floatTo.length; step++) {
    const size = windowSize(windows, step);
    total += size;
    if (size > largest) largest = size;
    if (perStep) perStep[step] = (perStep[step] ?? 0) + size;
  }
  usage.total += total;
  return largest;
}

function windowSize(windows: SampleWindows, step: number): number {
  const { floatFrom, floatTo, histogramFrom, histogramTo, samples } = windows;
  let size = (floatTo[step] ?? 0) - (floatFrom[step] ?? 0);
  for (let i = histogramFrom[step] ?? 0; i < (histogramTo[step] ?? 0); i++) {
    const value = samples.histograms[i];
    if (value) size += sizeOfHistogram(value);
  }
  return size;
}

const counterSuffixes = ['_total', '_sum', '_count', '_bucket'];

/** Notices rates of what does not look like a counter. */
class CounterWatch {
  readonly #evaluator: Evaluator;
  readonly #isNeeded: boolean;
  readonly #range: TextRange;
  /** The last name that was looked at: most series of a selector have the same. */
  #seen = '';

  constructor(evaluator: Evaluator, name: string, range: TextRange) {
    this.#evaluator = evaluator;
    this.#isNeeded = name === 'rate' || name === 'increase';
    this.#range = range;
  }

  see(labels: Labels, column: Column): void {
    if (!this.#isNeeded) return;
    const name = labels.metricName;
    const { annotations, hasTypeAndUnitLabels } = this.#evaluator.settings;
    if (name === '' || (name === this.#seen && !hasTypeAndUnitLabels)) return;
    if (!column.kinds.includes(float)) return;
    this.#seen = name;
    const type = labels.get('__type__');
    if (hasTypeAndUnitLabels) {
      if (type === 'counter' || type === 'histogram') return;
      annotations.add(possibleNonCounterType(name, type, this.#range));
    } else if (!counterSuffixes.some((suffix) => name.endsWith(suffix))) {
      annotations.add(possibleNonCounter(name, this.#range));
    }
  }
}
