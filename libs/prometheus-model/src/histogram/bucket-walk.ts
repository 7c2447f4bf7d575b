import type { Bucket } from './bucket.ts';
import { bucketBound } from './bucket-bound.ts';
import type { FloatHistogramFields } from './float-histogram.ts';
import { customBucketsSchema } from './schema.ts';
import { bucketIndexes } from './span.ts';

/** Positive buckets from the zero bucket upwards. */
export function* positiveBuckets(fields: FloatHistogramFields): Generator<Bucket, void> {
  const indexes = bucketIndexes(fields.positiveSpans, fields.positiveBuckets.length);
  for (let i = 0; i < indexes.length; i++) yield positiveBucket(fields, indexes, i);
}

/** Negative buckets from the zero bucket downwards. */
export function* negativeBuckets(fields: FloatHistogramFields): Generator<Bucket, void> {
  const indexes = bucketIndexes(fields.negativeSpans, fields.negativeBuckets.length);
  for (let i = 0; i < indexes.length; i++) yield negativeBucket(fields, indexes, i);
}

/** Every bucket from the lowest to the highest. Buckets that overlap with the zero bucket begin where it ends. */
export function* ascendingBuckets(fields: FloatHistogramFields): Generator<Bucket, void> {
  const negative = bucketIndexes(fields.negativeSpans, fields.negativeBuckets.length);
  for (let i = negative.length - 1; i >= 0; i--) {
    yield outsideZeroBucket(negativeBucket(fields, negative, i), fields.zeroThreshold);
  }
  if (fields.zeroCount > 0) yield zeroBucket(fields);
  for (const bucket of positiveBuckets(fields)) {
    yield outsideZeroBucket(bucket, fields.zeroThreshold);
  }
}

/** Every bucket from the highest to the lowest. */
export function* descendingBuckets(fields: FloatHistogramFields): Generator<Bucket, void> {
  const positive = bucketIndexes(fields.positiveSpans, fields.positiveBuckets.length);
  for (let i = positive.length - 1; i >= 0; i--) {
    yield outsideZeroBucket(positiveBucket(fields, positive, i), fields.zeroThreshold);
  }
  if (fields.zeroCount > 0) yield zeroBucket(fields);
  for (const bucket of negativeBuckets(fields)) {
    yield outsideZeroBucket(bucket, fields.zeroThreshold);
  }
}

export function zeroBucket(fields: FloatHistogramFields): Bucket {
  return {
    lower: -fields.zeroThreshold,
    upper: fields.zeroThreshold,
    lowerInclusive: true,
    upperInclusive: true,
    count: fields.zeroCount,
  };
}

function positiveBucket(fields: FloatHistogramFields, indexes: readonly number[], position: number): Bucket {
  const index = indexes[position] ?? 0;
  const lower = bucketBound(index - 1, fields.schema, fields.customValues);
  const isCustom = fields.schema === customBucketsSchema;
  return {
    lower,
    upper: bucketBound(index, fields.schema, fields.customValues),
    lowerInclusive: isCustom && index === 0,
    upperInclusive: true,
    count: fields.positiveBuckets[position] ?? 0,
  };
}

function negativeBucket(fields: FloatHistogramFields, indexes: readonly number[], position: number): Bucket {
  const index = indexes[position] ?? 0;
  return {
    lower: -bucketBound(index, fields.schema, fields.customValues),
    upper: -bucketBound(index - 1, fields.schema, fields.customValues),
    lowerInclusive: true,
    upperInclusive: false,
    count: fields.negativeBuckets[position] ?? 0,
  };
}

function outsideZeroBucket(bucket: Bucket, threshold: number): Bucket {
  if (bucket.upper < 0 && bucket.upper > -threshold) return { ...bucket, upper: -threshold };
  if (bucket.lower > 0 && bucket.lower < threshold) return { ...bucket, lower: threshold };
  return bucket;
}
