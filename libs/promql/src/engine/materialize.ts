import type { FloatHistogram } from '@plinth/prometheus-model';
import { extendedEnds } from '../functions/extended-rate.ts';
import { absent, type Column, float } from './column.ts';
import type { Evaluator } from './evaluator.ts';
import { withNamesRemoved } from './merge.ts';
import type { PlanNode, PlannedMatrixSelector, PlannedSubquery } from './plan.ts';
import { refuse } from './query-error.ts';
import { eachWindows } from './range-call.ts';
import type { MatrixSeries, ResultValue, VectorSample } from './result.ts';
import type { SampleWindows } from './sample-windows.ts';
import type { Scope } from './scope.ts';
import type { Steps } from './steps.ts';
import { evaluateSubquery } from './subquery.ts';

/** Evaluates a plan at one instant. @throws QueryError */
export function instantValue(evaluator: Evaluator, node: PlanNode, scope: Scope): ResultValue {
  const timeMs = scope.steps.startMs;
  switch (node.type) {
    case 'string':
      return { type: 'string', timeMs, value: stringOf(node) };
    case 'scalar':
      return { type: 'scalar', timeMs, value: evaluator.scalar(node, scope)[0] ?? Number.NaN };
    case 'matrix':
      return { type: 'matrix', series: sorted(matrixOf(evaluator, node, scope)) };
    default: {
      const columns = withNamesRemoved(evaluator.collect(node, scope));
      return { type: 'vector', timeMs, samples: columns.map(sampleOf) };
    }
  }
}

/** Evaluates a plan at several instants. @throws QueryError */
export function rangeValue(evaluator: Evaluator, node: PlanNode, scope: Scope): ResultValue {
  if (node.type === 'scalar') {
    const column = scope.columns.take();
    column.values.set(evaluator.scalar(node, scope));
    column.kinds.fill(float);
    return { type: 'matrix', series: compact(column.steps > 0 ? [column] : [], scope.steps) };
  }
  const columns = withNamesRemoved(evaluator.collect(node, scope));
  return { type: 'matrix', series: sorted(compact(columns, scope.steps)) };
}

function stringOf(node: PlanNode): string {
  if (node.kind === 'string') return node.value;
  return node.kind === 'invariant' ? stringOf(node.expression) : '';
}

function sampleOf(column: Column): VectorSample {
  const { labels, values } = column;
  return { labels, value: values[0] ?? Number.NaN, histogram: column.histogramAt(0) };
}

function sorted(series: readonly MatrixSeries[]): readonly MatrixSeries[] {
  return [...series].sort((one, other) => one.labels.compare(other.labels));
}

/** Only the steps that have values. Where these are a run of floats, nothing is copied, and the times are shared. */
function compact(columns: readonly Column[], steps: Steps): readonly MatrixSeries[] {
  const times = Float64Array.from({ length: steps.count }, (_, step) => steps.at(step));
  return columns.map((column) => {
    const { kinds, values, labels } = column;
    const first = kinds.findIndex((kind) => kind !== absent);
    const end = kinds.findLastIndex((kind) => kind !== absent) + 1;
    for (let step = first; step < end; step++) {
      if (kinds[step] !== float) return scattered(column, times);
    }
    const isWhole = end - Math.max(0, first) === times.length;
    return {
      labels,
      timestamps: isWhole ? times : times.subarray(first, end),
      values: values.subarray(first, end),
      histogramTimestamps: [],
      histograms: [],
    };
  });
}

/** A series with gaps or histograms. */
function scattered(column: Column, times: Float64Array): MatrixSeries {
  const timestamps: number[] = [];
  const values: number[] = [];
  const histogramTimestamps: number[] = [];
  const histograms: FloatHistogram[] = [];
  for (const [step, kind] of column.kinds.entries()) {
    const timeMs = times[step] ?? 0;
    const value = column.histogramAt(step);
    if (kind === float) {
      timestamps.push(timeMs);
      values.push(column.values[step] ?? 0);
    } else if (value) {
      histogramTimestamps.push(timeMs);
      histograms.push(value);
    }
  }
  return {
    labels: column.labels,
    timestamps: Float64Array.from(timestamps),
    values: Float64Array.from(values),
    histogramTimestamps,
    histograms,
  };
}

function matrixOf(evaluator: Evaluator, node: PlanNode, scope: Scope): readonly MatrixSeries[] {
  switch (node.kind) {
    case 'subquery':
      return subqueryMatrix(evaluator, node, scope);
    case 'matrix-selector':
      return selectedMatrix(evaluator, node, scope);
    default:
      throw new TypeError(`${node.kind} is no range vector`);
  }
}

function subqueryMatrix(evaluator: Evaluator, node: PlannedSubquery, scope: Scope): readonly MatrixSeries[] {
  const { columns, steps, usage } = evaluateSubquery(evaluator, node, scope);
  scope.usage.add(0, usage.total);
  return compact(withNamesRemoved(columns), steps);
}

function selectedMatrix(
  evaluator: Evaluator,
  node: PlannedMatrixSelector,
  scope: Scope,
): readonly MatrixSeries[] {
  const series: MatrixSeries[] = [];
  const { extension } = node.selector;
  const { memory } = evaluator.settings;
  eachWindows(evaluator, node, scope, (windows) => {
    if (extension && windows.samples.histograms.length > 0) {
      refuse(`${extension} modifier is not supported with histograms`);
    }
    const found = extension ? extendedSamples(windows) : windowSamples(windows);
    const size = found.values.length + found.histograms.length;
    if (size === 0) return;
    memory.add(size);
    scope.usage.add(0, size);
    series.push(found);
  });
  return series;
}

function windowSamples(windows: SampleWindows): MatrixSeries {
  const { samples, labels } = windows;
  const [from, to] = [windows.floatFrom[0], windows.floatTo[0]];
  const [first, end] = [windows.histogramFrom[0], windows.histogramTo[0]];
  return {
    labels,
    timestamps: samples.timestamps.slice(from, to),
    values: samples.values.slice(from, to),
    histogramTimestamps: samples.histogramTimestamps.slice(first, end),
    histograms: samples.histograms.slice(first, end),
  };
}

/** The samples of an extended window, with those at its ends. */
function extendedSamples(windows: SampleWindows): MatrixSeries {
  const ends = extendedEnds(windows, 0, false);
  const { samples, labels, rangeMs } = windows;
  const endMs = windows.endMs(0);
  const between = { from: ends?.from ?? 0, to: Math.max(ends?.from ?? 0, ends?.to ?? 0) };
  const times = [...samples.timestamps.subarray(between.from, between.to)];
  const values = [...samples.values.subarray(between.from, between.to)];
  return {
    labels,
    timestamps: Float64Array.from(ends ? [endMs - rangeMs, ...times, endMs] : []),
    values: Float64Array.from(ends ? [ends.left, ...values, ends.right] : []),
    histogramTimestamps: [],
    histograms: [],
  };
}
