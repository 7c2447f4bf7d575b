import { formatFloatShort } from '@plinth/go-format';
import { positiveBuckets } from './bucket-walk.ts';
import { compacted } from './compact.ts';
import type { HistogramConversion } from './conversion.ts';
import { FloatHistogram, type FloatHistogramFields } from './float-histogram.ts';
import { histogramProblem, integerCountProblem } from './histogram-problem.ts';
import { customBucketsSchema } from './schema.ts';

/** How many observations were at or below a bound: a series `..._bucket` with the label `le`. */
export interface CumulativeBucket {
  readonly upperBound: number;
  readonly count: number;
}

/** What the series of a classic histogram say at one time. */
export interface ClassicHistogram {
  /** In any order; of several with one bound the first one counts. */
  readonly buckets: readonly CumulativeBucket[];
  /** Undefined without a series `..._count`: then it is that of the highest bucket. */
  readonly count: number | undefined;
  readonly sum: number;
}

/** Which part of a classic histogram a series is. */
export type ClassicPart = 'bucket' | 'sum' | 'count';

/** The name of the classic histogram that a series may be part of, and which part. */
export function classicPart(name: string): { base: string; part: ClassicPart } | undefined {
  for (const part of ['bucket', 'sum', 'count'] as const) {
    if (name.endsWith(`_${part}`)) return { base: name.slice(0, -part.length - 1), part };
  }
  return undefined;
}

/** Up to so many empty buckets of integer counts are kept, as the scraper of Prometheus does. */
const maxEmptyIntegerBuckets = 2;

/**
 * A classic histogram as a native one with custom buckets. Spec: Prometheus 3.14, util/convertnhcb.
 * @returns in case of a problem a text that says what is wrong, in the words of Prometheus.
 */
export function fromClassicHistogram(classic: ClassicHistogram): HistogramConversion {
  const buckets = sorted(classic.buckets);
  const count = classic.count ?? buckets.at(-1)?.count ?? 0;
  const problem = classicProblem(buckets, count);
  if (problem !== undefined) return { problem };
  if (buckets.at(-1)?.upperBound !== Number.POSITIVE_INFINITY) {
    buckets.push({ upperBound: Number.POSITIVE_INFINITY, count });
  }
  const highest = buckets.at(-1)?.count ?? 0;
  if (highest !== count) {
    return {
      problem: `count mismatch: count=${formatFloatShort(count)} != le=+Inf count=${formatFloatShort(highest)}`,
    };
  }
  const isInteger = [count, ...buckets.map((bucket) => bucket.count)].every(Number.isInteger);
  const whole: FloatHistogramFields = {
    counterResetHint: 'unknown',
    schema: customBucketsSchema,
    zeroThreshold: 0,
    zeroCount: 0,
    count,
    sum: classic.sum,
    positiveSpans: [{ offset: 0, length: buckets.length }],
    negativeSpans: [],
    positiveBuckets: buckets.map((bucket, i) => bucket.count - (buckets[i - 1]?.count ?? 0)),
    negativeBuckets: [],
    customValues: buckets.slice(0, -1).map((bucket) => bucket.upperBound),
  };
  const fields = compacted(whole, isInteger ? maxEmptyIntegerBuckets : 0);
  const invalid = histogramProblem(fields) ?? (isInteger ? integerCountProblem(fields) : undefined);
  return invalid === undefined ? { histogram: new FloatHistogram(fields) } : { problem: invalid };
}

/** The cumulative buckets of a histogram with custom buckets, the last one with the bound +Inf. */
export function toClassicBuckets({ fields }: FloatHistogram): readonly CumulativeBucket[] {
  const counts = new Map<number, number>();
  for (const bucket of positiveBuckets(fields)) counts.set(bucket.upper, bucket.count);
  let count = 0;
  return [...fields.customValues, Number.POSITIVE_INFINITY].map((upperBound) => {
    count += counts.get(upperBound) ?? 0;
    return { upperBound, count };
  });
}

function sorted(buckets: readonly CumulativeBucket[]): CumulativeBucket[] {
  const byBound = new Map<number, CumulativeBucket>();
  for (const bucket of buckets) {
    if (!byBound.has(bucket.upperBound)) byBound.set(bucket.upperBound, bucket);
  }
  return [...byBound.values()].toSorted((a, b) => a.upperBound - b.upperBound);
}

function classicProblem(buckets: readonly CumulativeBucket[], count: number): string | undefined {
  let previous = 0;
  for (const bucket of buckets) {
    const shown = formatFloatShort(bucket.count);
    if (Number.isNaN(bucket.upperBound)) return 'bucket boundary must not be NaN';
    if (bucket.count < 0) {
      return `bucket count must be non-negative: le=${formatFloatShort(bucket.upperBound)}, count=${shown}`;
    }
    if (bucket.count < previous) return `count is not cumulative: ${shown} < ${formatFloatShort(previous)}`;
    previous = bucket.count;
  }
  return count < 0 ? `count must be non-negative: count=${formatFloatShort(count)}` : undefined;
}
