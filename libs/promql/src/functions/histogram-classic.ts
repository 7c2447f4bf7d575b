import { RankPair } from './histogram-fraction.ts';

/** A cumulative bucket of a classic histogram: how many observations are at or below its bound. */
export interface ClassicBucket {
  readonly upperBound: number;
  readonly count: number;
}

/** Where counts had to be raised to that of a lower bucket. */
export interface MonotonicityRepair {
  readonly lowestBound: number;
  readonly highestBound: number;
  readonly largestDifference: number;
}

/** Buckets that are fit to be ranked. */
export interface RepairedBuckets {
  readonly buckets: readonly ClassicBucket[];
  /** There only when a count fell by more than rounding explains. */
  readonly repair: MonotonicityRepair | undefined;
}

/**
 * Differences below this part of the counts are taken for rounding: sums over many series, in different order, end in other bits.
 * Spec: Prometheus 3.14, promql/quantile.go, smallDeltaTolerance.
 */
const roundingTolerance = 1e-12;
const smallestNormal = 2 ** -1022;

/**
 * Counts that never fall: buckets with equal bounds become one, differences of rounding go away, and a count below that of a lower bucket
 * becomes that count.
 *
 * @param sorted - in ascending order of bounds.
 */
export function repairedBuckets(sorted: readonly ClassicBucket[]): RepairedBuckets {
  if (isFit(sorted)) return { buckets: sorted, repair: undefined };
  const buckets = withoutDuplicates(sorted);
  let repair: MonotonicityRepair | undefined;
  let highest = buckets[0]?.count ?? 0;
  for (let i = 1; i < buckets.length; i++) {
    const bucket = buckets[i];
    if (!bucket || bucket.count === highest) continue;
    const isRounding = isAlmostEqual(highest, bucket.count);
    if (!isRounding && !(bucket.count < highest)) {
      highest = bucket.count;
      continue;
    }
    buckets[i] = { ...bucket, count: highest };
    if (!isRounding) repair = withRepair(repair, bucket.upperBound, highest - bucket.count);
  }
  return { buckets, repair };
}

/** Whether bounds rise and counts do not fall, as with most histograms: then nothing has to be copied. */
function isFit(sorted: readonly ClassicBucket[]): boolean {
  for (let i = 1; i < sorted.length; i++) {
    const [before, bucket] = [sorted[i - 1], sorted[i]];
    if (!before || !bucket || !(bucket.upperBound > before.upperBound)) return false;
    if (bucket.count === before.count) continue;
    if (!(bucket.count > before.count) || isAlmostEqual(before.count, bucket.count)) return false;
  }
  return true;
}

/** Buckets with equal bounds become one. They come of labels like `le="1"` and `le="1.0"`. */
function withoutDuplicates(sorted: readonly ClassicBucket[]): ClassicBucket[] {
  const buckets: ClassicBucket[] = [];
  for (const bucket of sorted) {
    const last = buckets.at(-1);
    if (last?.upperBound === bucket.upperBound) {
      buckets[buckets.length - 1] = { ...last, count: last.count + bucket.count };
    } else buckets.push(bucket);
  }
  return buckets;
}

function withRepair(
  repair: MonotonicityRepair | undefined,
  bound: number,
  difference: number,
): MonotonicityRepair {
  return {
    lowestBound: Math.min(repair?.lowestBound ?? Number.POSITIVE_INFINITY, bound),
    highestBound: Math.max(repair?.highestBound ?? Number.NEGATIVE_INFINITY, bound),
    largestDifference: Math.max(repair?.largestDifference ?? 0, difference),
  };
}

function isAlmostEqual(one: number, other: number): boolean {
  if (Number.isNaN(one) && Number.isNaN(other)) return true;
  const sum = Math.abs(one) + Math.abs(other);
  const difference = Math.abs(one - other);
  if (one === 0 || other === 0 || sum < smallestNormal) {
    return difference < roundingTolerance * smallestNormal;
  }
  return difference / Math.min(sum, Number.MAX_VALUE) < roundingTolerance;
}

/**
 * The quantile of a classic histogram, linear within a bucket. The lowest bucket begins at 0 when its bound is above that; in the highest
 * one nothing is known but where it begins. Spec: Prometheus 3.14, promql/quantile.go, BucketQuantile.
 *
 * @param buckets - repaired; the highest bound is +Inf, or the result is NaN.
 */
export function classicQuantile(quantile: number, buckets: readonly ClassicBucket[]): number {
  if (Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  const highest = buckets.at(-1);
  const belowHighest = buckets.at(-2);
  if (!highest || !belowHighest || highest.upperBound !== Number.POSITIVE_INFINITY) return Number.NaN;
  if (highest.count === 0) return Number.NaN;
  const rank = quantile * highest.count;
  const at = firstReaching(rank, buckets);
  const bucket = buckets[at] ?? highest;
  if (bucket === highest) return belowHighest.upperBound;
  if (at === 0 && bucket.upperBound <= 0) return bucket.upperBound;
  const below = buckets[at - 1] ?? { upperBound: 0, count: 0 };
  const fraction = (rank - below.count) / (bucket.count - below.count);
  return below.upperBound + (bucket.upperBound - below.upperBound) * fraction;
}

/** By bisection; the highest bucket where no other reaches the rank. */
function firstReaching(rank: number, buckets: readonly ClassicBucket[]): number {
  let low = 0;
  let high = buckets.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((buckets[middle]?.count ?? 0) >= rank) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The part of the observations of a classic histogram that is between two values.
 * Spec: Prometheus 3.14, promql/quantile.go, BucketFraction.
 *
 * @param sorted - in ascending order of bounds; the highest is +Inf, or the result is NaN.
 */
export function classicFraction(lower: number, upper: number, sorted: readonly ClassicBucket[]): number {
  const buckets = withoutDuplicates(sorted);
  const highest = buckets.at(-1);
  if (!highest || highest.upperBound !== Number.POSITIVE_INFINITY) return Number.NaN;
  if (highest.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  const ranks = new RankPair(lower, upper);
  let begin = (buckets[0]?.upperBound ?? 0) > 0 ? 0 : Number.NEGATIVE_INFINITY;
  let before = 0;
  for (const { upperBound, count } of buckets) {
    const bounds = { lower: begin, upper: upperBound };
    const below = before;
    ranks.pass(bounds, below, (value) => {
      if (bounds.lower === Number.NEGATIVE_INFINITY) return count;
      return below + ((count - below) * (value - bounds.lower)) / (bounds.upper - bounds.lower);
    });
    begin = upperBound;
    before = count;
  }
  return ranks.distance(highest.count) / highest.count;
}
