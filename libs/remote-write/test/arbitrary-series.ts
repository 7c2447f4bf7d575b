import { FloatHistogram, Labels, metricTypes } from '@plinth/prometheus-model';
import fc from 'fast-check';
import type { WriteSeries } from '../src/index.ts';

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constant('x'.repeat(150)));
const timestampMs = fc.integer({ min: -(2 ** 45), max: 2 ** 45 });
const counts = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 6 });
const labels = fc.array(fc.tuple(text, text), { maxLength: 8 }).map((pairs) => Labels.from(pairs));

const histogram = fc
  .record({
    positive: counts,
    negative: counts,
    schema: fc.integer({ min: -4, max: 8 }),
    offset: fc.integer(),
    sum: fc.double(),
  })
  .map(
    ({ positive, negative, schema, offset, sum }) =>
      new FloatHistogram({
        counterResetHint: 'unknown',
        schema,
        zeroThreshold: 0.01,
        zeroCount: 3,
        count: 12.5,
        sum,
        positiveSpans: positive.length > 0 ? [{ offset, length: positive.length }] : [],
        negativeSpans: negative.length > 0 ? [{ offset, length: negative.length }] : [],
        positiveBuckets: positive,
        negativeBuckets: negative,
        customValues: [],
      }),
  );

/** Series with at least one sample each, as a sender may have them. */
export const arbitrarySeries: fc.Arbitrary<WriteSeries[]> = fc.array(
  fc.record({
    labels,
    samples: fc.array(
      fc.record({ timestampMs, value: fc.double(), isStale: fc.boolean(), startTimestampMs: timestampMs }),
      { minLength: 1, maxLength: 4 },
    ),
    histograms: fc.array(
      fc.record({ timestampMs, histogram, isStale: fc.boolean(), startTimestampMs: timestampMs }),
      {
        maxLength: 2,
      },
    ),
    exemplars: fc.array(fc.record({ labels, value: fc.double(), timestampMs }), { maxLength: 2 }),
    metadata: fc.record({ type: fc.constantFrom(...metricTypes), help: text, unit: text }),
  }),
  { maxLength: 6 },
);
