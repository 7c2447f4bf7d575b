import type { FloatHistogram } from '@plinth/prometheus-model';
import {
  mixedExponentialCustomHistograms,
  nativeHistogramNotCounter,
  nativeHistogramNotGauge,
} from '../engine/annotation-texts.ts';
import type { Annotation } from '../engine/annotations.ts';
import { interpolatedHistogram, type TimedHistogram } from './histogram-interpolation.ts';
import {
  type AnnotationSubject,
  differenceOf,
  type HistogramOutcome,
  type HistogramWindow,
  isGauge,
  type RateKind,
  sumOf,
} from './histogram-rate.ts';

/**
 * How much the histograms of an `anchored` or `smoothed` window grew. The window has samples outside of it: the last one before its start
 * and, when smoothed, the first one after its end. Anchored takes the one before as it is; smoothed interpolates at both ends.
 * Spec: Prometheus 3.14, promql/functions.go, extendedHistogramRate.
 */
export function extendedHistogramRate(
  window: HistogramWindow,
  kind: RateKind,
  isSmoothed: boolean,
  subject: AnnotationSubject,
): HistogramOutcome {
  const annotations: Annotation[] = [];
  const samples = relevantSamples(window, isSmoothed);
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return { histogram: undefined, annotations };
  const incompatible = mixedExponentialCustomHistograms(subject.metricName, subject.range);
  for (const { histogram } of samples) {
    if (histogram.usesCustomBuckets !== first.histogram.usesCustomBuckets) {
      return { histogram: undefined, annotations: [...annotations, incompatible] };
    }
    if (kind.isCounter && isGauge(histogram)) {
      annotations.push(nativeHistogramNotCounter(subject.metricName, subject.range));
    }
  }
  const { isCounter } = kind;
  const second = samples[1];
  const penultimate = samples.at(-2);
  const left =
    isSmoothed && second && first.timeMs < window.startMs
      ? interpolatedHistogram(first, second, window.startMs, isCounter, subject, annotations)
      : first.histogram;
  const right =
    isSmoothed && penultimate && last.timeMs > window.endMs
      ? interpolatedHistogram(penultimate, last, window.endMs, isCounter, subject, annotations)
      : last.histogram;
  if (left && right && !isCounter && !(isGauge(left) && isGauge(right))) {
    annotations.push(nativeHistogramNotGauge(subject.metricName, subject.range));
  }
  let growth = left && right && differenceOf(right, left, subject, annotations);
  if (isCounter && growth && left && right) {
    const [lost, ...others] = beforeResets(samples, left, right, window.startMs, isSmoothed);
    let sum = lost;
    for (const other of others) sum &&= sumOf(sum, other, subject, annotations);
    if (lost) growth = sum && sumOf(growth, sum, subject, annotations);
  }
  if (!growth) return { histogram: undefined, annotations: [...annotations, incompatible] };
  if (kind.isPerSecond) growth = growth.div((window.endMs - window.startMs) / 1000);
  return { histogram: growth.withCounterResetHint('gauge').compact(), annotations };
}

/** From the last sample at or before the start on; when smoothed, to the first one at or after the end. None when the window is empty. */
function relevantSamples(window: HistogramWindow, isSmoothed: boolean): readonly TimedHistogram[] {
  let from = window.from;
  while (from + 1 < window.to - 1 && (window.timestamps[from + 1] ?? 0) <= window.startMs) from++;
  let last = window.to - 1;
  if (isSmoothed) {
    last = window.from;
    while (last < window.to - 1 && (window.timestamps[last] ?? 0) < window.endMs) last++;
  }
  const lastMs = window.timestamps[last] ?? 0;
  if (lastMs <= window.startMs) return [];
  if (isSmoothed && (window.timestamps[from] ?? 0) > window.endMs) return [];
  const samples: TimedHistogram[] = [];
  for (let i = from; i <= last; i++) {
    const histogram = window.histograms[i];
    if (histogram) samples.push({ timeMs: window.timestamps[i] ?? 0, histogram });
  }
  return samples;
}

/** What the counter had counted before each reset that the ends of the window do not account for already. */
function beforeResets(
  samples: readonly TimedHistogram[],
  left: FloatHistogram,
  right: FloatHistogram,
  startMs: number,
  isSmoothed: boolean,
): readonly FloatHistogram[] {
  const [first, second] = samples;
  let next = 1;
  let previous = left;
  if (
    isSmoothed &&
    first &&
    second &&
    first.timeMs < startMs &&
    second.histogram.detectReset(first.histogram)
  ) {
    previous = second.histogram;
    next = 2;
  }
  const found: FloatHistogram[] = [];
  if (next > samples.length - 1) return found;
  for (const { histogram } of samples.slice(next, -1)) {
    if (histogram.detectReset(previous)) found.push(previous);
    previous = histogram;
  }
  if (right.detectReset(previous)) found.push(previous);
  return found;
}
