import type { Bucket, FloatHistogram } from '@plinth/prometheus-model';
import { quantileOfNaN, quantileSkewedByNaN } from '../engine/annotation-texts.ts';
import type { Annotation } from '../engine/annotations.ts';
import type { AnnotationSubject } from './histogram-rate.ts';

/**
 * The quantile of a native histogram. Within a bucket it interpolates on a logarithmic scale, as if the bucket were divided into those of a
 * higher resolution; linearly within custom buckets and the zero bucket. Observations that are NaN count as the highest.
 * Spec: Prometheus 3.14, promql/quantile.go, HistogramQuantile; except that where the sum is NaN the result stays in the bucket of its rank
 * (Prometheus goes on in the highest bucket, after it counted all of them to see whether any observation is NaN).
 *
 * @param quantile - from 0 to 1; beyond, the result is infinite.
 * @param annotations - gets what the author of the query should know.
 */
export function histogramQuantile(
  quantile: number,
  histogram: FloatHistogram,
  subject: AnnotationSubject,
  annotations: Annotation[],
): number {
  const { count: total, sum } = histogram.fields;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  if (total === 0 || Number.isNaN(quantile)) return Number.NaN;

  // From the nearer end, which is more exact; from below where NaN may be among the observations, since no bucket has those.
  const mayHaveNaN = Number.isNaN(sum);
  const isFromBelow = mayHaveNaN || quantile < 0.5;
  const rank = (isFromBelow ? quantile : 1 - quantile) * total;
  const buckets = isFromBelow ? histogram.ascendingBuckets() : histogram.descendingBuckets();
  const { bucket, countUpToIt, countOfAll } = bucketAtRank(buckets, rank, mayHaveNaN);
  const bounds = boundsForInterpolation(bucket, histogram);
  if (typeof bounds === 'number') return bounds;

  const reached = Math.min(countUpToIt, total);
  if (reached < rank) {
    if (!mayHaveNaN) return bounds.upper;
    annotations.push(quantileOfNaN(subject.metricName, subject.range));
    return Number.NaN;
  }
  if (mayHaveNaN && countOfAll < total) {
    annotations.push(quantileSkewedByNaN(subject.metricName, subject.range));
  }
  const rankInBucket = isFromBelow ? rank - (reached - bucket.count) : reached - rank;
  return interpolated(bounds, rankInBucket / bucket.count, histogram.usesCustomBuckets);
}

interface RankedBucket {
  readonly bucket: Bucket;
  /** Observations in this bucket and those before it. */
  readonly countUpToIt: number;
  /** Observations in all buckets; only counted when asked for. */
  readonly countOfAll: number;
}

/** The first bucket with which the rank is reached; the last one where it never is. */
function bucketAtRank(buckets: Iterable<Bucket>, rank: number, countsAll: boolean): RankedBucket {
  let bucket: Bucket = { lower: 0, upper: 0, lowerInclusive: false, upperInclusive: false, count: 0 };
  let countUpToIt = 0;
  let countOfAll = 0;
  let isFound = false;
  for (const next of buckets) {
    countOfAll += next.count;
    if (isFound) continue;
    bucket = next;
    if (next.count === 0) continue;
    countUpToIt += next.count;
    isFound = countUpToIt >= rank;
    if (isFound && !countsAll) break;
  }
  return { bucket, countUpToIt, countOfAll };
}

/** Of a bucket. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** The bounds between which observations are taken to be; a number where nothing but that can be told. */
function boundsForInterpolation(bucket: Bounds, histogram: FloatHistogram): Bounds | number {
  const { lower, upper } = bucket;
  if (histogram.usesCustomBuckets) {
    if (lower === Number.NEGATIVE_INFINITY) return upper <= 0 ? upper : { lower: 0, upper };
    return upper === Number.POSITIVE_INFINITY ? lower : bucket;
  }
  return lower < 0 && upper > 0 ? zeroBucketBounds(bucket, histogram) : bucket;
}

/** A zero bucket beside buckets of one sign has observations of that sign. */
export function zeroBucketBounds(bucket: Bounds, histogram: FloatHistogram): Bounds {
  const hasNegative = histogram.fields.negativeBuckets.length > 0;
  const hasPositive = histogram.fields.positiveBuckets.length > 0;
  if (hasPositive && !hasNegative) return { lower: 0, upper: bucket.upper };
  if (hasNegative && !hasPositive) return { lower: bucket.lower, upper: 0 };
  return bucket;
}

function interpolated({ lower, upper }: Bounds, fraction: number, isLinear: boolean): number {
  if (isLinear || (lower <= 0 && upper >= 0)) return lower + (upper - lower) * fraction;
  const logLower = Math.log2(Math.abs(lower));
  const logUpper = Math.log2(Math.abs(upper));
  if (lower > 0) return 2 ** (logLower + (logUpper - logLower) * fraction);
  return -(2 ** (logUpper + (logLower - logUpper) * (1 - fraction)));
}
