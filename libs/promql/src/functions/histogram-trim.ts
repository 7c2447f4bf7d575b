import { type Bucket, FloatHistogram, fractionBelow } from '@plinth/prometheus-model';

/** What is left of a bucket: how many observations, and where they are taken to be. */
interface Remainder {
  readonly count: number;
  readonly middle: number;
}

const nothingLeft: Remainder = { count: 0, middle: 0 };

/** Which observations stay: those below a limit (`</`) or above it (`>/`). */
interface Trim {
  readonly limit: number;
  readonly keepsBelow: boolean;
  readonly isCustom: boolean;
}

/**
 * A histogram without its observations above a limit (`</`) or below it (`>/`). A bucket with the limit inside is interpolated, and the
 * sum is estimated anew from the middles of the buckets; a histogram of which nothing is cut off stays as it is.
 * Spec: Prometheus 3.14, FloatHistogram.TrimBuckets.
 */
export function trimmedHistogram(
  histogram: FloatHistogram,
  limit: number,
  keepsBelow: boolean,
): FloatHistogram {
  const { fields } = histogram;
  const trim = { limit, keepsBelow, isCustom: histogram.usesCustomBuckets };
  const positive = [...histogram.positiveBuckets()].map((bucket) => remainder(bucket, trim, 1));
  const negative = [...histogram.negativeBuckets()].map((bucket) => remainder(bucket, trim, -1));
  const zero =
    fields.zeroCount > 0
      ? zeroRemainder(zeroBounds(histogram), fields.zeroCount, trim)
      : { count: fields.zeroCount, middle: 0 };

  const isUntouched =
    zero.count === fields.zeroCount &&
    positive.every(({ count }, i) => count === fields.positiveBuckets[i]) &&
    negative.every(({ count }, i) => count === fields.negativeBuckets[i]);
  if (isUntouched) return histogram;
  let count = 0;
  let sum = 0;
  for (const left of [...positive, ...negative, ...(fields.zeroCount > 0 ? [zero] : [])]) {
    if (left.count === 0) continue;
    count += left.count;
    sum += left.middle * left.count;
  }
  return new FloatHistogram({
    ...fields,
    count,
    sum,
    zeroCount: zero.count,
    positiveBuckets: positive.map((left) => left.count),
    negativeBuckets: negative.map((left) => left.count),
  }).compact();
}

function remainder(bucket: Bucket, trim: Trim, sign: 1 | -1): Remainder {
  const { lower, upper, count } = bucket;
  const { limit, keepsBelow, isCustom } = trim;
  if (count === 0) return nothingLeft;
  if (keepsBelow ? upper <= limit : lower >= limit) {
    return { count, middle: middleOf(lower, upper, sign, isCustom) };
  }
  if (!(keepsBelow ? lower < limit : upper > limit)) return nothingLeft;
  if (lower === Number.NEGATIVE_INFINITY) return remainderFromInfinity(bucket, trim);
  if (upper === Number.POSITIVE_INFINITY) return keepsBelow ? nothingLeft : { count, middle: limit };
  const below = count * fractionBelow(bucket, limit, isCustom);
  return keepsBelow
    ? { count: below, middle: middleOf(lower, limit, sign, isCustom) }
    : { count: count - below, middle: middleOf(limit, upper, sign, isCustom) };
}

/** A bucket that begins at -Inf is taken to begin at 0 when it ends above that; else nothing is known of where its observations are. */
function remainderFromInfinity({ upper, count }: Bucket, { limit, keepsBelow }: Trim): Remainder {
  const isFinite = upper !== Number.POSITIVE_INFINITY;
  if (!keepsBelow) {
    const isInside = limit >= 0 && upper > limit && isFinite;
    return isInside ? { count: count * (1 - limit / upper), middle: (limit + upper) / 2 } : nothingLeft;
  }
  if (limit > 0 && upper > 0 && isFinite) {
    return { count: (count * limit) / upper, middle: limit / 2 };
  }
  return upper <= 0 ? { count, middle: limit } : nothingLeft;
}

/** A zero bucket beside populated buckets of one sign has observations of that sign. */
function zeroBounds({ fields }: FloatHistogram): { lower: number; upper: number } {
  const isPopulated = (counts: readonly number[]): boolean => counts.some((count) => count !== 0);
  const hasPositive = isPopulated(fields.positiveBuckets);
  const hasNegative = isPopulated(fields.negativeBuckets);
  return {
    lower: hasPositive && !hasNegative ? 0 : -fields.zeroThreshold,
    upper: hasNegative && !hasPositive ? 0 : fields.zeroThreshold,
  };
}

function zeroRemainder(
  { lower, upper }: { lower: number; upper: number },
  count: number,
  { limit, keepsBelow }: Trim,
): Remainder {
  const all = { count, middle: (lower + upper) / 2 };
  if (limit <= lower) return keepsBelow ? nothingLeft : all;
  if (limit >= upper) return keepsBelow ? all : nothingLeft;
  const [from, to] = keepsBelow ? [lower, limit] : [limit, upper];
  return { count: (count * (to - from)) / (upper - lower), middle: (from + to) / 2 };
}

/** Where the observations of a part of a bucket are taken to be. */
function middleOf(lower: number, upper: number, sign: 1 | -1, isLinear: boolean): number {
  if (Number.isFinite(lower) && Number.isFinite(upper)) {
    return isLinear ? (lower + upper) / 2 : sign * Math.sqrt(Math.abs(lower * upper));
  }
  if (Number.isFinite(lower)) return lower;
  if (!Number.isFinite(upper)) return 0;
  return upper > 0 ? upper / 2 : upper;
}
