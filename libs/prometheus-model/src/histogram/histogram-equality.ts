import { boundsAreSame } from './custom-bounds.ts';
import type { FloatHistogramFields } from './float-histogram.ts';
import { customBucketsSchema } from './schema.ts';
import { bucketIndexes, type Span, spansAreSame } from './span.ts';

/**
 * Whether two histograms hold the same data: the same buckets, empty ones too, with the same bits. How spans cut the buckets and what
 * is known of resets does not matter. Spec: Prometheus 3.14, FloatHistogram.Equals.
 */
export function histogramsAreEqual(one: FloatHistogramFields, other: FloatHistogramFields): boolean {
  return (
    one.schema === other.schema &&
    Object.is(one.count, other.count) &&
    Object.is(one.sum, other.sum) &&
    one.zeroThreshold === other.zeroThreshold &&
    Object.is(one.zeroCount, other.zeroCount) &&
    (one.schema !== customBucketsSchema || boundsAreSame(one.customValues, other.customValues)) &&
    countsAreSame(one.negativeBuckets, other.negativeBuckets) &&
    countsAreSame(one.positiveBuckets, other.positiveBuckets) &&
    indexesAreSame(one.negativeSpans, other.negativeSpans, one.negativeBuckets.length) &&
    indexesAreSame(one.positiveSpans, other.positiveSpans, one.positiveBuckets.length)
  );
}

function countsAreSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((count, i) => Object.is(count, other[i]));
}

function indexesAreSame(one: readonly Span[], other: readonly Span[], bucketCount: number): boolean {
  if (spansAreSame(one, other)) return true;
  const theirs = bucketIndexes(other, bucketCount);
  return bucketIndexes(one, bucketCount).every((index, i) => index === theirs[i]);
}
