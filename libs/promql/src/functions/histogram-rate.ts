import { FloatHistogram } from '@plinth/prometheus-model';
import {
  mismatchedCustomBuckets,
  mixedExponentialCustomHistograms,
  nativeHistogramNotCounter,
  nativeHistogramNotGauge,
} from '../engine/annotation-texts.ts';
import type { Annotation } from '../engine/annotations.ts';
import { startTimeOverlap } from '../engine/start-time-overlap.ts';
import type { TextRange } from '../syntax/expression.ts';
import { isStartTimestampReset, type SampleTimes, startsOverlap } from './start-timestamp.ts';

/** The histograms of a series that are in a window: from `from` up to, but without, `to`. Times in milliseconds since the epoch. */
export interface HistogramWindow {
  readonly timestamps: readonly number[];
  readonly histograms: readonly FloatHistogram[];
  /** When each counter began; 0 where that is not known. */
  readonly startTimestamps: readonly number[] | undefined;
  readonly from: number;
  readonly to: number;
  /** Not included in the window. */
  readonly startMs: number;
  /** Included in the window. */
  readonly endMs: number;
}

/** `rate` is a counter and per second, `increase` a counter, `delta` neither. */
export interface RateKind {
  readonly isCounter: boolean;
  readonly isPerSecond: boolean;
}

/** What annotations name. */
export interface AnnotationSubject {
  readonly metricName: string;
  readonly range: TextRange;
}

/** A histogram, where there is one, and what the author of the query should know. */
export interface HistogramOutcome {
  readonly histogram: FloatHistogram | undefined;
  readonly annotations: readonly Annotation[];
}

/**
 * How much the histograms of a window grew, extrapolated to the whole window as `rate`, `increase` and `delta` do. A single histogram
 * counts where its start timestamp is in the window: it began at nothing then.
 * Spec: Prometheus 3.14, promql/functions.go, extrapolatedRate.
 */
export function extrapolatedHistogramRate(
  window: HistogramWindow,
  kind: RateKind,
  subject: AnnotationSubject,
): HistogramOutcome {
  const first = window.histograms[window.from];
  if (!first) return nothing;
  const gaps = window.to - window.from - 1;
  const growth = gaps > 0 ? histogramGrowth(window, kind.isCounter, subject) : nothing;
  if (gaps > 0 && !growth.histogram) return growth;
  const annotations = [...growth.annotations];
  let increase = growth.histogram;

  const firstMs = window.timestamps[window.from] ?? 0;
  const lastMs = window.timestamps[window.to - 1] ?? 0;
  const beganMs = kind.isCounter ? (window.startTimestamps?.[window.from] ?? 0) : 0;
  let sampled = (lastMs - firstMs) / 1000;
  const spacing = gaps > 0 ? sampled / gaps : 0;
  const threshold = spacing * 1.1;
  let toStart = (firstMs - window.startMs) / 1000;
  let toEnd = (window.endMs - lastMs) / 1000;

  if (beganMs !== 0 && beganMs > window.startMs && beganMs < firstMs) {
    toStart = 0;
    sampled = (lastMs - beganMs) / 1000;
    increase = increase ? sumOf(increase, first, subject, annotations) : first;
  } else {
    if (toStart >= threshold) toStart = spacing / 2;
    if (kind.isCounter && increase) toStart = withoutNegativeCounts(toStart, first, increase, sampled);
  }
  if (!increase) return { histogram: undefined, annotations };
  if (toEnd >= threshold) toEnd = spacing / 2;
  let factor = sampled === 0 ? 1 : (sampled + toStart + toEnd) / sampled;
  if (kind.isPerSecond) factor /= (window.endMs - window.startMs) / 1000;
  return { histogram: increase.mul(factor), annotations };
}

const nothing: HistogramOutcome = { histogram: undefined, annotations: [] };

/** A counter is never negative: it is not extrapolated to before the time at which it would have been zero. */
function withoutNegativeCounts(
  toStart: number,
  first: FloatHistogram,
  increase: FloatHistogram,
  sampled: number,
): number {
  if (!(increase.fields.count > 0 && first.fields.count >= 0)) return toStart;
  const toZero = sampled * (first.fields.count / increase.fields.count);
  return toZero < toStart ? toZero : toStart;
}

/**
 * The difference of the last and the first histogram and, for counters, what they had counted before each reset.
 * Spec: Prometheus 3.14, promql/functions.go, histogramRate.
 */
