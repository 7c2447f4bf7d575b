import fc from 'fast-check';
import { FloatHistogram, type FloatHistogramFields, type Span } from '../src/index.ts';

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

/** Counts by index as spans cut them, at the places that the cuts say, with spans of no length between. */
function layout(
  counts: ReadonlyMap<number, number>,
  cuts: readonly boolean[],
): { spans: Span[]; buckets: number[] } {
  const spans: { offset: number; length: number }[] = [];
  const buckets: number[] = [];
  let next = 0;
  for (const [position, index] of [...counts.keys()].toSorted((a, b) => a - b).entries()) {
    const last = spans.at(-1);
    if (last && index === next && !cuts[position]) last.length++;
    else {
      if (last && cuts[position] && index > next) spans.push({ offset: 1, length: 0 });
      const gap = index - next - (last && cuts[position] && index > next ? 1 : 0);
      spans.push({ offset: gap, length: 1 });
    }
    buckets.push(counts.get(index) ?? 0);
    next = index + 1;
  }
  return { spans, buckets };
}

const side = (lowest: number, highest: number) =>
  fc
    .tuple(
      fc.dictionary(fc.integer({ min: lowest, max: highest }).map(String), fc.nat(20), { maxKeys: 12 }),
      fc.array(fc.boolean(), { maxLength: 12 }),
    )
    .map(([counts, cuts]) =>
      layout(new Map(Object.entries(counts).map(([index, count]) => [Number(index), count])), cuts),
    );

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** Histograms with exponential buckets and whole numbers, which floats add up exactly. */
export const exponentialHistogram = fc
  .record({
    schema: fc.integer({ min: -4, max: 8 }),
    zeroThreshold: fc.constantFrom(0, 0.001, 0.01, 0.3, 1),
    zeroCount: fc.nat(9),
    sum: fc.integer({ min: -1000, max: 1000 }),
    positive: side(-40, 40),
    negative: side(-40, 40),
  })
  .map(({ positive, negative, ...scalars }) =>
    histogramOf({
      ...scalars,
      count: total(positive.buckets) + total(negative.buckets) + scalars.zeroCount,
      positiveSpans: positive.spans,
      negativeSpans: negative.spans,
      positiveBuckets: positive.buckets,
      negativeBuckets: negative.buckets,
    }),
  );

/** Histograms with custom buckets and whole numbers. */
export const customHistogram = fc
  .uniqueArray(fc.integer({ min: -5, max: 12 }), { minLength: 0, maxLength: 8 })
  .chain((bounds) =>
    fc.tuple(fc.constant(bounds.toSorted((a, b) => a - b)), side(0, bounds.length), fc.nat(500)),
  )
  .map(([customValues, { spans, buckets }, sum]) =>
    histogramOf({
      schema: -53,
      sum,
      count: total(buckets),
      positiveSpans: spans,
      positiveBuckets: buckets,
      customValues,
    }),
  );

/** Observations in all buckets. */
export function observations(histogram: FloatHistogram): number {
  let count = 0;
  for (const bucket of histogram.ascendingBuckets()) count += bucket.count;
  return count;
}

/** Buckets with observations, in words. */
export function populated(histogram: FloatHistogram): readonly string[] {
  return [...histogram.ascendingBuckets()]
    .filter(({ count }) => count !== 0)
    .map(({ lower, upper, count }) => `${lower} to ${upper}: ${count}`);
}
