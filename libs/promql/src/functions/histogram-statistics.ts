import type { FloatHistogram } from '@plinth/prometheus-model';
import { KahanSum } from './kahan-sum.ts';

/** The mean of the observations. */
export function histogramAverage(histogram: FloatHistogram): number {
  return histogram.fields.sum / histogram.fields.count;
}

/**
 * The variance of the observations, each taken to be at the middle of its bucket: the geometric mean of the bounds of exponential buckets,
 * the arithmetic mean of custom ones, zero in the zero bucket. Spec: Prometheus 3.14, promql/functions.go, histogramVariance.
 */
export function histogramVariance(histogram: FloatHistogram): number {
  const mean = histogramAverage(histogram);
  const squares = new KahanSum();
  for (const { lower, upper, count } of histogram.ascendingBuckets()) {
    if (count === 0) continue;
    const distance = middle(lower, upper, histogram.usesCustomBuckets) - mean;
    squares.add(count * distance * distance);
  }
  return squares.total / histogram.fields.count;
}

function middle(lower: number, upper: number, isCustom: boolean): number {
  if (isCustom) return (upper + lower) / 2;
  if (lower <= 0 && upper >= 0) return 0;
  const mean = Math.sqrt(upper * lower);
  return upper < 0 ? -mean : mean;
}