function histogramGrowth(
  window: HistogramWindow,
  isCounter: boolean,
  subject: AnnotationSubject,
): HistogramOutcome {
  const { histograms, from, to } = window;
  const [first, second, last] = [histograms[from], histograms[from + 1], histograms[to - 1]];
  if (!first || !second || !last) return nothing;
  const incompatible = {
    histogram: undefined,
    annotations: [mixedExponentialCustomHistograms(subject.metricName, subject.range)],
  };
  const annotations: Annotation[] = [];
  if (isCounter && [first, last].some(isGauge)) {
    annotations.push(nativeHistogramNotCounter(subject.metricName, subject.range));
  }
  const isFirstIgnored = isCounter && isReset(window, from + 1, second, first);
  const base = isFirstIgnored ? emptyLike(second) : first;
  if (last.usesCustomBuckets !== base.usesCustomBuckets) {
    return { histogram: undefined, annotations: [...annotations, ...incompatible.annotations] };
  }

  let schema = Math.min(last.fields.schema, base.fields.schema);
  for (let i = from + 1; i < (isCounter ? to - 1 : 0); i++) {
    const between = histograms[i];
    if (!between) continue;
    if (isGauge(between)) annotations.push(nativeHistogramNotCounter(subject.metricName, subject.range));
    if (between.usesCustomBuckets !== base.usesCustomBuckets) return incompatible;
    schema = Math.min(schema, between.fields.schema);
  }

  let growth = differenceOf(last.reduceResolution(schema), base, subject, annotations);
  if (isCounter) growth &&= withResets(window, base, growth, subject, annotations);
  else if (!isGauge(first) || !isGauge(last)) {
    annotations.push(nativeHistogramNotGauge(subject.metricName, subject.range));
  }
  return growth ? { histogram: growth.withCounterResetHint('gauge').compact(), annotations } : incompatible;
}

/** Adds what the counter had counted before each reset. */
function withResets(
  window: HistogramWindow,
  base: FloatHistogram,
  growth: FloatHistogram,
  subject: AnnotationSubject,
  annotations: Annotation[],
): FloatHistogram | undefined {
  let sum: FloatHistogram | undefined = growth;
  let previous = base;
  let overlaps = false;
  for (let i = window.from + 1; sum && i < window.to; i++) {
    const current = window.histograms[i];
    if (!current) continue;
    overlaps ||= window.startTimestamps !== undefined && startsOverlap(timesAt(window, i));
    if (isReset(window, i, current, previous)) sum = sumOf(sum, previous, subject, annotations);
    previous = current;
  }
  if (overlaps) annotations.push(startTimeOverlap(subject.metricName, subject.range));
  return sum;
}

function isReset(
  window: HistogramWindow,
  at: number,
  current: FloatHistogram,
  previous: FloatHistogram,
): boolean {
  return (
    (window.startTimestamps !== undefined && isStartTimestampReset(timesAt(window, at))) ||
    current.detectReset(previous)
  );
}

function timesAt(window: HistogramWindow, at: number): SampleTimes {
  return {
    previousStartMs: window.startTimestamps?.[at - 1] ?? 0,
    previousMs: window.timestamps[at - 1] ?? 0,
    startMs: window.startTimestamps?.[at] ?? 0,
    timeMs: window.timestamps[at] ?? 0,
  };
}

/** The counter before it began: its layout without observations. */
function emptyLike(histogram: FloatHistogram): FloatHistogram {
  return new FloatHistogram({
    counterResetHint: 'unknown',
    schema: histogram.fields.schema,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positiveSpans: [],
    negativeSpans: [],
    positiveBuckets: [],
    negativeBuckets: [],
    customValues: histogram.fields.customValues,
  });
}

export function isGauge(histogram: FloatHistogram): boolean {
  return histogram.fields.counterResetHint === 'gauge';
}

/** Undefined for a mix of exponential and custom buckets. That hints contradict each other is normal between samples of a counter. */
export function sumOf(
  one: FloatHistogram,
  other: FloatHistogram,
  subject: AnnotationSubject,
  annotations: Annotation[],
): FloatHistogram | undefined {
  const sum = one.add(other);
  if (sum?.boundsReconciled) annotations.push(mismatchedCustomBuckets('addition', subject.range));
  return sum?.histogram;
}

export function differenceOf(
  one: FloatHistogram,
  other: FloatHistogram,
  subject: AnnotationSubject,
  annotations: Annotation[],
): FloatHistogram | undefined {
  const difference = one.sub(other);
  if (difference?.boundsReconciled) annotations.push(mismatchedCustomBuckets('subtraction', subject.range));
  return difference?.histogram;
}
