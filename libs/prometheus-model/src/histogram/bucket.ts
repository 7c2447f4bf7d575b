import { formatFloatShort } from '@plinth/go-format';

/** A bucket with its bounds. Cumulative buckets begin at -Inf. */
export interface Bucket {
  readonly lower: number;
  readonly upper: number;
  readonly lowerInclusive: boolean;
  readonly upperInclusive: boolean;
  readonly count: number;
}

/** In the notation of intervals: `(0.5,1]:3`. */
export function bucketText(bucket: Bucket): string {
  const open = bucket.lowerInclusive ? '[' : '(';
  const close = bucket.upperInclusive ? ']' : ')';
  const [lower, upper, count] = [bucket.lower, bucket.upper, bucket.count].map((value) =>
    formatFloatShort(value),
  );
  return `${open}${lower},${upper}${close}:${count}`;
}

/**
 * How much of a bucket lies at or below a value that is inside of it, from 0 to 1. Linear for custom buckets and the zero bucket; on a
 * logarithmic scale for exponential ones, as if a histogram of higher resolution had its buckets populated evenly.
 * The bounds must be finite. Spec: Prometheus 3.14, histogram.Bucket.FractionBelow.
 */
export function fractionBelow(
  bucket: Pick<Bucket, 'lower' | 'upper'>,
  value: number,
  isLinear: boolean,
): number {
  if (isLinear) return (value - bucket.lower) / (bucket.upper - bucket.lower);
  const lower = Math.log2(Math.abs(bucket.lower));
  const upper = Math.log2(Math.abs(bucket.upper));
  return (Math.log2(Math.abs(value)) - lower) / (upper - lower);
}
