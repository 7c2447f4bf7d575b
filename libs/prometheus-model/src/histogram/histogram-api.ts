import { formatSampleValue } from '@plinth/go-format';
import { ascendingBuckets } from './bucket-walk.ts';
import type { FloatHistogramFields } from './float-histogram.ts';

/** A bucket in the HTTP API: 0 has only its upper bound in it, 1 only its lower one, 2 none, 3 both. */
export type ApiBucket = readonly [boundaries: 0 | 1 | 2 | 3, lower: string, upper: string, count: string];

/** A histogram in the HTTP API. Without observations in buckets it has no `buckets`. */
export interface ApiHistogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly ApiBucket[];
}

/** Spec: Prometheus 3.14, util/jsonutil, MarshalHistogram. */
export function apiHistogram(fields: FloatHistogramFields): ApiHistogram {
  const buckets: ApiBucket[] = [];
  for (const bucket of ascendingBuckets(fields)) {
    if (bucket.count === 0) continue;
    const [lower, upper, count] = [bucket.lower, bucket.upper, bucket.count].map(formatSampleValue);
    buckets.push([boundaries(bucket), lower ?? '', upper ?? '', count ?? '']);
  }
  const totals = { count: formatSampleValue(fields.count), sum: formatSampleValue(fields.sum) };
  return buckets.length > 0 ? { ...totals, buckets } : totals;
}

function boundaries(bucket: { lowerInclusive: boolean; upperInclusive: boolean }): 0 | 1 | 2 | 3 {
  if (bucket.lowerInclusive) return bucket.upperInclusive ? 3 : 1;
  return bucket.upperInclusive ? 0 : 2;
}
