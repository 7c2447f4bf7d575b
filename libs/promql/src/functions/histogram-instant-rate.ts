import {
  mixedExponentialCustomHistograms,
  nativeHistogramNotCounter,
  nativeHistogramNotGauge,
} from '../engine/annotation-texts.ts';
import type { Annotation } from '../engine/annotations.ts';
import type { TimedHistogram } from './histogram-interpolation.ts';
import { type AnnotationSubject, differenceOf, type HistogramOutcome, isGauge } from './histogram-rate.ts';

/**
 * The difference of the last two histograms of a window: `idelta`, and per second `irate`. After a reset a counter grew by all it has.
 * Spec: Prometheus 3.14, promql/functions.go, instantValue.
 *
 * @param isReset - start timestamps say that the counter began anew between the two.
 */
export function instantHistogramRate(
  before: TimedHistogram,
  after: TimedHistogram,
  isRate: boolean,
  isReset: boolean,
  subject: AnnotationSubject,
): HistogramOutcome {
  const seconds = (after.timeMs - before.timeMs) / 1000;
  if (seconds === 0) return { histogram: undefined, annotations: [] };
  const annotations: Annotation[] = [];
  const gauges = [before.histogram, after.histogram].filter(isGauge).length;
  if (isRate && gauges > 0) annotations.push(nativeHistogramNotCounter(subject.metricName, subject.range));
  if (!isRate && gauges < 2) annotations.push(nativeHistogramNotGauge(subject.metricName, subject.range));
  const beganAnew = isRate && (isReset || after.histogram.detectReset(before.histogram));
  const growth = beganAnew
    ? after.histogram
    : differenceOf(after.histogram, before.histogram, subject, annotations);
  if (!growth) {
    annotations.push(mixedExponentialCustomHistograms(subject.metricName, subject.range));
    return { histogram: undefined, annotations };
  }
  const gauge = growth.withCounterResetHint('gauge').compact();
  return { histogram: isRate ? gauge.div(seconds) : gauge, annotations };
}
