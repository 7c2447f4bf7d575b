import { type Bucket, type FloatHistogram, fractionBelow } from '@plinth/prometheus-model';
import { fractionWithoutNaN } from '../engine/annotation-texts.ts';
import type { Annotation } from '../engine/annotations.ts';
import { type Bounds, zeroBucketBounds } from './histogram-quantile.ts';
import type { AnnotationSubject } from './histogram-rate.ts';

/**
 * The part of the observations of a native histogram that is between two values: the inverse of `histogram_quantile`.
 * Spec: Prometheus 3.14, promql/quantile.go, HistogramFraction.
 *
 * @param annotations - gets what the author of the query should know.
 * @returns from 0 to 1; NaN without observations.
 */
export function histogramFraction(
  lower: number,
  upper: number,
  histogram: FloatHistogram,
  subject: AnnotationSubject,
  annotations: Annotation[],
): number {
  const { count: total, sum } = histogram.fields;
  if (total === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  const ranks = new RankPair(lower, upper);
  let counted = 0;
  for (const bucket of histogram.ascendingBuckets()) {
    const isZeroBucket = bucket.lower <= 0 && bucket.upper >= 0;
    const bounds = isZeroBucket ? zeroBucketBounds(bucket, histogram) : bucket;
    const isLinear = histogram.usesCustomBuckets || isZeroBucket;
    const before = counted;
    ranks.pass(bounds, before, (value) => rankWithin({ ...bucket, ...bounds }, value, before, isLinear));
    counted += bucket.count;
  }
  let reachable = total;
  if (Number.isNaN(sum)) {
    // Observations that are NaN are in no bucket.
    reachable = counted;
    if (counted < total) annotations.push(fractionWithoutNaN(subject.metricName, subject.range));
  }
  return ranks.distance(reachable) / total;
}

/** How many observations are at or below a value in the bucket. In a bucket that begins at -Inf nothing can be told. */
function rankWithin(bucket: Bucket, value: number, before: number, isLinear: boolean): number {
  if (isLinear && bucket.lower === Number.NEGATIVE_INFINITY) return bucket.count;
  return before + bucket.count * fractionBelow(bucket, value, isLinear);
}

/** How many observations are below two values, found while buckets pass in ascending order. */
export class RankPair {
  readonly #lower: number;
  readonly #upper: number;
  #lowerRank: number | undefined;
  #upperRank: number | undefined;

  constructor(lower: number, upper: number) {
    this.#lower = lower;
    this.#upper = upper;
  }

  /**
   * @param before - observations in the buckets before this one.
   * @param rankAt - how many observations are at or below a value that is inside of the bucket.
   */
  pass(bucket: Bounds, before: number, rankAt: (value: number) => number): void {
    this.#lowerRank ??= rankOf(this.#lower, bucket, before, rankAt);
    this.#upperRank ??= rankOf(this.#upper, bucket, before, rankAt);
  }

  /** How many observations are between the two, of so many that there are. */
  distance(count: number): number {
    return atMost(count, this.#upperRank) - atMost(count, this.#lowerRank);
  }
}

/** Undefined when the value is above the bucket. */
function rankOf(
  value: number,
  bucket: Bounds,
  before: number,
  rankAt: (value: number) => number,
): number | undefined {
  if (bucket.lower >= value) return before;
  return bucket.upper > value ? rankAt(value) : undefined;
}

function atMost(count: number, rank: number | undefined): number {
  return rank === undefined || rank > count ? count : rank;
}
