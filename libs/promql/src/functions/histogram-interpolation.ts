import type { FloatHistogram } from '@plinth/prometheus-model';
import type { Annotation } from '../engine/annotations.ts';
import { type AnnotationSubject, differenceOf, sumOf } from './histogram-rate.ts';

/** A histogram and its time, in milliseconds since the epoch. */
export interface TimedHistogram {
  readonly timeMs: number;
  readonly histogram: FloatHistogram;
}

/**
 * The histogram between two others, on a straight line. A counter that was reset between them is taken to have begun at nothing.
 * Spec: Prometheus 3.14, promql/functions.go, interpolateHistograms.
 *
 * @param annotations - gets what the author of the query should know.
 * @returns undefined where one has exponential and the other custom buckets.
 */
export function interpolatedHistogram(
  before: TimedHistogram,
  after: TimedHistogram,
  timeMs: number,
  isCounter: boolean,
  subject: AnnotationSubject,
  annotations: Annotation[],
): FloatHistogram | undefined {
  if (timeMs === before.timeMs) return before.histogram;
  if (timeMs === after.timeMs) return after.histogram;
  const fraction = (timeMs - before.timeMs) / (after.timeMs - before.timeMs);
  if (isCounter && after.histogram.detectReset(before.histogram)) return after.histogram.mul(fraction);
  const difference = differenceOf(after.histogram, before.histogram, subject, annotations);
  return difference && sumOf(difference.mul(fraction), before.histogram, subject, annotations);
}
