import { quote } from '@plinth/go-format';
import {
  coarsestSchema,
  customBucketsSchema,
  FloatHistogram,
  type FloatHistogramFields,
  finestSchema,
} from '@plinth/prometheus-model';
import type { ExponentialBuckets, ExponentialPoint, HistogramPoint } from './metrics-data.ts';

/** A data point that has no place in Prometheus. */
export class TranslationError extends Error {
  override readonly name = 'TranslationError';
}

/** Width of the zero bucket where the sender names none. Spec: Prometheus 3.14, otlptranslator, defaultZeroThreshold. */
const defaultZeroThreshold = 1e-128;

/** Scales differ by less than this where any bucket is left of them; it keeps the shift below within what doubles hold. */
const scaleDownMax = 40;

const empty: FloatHistogramFields = {
  counterResetHint: 'unknown',
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 0,
  sum: 0,
  positiveSpans: [],
  negativeSpans: [],
  positiveBuckets: [],
  negativeBuckets: [],
  customValues: [],
};

/**
 * An exponential histogram as a native one; scales that are finer than Prometheus knows are made coarser.
 * @throws TranslationError when the scale is coarser.
 */
export function exponentialHistogram(point: ExponentialPoint): FloatHistogram {
  const { scale, zeroCount, count, sum } = point;
  if (scale < coarsestSchema) {
    throw new TranslationError(
      `cannot convert exponential to native histogram. Scale must be >= ${coarsestSchema}, was ${scale}`,
    );
  }
  const scaleDown = Math.min(Math.max(0, scale - finestSchema), scaleDownMax);
  const positive = mergedBuckets(point.positive, scaleDown);
  const negative = mergedBuckets(point.negative, scaleDown);
  return new FloatHistogram({
    ...empty,
    schema: Math.min(scale, finestSchema),
    zeroThreshold: point.zeroThreshold > 0 ? point.zeroThreshold : defaultZeroThreshold,
    zeroCount,
    count,
    sum: sum ?? 0,
    positiveSpans: positive.spans,
    positiveBuckets: positive.counts,
    negativeSpans: negative.spans,
    negativeBuckets: negative.counts,
  }).compact();
}

/**
 * Adds up buckets that are one at the coarser scale. The bucket with the index 0 begins at 1 in OpenTelemetry and ends there in
 * Prometheus.
 */
function mergedBuckets({ offset, bucketCounts }: ExponentialBuckets, scaleDown: number) {
  const counts: number[] = [];
  const width = 2 ** scaleDown;
  const first = Math.floor(offset / width);
  for (const [i, count] of bucketCounts.entries()) {
    const at = Math.floor((offset + i) / width) - first;
    counts[at] = (counts[at] ?? 0) + count;
  }
  return { counts, spans: counts.length === 0 ? [] : [{ offset: first + 1, length: counts.length }] };
}

/** A histogram with explicit bounds as a native one with custom buckets. @throws TranslationError when bounds and counts do not match. */
export function customBucketsHistogram(point: HistogramPoint): FloatHistogram {
  const { bucketCounts, explicitBounds, count, sum } = point;
  if (bucketCounts.length > 0 && bucketCounts.length !== explicitBounds.length + 1) {
    throw new TranslationError(
      `histogram with ${explicitBounds.length} bounds needs ${explicitBounds.length + 1} bucket counts, has ${bucketCounts.length}`,
    );
  }
  const histogram = new FloatHistogram({
    ...empty,
    schema: customBucketsSchema,
    count,
    sum: sum ?? 0,
    positiveSpans: bucketCounts.length === 0 ? [] : [{ offset: 0, length: bucketCounts.length }],
    positiveBuckets: bucketCounts,
    customValues: explicitBounds,
  }).compact();
  const problem = histogram.validate();
  if (problem !== undefined) throw new TranslationError(`histogram with custom buckets: ${quote(problem)}`);
  return histogram;
}
