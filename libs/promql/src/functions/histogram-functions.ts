import { type FloatHistogram, formatOpenMetricsFloat, type Labels } from '@plinth/prometheus-model';
import { invalidQuantile } from '../engine/annotation-texts.ts';
import type { Annotation } from '../engine/annotations.ts';
import { absent, type Column, histogram as histogramKind } from '../engine/column.ts';
import type { FunctionCall, SeriesFunction, VectorFunction } from './function-call.ts';
import {
  type ClassicBucket,
  classicFraction,
  classicQuantile,
  repairedBuckets,
} from './histogram-classic.ts';
import { histogramFraction } from './histogram-fraction.ts';
import { forcedMonotonicity } from './histogram-monotonicity.ts';
import { histogramQuantile } from './histogram-quantile.ts';
import { type HistogramSeries, visitHistograms } from './histogram-series.ts';
import { histogramAverage, histogramVariance } from './histogram-statistics.ts';

/** The functions whose names begin with `histogram_`. */
export const histogramFunctions: ReadonlyMap<string, SeriesFunction | VectorFunction> = new Map<
  string,
  SeriesFunction | VectorFunction
>([
  ['histogram_count', statistic((histogram) => histogram.fields.count)],
  ['histogram_sum', statistic((histogram) => histogram.fields.sum)],
  ['histogram_avg', statistic(histogramAverage)],
  ['histogram_stdvar', statistic(histogramVariance)],
  ['histogram_stddev', statistic((histogram) => Math.sqrt(histogramVariance(histogram)))],
  ['histogram_quantile', { kind: 'vector', apply: quantile }],
  ['histogram_quantiles', { kind: 'vector', apply: quantiles }],
  ['histogram_fraction', { kind: 'vector', apply: fraction }],
]);

/** A number for each histogram; floats are left out. */
function statistic(of: (histogram: FloatHistogram) => number): SeriesFunction {
  return {
    kind: 'series',
    apply: (column) => {
      for (const [step, kind] of column.kinds.entries()) {
        const histogram = kind === histogramKind ? column.histogramAt(step) : undefined;
        if (histogram) column.setFloat(step, of(histogram));
        else if (kind !== absent) column.remove(step);
      }
      column.histograms = undefined;
    },
  };
}

function quantile(columns: readonly Column[], call: FunctionCall): readonly Column[] {
  const wanted = call.scalar(0);
  warnOfInvalidQuantiles(call, 0);
  const results = new Results(call);
  const annotations: Annotation[] = [];
  visitHistograms(columns, call, 1, {
    native: (series, step, histogram) => {
      const value = histogramQuantile(wanted[step] ?? 0, histogram, series.subject, annotations);
      results.set(series, step, value);
    },
    classic: (series, step, sorted) => {
      const q = wanted[step] ?? 0;
      const buckets = isQuantile(q) ? repaired(series, step, sorted, call) : sorted;
      results.set(series, step, classicQuantile(q, buckets));
    },
  });
  for (const annotation of annotations) call.annotations.add(annotation);
  return results.instead(columns);
}

/** Several quantiles of each histogram, each with a label that says which it is. */
function quantiles(columns: readonly Column[], call: FunctionCall): readonly Column[] {
  const label = call.string(1);
  const wanted: Float64Array[] = [];
  for (let argument = 2; argument < call.argumentRanges.length; argument++) {
    wanted.push(call.scalar(argument));
    warnOfInvalidQuantiles(call, argument);
  }
  const results = new Results(call);
  const annotations: Annotation[] = [];
  visitHistograms(columns, call, 0, {
    native: (series, step, histogram) => {
      for (const [position, values] of wanted.entries()) {
        const q = values[step] ?? 0;
        const value = histogramQuantile(q, histogram, series.subject, annotations);
        results.set(series, step, value, { label, q, position });
      }
    },
    classic: (series, step, sorted) => {
      const isRepairNeeded = wanted.some((values) => isQuantile(values[step] ?? 0));
      const buckets = isRepairNeeded ? repaired(series, step, sorted, call) : sorted;
      for (const [position, values] of wanted.entries()) {
        const q = values[step] ?? 0;
        results.set(series, step, classicQuantile(q, buckets), { label, q, position });
      }
    },
  });
  for (const annotation of annotations) call.annotations.add(annotation);
  return results.instead(columns);
}

function fraction(columns: readonly Column[], call: FunctionCall): readonly Column[] {
  const lower = call.scalar(0);
  const upper = call.scalar(1);
  const results = new Results(call);
  const annotations: Annotation[] = [];
  visitHistograms(columns, call, 2, {
    native: (series, step, histogram) => {
      const [from, to] = [lower[step] ?? 0, upper[step] ?? 0];
      results.set(series, step, histogramFraction(from, to, histogram, series.subject, annotations));
    },
    classic: (series, step, buckets) => {
      results.set(series, step, classicFraction(lower[step] ?? 0, upper[step] ?? 0, buckets));
    },
  });
  for (const annotation of annotations) call.annotations.add(annotation);
  return results.instead(columns);
}

function isQuantile(value: number): boolean {
  return value >= 0 && value <= 1;
}

function warnOfInvalidQuantiles(call: FunctionCall, argument: number): void {
  const range = call.argumentRanges[argument] ?? call.argumentsRange;
  for (const value of call.scalar(argument)) {
    if (!isQuantile(value)) call.annotations.add(invalidQuantile(value, range));
  }
}

/** Buckets whose counts never fall, with a note when that took more than to undo rounding. */
function repaired(
  { subject }: HistogramSeries,
  step: number,
  sorted: readonly ClassicBucket[],
  { annotations, steps }: FunctionCall,
): readonly ClassicBucket[] {
  if (sorted.at(-1)?.upperBound !== Number.POSITIVE_INFINITY) return sorted;
  const { buckets, repair } = repairedBuckets(sorted);
  if (repair) annotations.add(forcedMonotonicity(repair, steps.at(step), subject));
  return buckets;
}

/** Which of several quantiles a value is, and the label that tells it. */
interface QuantileLabel {
  readonly label: string;
  readonly q: number;
  readonly position: number;
}

/** The series of a result: one for each histogram and, where there are several quantiles, each of those. */
class Results {
  readonly #call: FunctionCall;
  readonly #columns = new Map<HistogramSeries, Map<string, Column>>();

  constructor(call: FunctionCall) {
    this.#call = call;
  }

  set(series: HistogramSeries, step: number, value: number, quantileLabel?: QuantileLabel): void {
    const ofSeries = this.#columns.get(series) ?? new Map<string, Column>();
    this.#columns.set(series, ofSeries);
    // Quantiles that are asked for twice stay apart, so that the series they give are refused as equal.
    const key = quantileLabel ? `${quantileLabel.position} ${quantileLabel.q}` : '';
    let column = ofSeries.get(key);
    if (!column) {
      column = this.#call.columns.take();
      column.labels = quantileLabel ? labelled(series.labels, quantileLabel) : series.labels;
      column.dropsName = true;
      ofSeries.set(key, column);
    }
    column.setFloat(step, value);
  }

  /** The series of the result, after which the columns it came of are not needed any more. */
  instead(columns: readonly Column[]): readonly Column[] {
    for (const column of columns) this.#call.columns.give(column);
    return [...this.#columns.values()].flatMap((ofSeries) => [...ofSeries.values()]);
  }
}

function labelled(labels: Labels, { label, q }: QuantileLabel): Labels {
  return labels.with({ [label]: formatOpenMetricsFloat(q) });
}
