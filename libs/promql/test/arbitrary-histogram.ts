import { FloatHistogram, type FloatHistogramFields } from '@plinth/prometheus-model';
import fc from 'fast-check';

const emptyFields: FloatHistogramFields = {
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

export function histogramOf(fields: Partial<FloatHistogramFields>): FloatHistogram {
  return new FloatHistogram({ ...emptyFields, ...fields });
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

const counts = fc.array(fc.nat(9), { maxLength: 12 });
const offset = fc.integer({ min: -9, max: 9 });

/** Exponential buckets in one run on each side, apart from the zero bucket. */
export const exponentialHistogram = fc
  .record({
    schema: fc.integer({ min: -1, max: 3 }),
    zeroCount: fc.nat(5),
    sum: fc.integer({ min: -99, max: 99 }),
    positive: counts,
    negative: counts,
    positiveOffset: offset,
    negativeOffset: offset,
  })
  .map(({ schema, zeroCount, sum, positive, negative, positiveOffset, negativeOffset }) =>
    histogramOf({
      schema,
      zeroCount,
      sum,
      zeroThreshold: 2 ** -30,
      count: total(positive) + total(negative) + zeroCount,
      positiveSpans: [{ offset: positiveOffset, length: positive.length }],
      negativeSpans: [{ offset: negativeOffset, length: negative.length }],
      positiveBuckets: positive,
      negativeBuckets: negative,
    }),
  );

export const customHistogram = fc
  .uniqueArray(fc.integer({ min: -20, max: 40 }), { minLength: 1, maxLength: 8 })
  .chain((bounds) =>
    fc.tuple(
      fc.constant(bounds.toSorted((a, b) => a - b)),
      fc.array(fc.nat(9), { minLength: bounds.length + 1, maxLength: bounds.length + 1 }),
    ),
  )
  .map(([customValues, buckets]) =>
    histogramOf({
      schema: -53,
      count: total(buckets),
      positiveSpans: [{ offset: 0, length: buckets.length }],
      positiveBuckets: buckets,
      customValues,
    }),
  );
