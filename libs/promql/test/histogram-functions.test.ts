import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toClassicBuckets } from '@plinth/prometheus-model';
import fc from 'fast-check';
import type { Annotation } from '../src/engine/annotations.ts';
import { Annotations } from '../src/engine/annotations.ts';
import { classicFraction, classicQuantile, repairedBuckets } from '../src/functions/histogram-classic.ts';
import { histogramFraction } from '../src/functions/histogram-fraction.ts';
import { forcedMonotonicity } from '../src/functions/histogram-monotonicity.ts';
import { histogramQuantile } from '../src/functions/histogram-quantile.ts';
import { histogramVariance } from '../src/functions/histogram-statistics.ts';
import { HistogramMean, HistogramSum } from '../src/functions/histogram-total.ts';
import { trimmedHistogram } from '../src/functions/histogram-trim.ts';
import { parseSeries } from '../src/index.ts';
import { customHistogram, exponentialHistogram, histogramOf } from './arbitrary-histogram.ts';

const subject = { metricName: 'm', range: { start: 0, end: 0 } };
const quantiles = fc.double({ min: 0, max: 1, noNaN: true });
const close = (one: number, other: number): boolean =>
  one === other || Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(one), Math.abs(other));

test('a quantile lies in the bucket that its rank is in', () => {
  fc.assert(
    fc.property(exponentialHistogram, quantiles, (histogram, quantile) => {
      fc.pre(histogram.fields.count > 0);
      const value = histogramQuantile(quantile, histogram, subject, []);
      const rank = quantile * histogram.fields.count;
      let below = 0;
      const candidates = [...histogram.ascendingBuckets()].filter((bucket) => {
        const from = below;
        below += bucket.count;
        return bucket.count > 0 && from <= rank + 1e-9 && below >= rank - 1e-9;
      });
      const slack = 1e-9 * Math.abs(value);
      assert.ok(
        candidates.some(({ lower, upper }) => value >= lower - slack && value <= upper + slack),
        `${value} at ${quantile}`,
      );
    }),
    { numRuns: 500 },
  );
});

test('quantiles do not fall', () => {
  fc.assert(
    fc.property(fc.oneof(exponentialHistogram, customHistogram), quantiles, quantiles, (histogram, a, b) => {
      fc.pre(histogram.fields.count > 0);
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((quantile) =>
        histogramQuantile(quantile, histogram, subject, []),
      );
      assert.ok((low ?? 0) <= (high ?? 0) + 1e-9 * Math.abs(high ?? 0), `${low} ${high}`);
    }),
  );
});

test('the fraction below a quantile is that quantile', () => {
  fc.assert(
    fc.property(
      exponentialHistogram,
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (histogram, quantile) => {
        // Between populated buckets there is a range of values with the same fraction, but only one quantile.
        fc.pre(histogram.fields.count > 0);
        const value = histogramQuantile(quantile, histogram, subject, []);
        const fraction = histogramFraction(Number.NEGATIVE_INFINITY, value, histogram, subject, []);
        assert.ok(Math.abs(fraction - quantile) < 1e-6, `${fraction} ${quantile}`);
      },
    ),
    { numRuns: 500 },
  );
});

test('a histogram with custom buckets and the classic one agree', () => {
  fc.assert(
    fc.property(
      customHistogram,
      quantiles,
      fc.double({ min: -30, max: 50, noNaN: true }),
      (histogram, quantile, upper) => {
        fc.pre(histogram.fields.count > 0);
        const buckets = toClassicBuckets(histogram);
        const lower = Number.NEGATIVE_INFINITY;
        const classic = classicQuantile(quantile, buckets);
        const native = histogramQuantile(quantile, histogram, subject, []);
        // Ranks at the very end of a bucket may fall to either side.
        const rank = quantile * histogram.fields.count;
        if (Math.abs(rank - Math.round(rank)) > 1e-9)
          assert.ok(close(classic, native), `${classic} ${native}`);
        const positive = (histogram.fields.customValues[0] ?? 0) > 0;
        if (positive) {
          const fraction = histogramFraction(lower, upper, histogram, subject, []);
          assert.ok(close(classicFraction(lower, upper, buckets), fraction));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('quantiles beyond their range and of nothing', () => {
  const one = histogramOf({
    count: 1,
    sum: 1,
    positiveSpans: [{ offset: 1, length: 1 }],
    positiveBuckets: [1],
  });
  const of = (quantile: number, histogram = one): number =>
    histogramQuantile(quantile, histogram, subject, []);
  assert.deepEqual(
    [of(-1), of(2), of(Number.NaN)],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN],
  );
  assert.deepEqual([of(0), of(0.5), of(1)], [1, 2 ** 0.5, 2]);
  assert.equal(of(0.5, histogramOf({})), Number.NaN);
  const infinite = [{ upperBound: Number.POSITIVE_INFINITY, count: 1 }];
  assert.equal(classicQuantile(0.5, infinite), Number.NaN);
  assert.equal(
    classicQuantile(0.5, [
      { upperBound: 1, count: 1 },
      { upperBound: 2, count: 1 },
    ]),
    Number.NaN,
  );
  assert.equal(classicFraction(0, 1, [{ upperBound: 2, count: 1 }]), Number.NaN);
});

test('observations that are NaN are told of', () => {
  const fields = { sum: Number.NaN, positiveSpans: [{ offset: 1, length: 1 }], positiveBuckets: [2] };
  const histogram = histogramOf({ ...fields, count: 4 });
  const texts = (run: (annotations: Annotation[]) => number): readonly [number, string | undefined] => {
    const annotations: Annotation[] = [];
    return [run(annotations), annotations[0]?.text];
  };
  assert.deepEqual(
    texts((annotations) => histogramQuantile(0.9, histogram, subject, annotations)),
    [
      Number.NaN,
      'PromQL info: input to histogram_quantile has NaN observations, result is NaN for metric name "m"',
    ],
  );
  assert.deepEqual(
    texts((annotations) => histogramQuantile(0.5, histogram, subject, annotations)),
    [
      2,
      'PromQL info: input to histogram_quantile has NaN observations, result is skewed higher for metric name "m"',
    ],
  );
  assert.deepEqual(
    texts((annotations) => histogramFraction(0, 9, histogram, subject, annotations)),
    [
      0.5,
      'PromQL info: input to histogram_fraction has NaN observations, which are excluded from all fractions for metric name "m"',
    ],
  );
});

test('counts of classic buckets are made to rise', () => {
  const buckets = [10, 15, 15 + 1e-12, 14, 12, 20].map((count, i) => ({ upperBound: i, count }));
  const { buckets: fixed, repair } = repairedBuckets(buckets);
  assert.deepEqual(
    fixed.map(({ count }) => count),
    [10, 15, 15, 15, 15, 20],
  );
  assert.deepEqual(repair, { lowestBound: 3, highestBound: 4, largestDifference: 3 });
  const rounding = repairedBuckets(buckets.slice(0, 3));
  assert.deepEqual([rounding.buckets[2]?.count, rounding.repair], [15, undefined]);
  const twice = [
    { upperBound: 1, count: 2 },
    { upperBound: 1, count: 3 },
    { upperBound: 2, count: 6 },
  ];
  assert.deepEqual(
    repairedBuckets(twice).buckets.map(({ count }) => count),
    [5, 6],
  );
});

test('repairs of one query become one annotation', () => {
  const annotations = new Annotations();
  const repairs = [
    { lowestBound: 0.5, highestBound: 1, largestDifference: 0.125 },
    { lowestBound: 1, highestBound: 5e6, largestDifference: 1234 },
  ];
  for (const [i, repair] of repairs.entries())
    annotations.add(forcedMonotonicity(repair, i * 61_500, subject));
  assert.deepEqual(annotations.texts('info', 'histogram_quantile(0.5, m)'), [
    'PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) for metric name "m", from buckets 0.5 to 5e+06, with a max diff of 1.2e+03, over 2 samples from 1970-01-01T00:00:00Z to 1970-01-01T00:01:01Z (1:1)',
  ]);
});

test('what is trimmed below and above a limit is the whole', () => {
  fc.assert(
    fc.property(exponentialHistogram, fc.double({ min: -40, max: 40, noNaN: true }), (histogram, limit) => {
      const below = trimmedHistogram(histogram, limit, true);
      const above = trimmedHistogram(histogram, limit, false);
      const sum = below.add(above)?.histogram;
      assert.ok(close(sum?.fields.count ?? 0, histogram.fields.count));
      for (const bucket of below.ascendingBuckets()) assert.ok(bucket.count === 0 || bucket.lower <= limit);
      for (const bucket of above.ascendingBuckets()) assert.ok(bucket.count === 0 || bucket.upper >= limit);
      assert.equal(below.validate(), undefined);
    }),
    { numRuns: 500 },
  );
});

test('trimming that cuts nothing off changes nothing', () => {
  fc.assert(
    fc.property(fc.oneof(exponentialHistogram, customHistogram), (histogram) => {
      assert.equal(trimmedHistogram(histogram, Number.POSITIVE_INFINITY, true), histogram);
      assert.equal(trimmedHistogram(histogram, Number.NEGATIVE_INFINITY, false), histogram);
    }),
  );
});

test('the variance of observations in one bucket is their distance to the mean', () => {
  const histogram = histogramOf({
    count: 4,
    sum: 8,
    positiveSpans: [{ offset: 1, length: 1 }],
    positiveBuckets: [4],
  });
  assert.ok(close(histogramVariance(histogram), (Math.SQRT2 - 2) ** 2));
});

test('a mean is the sum divided, also where the sum is more than a float can hold', () => {
  fc.assert(
    fc.property(fc.array(exponentialHistogram, { minLength: 2, maxLength: 6 }), ([first, ...others]) => {
      assert.ok(first);
      const sum = new HistogramSum(first);
      const mean = new HistogramMean(first);
      for (const other of others) assert.ok(sum.add(other) && mean.add(other));
      const [expected, found] = [sum.result().div(others.length + 1).fields, mean.result().fields];
      assert.ok(close(expected.count, found.count) && close(expected.sum, found.sum));
      assert.ok(expected.positiveBuckets.every((count, i) => close(count, found.positiveBuckets[i] ?? 0)));
    }),
  );
  const huge = histogramOf({ count: 1e308, sum: 1e308 });
  const mean = new HistogramMean(huge);
  for (let i = 0; i < 5; i++) mean.add(huge);
  const { count, sum } = mean.result().fields;
  assert.ok(close(count / 1e308, 1) && close(sum / 1e308, 1));
});

test('descriptions of histograms read back as the same histogram', () => {
  const hint = fc.constantFrom('unknown', 'reset', 'not-reset', 'gauge');
  fc.assert(
    fc.property(fc.oneof(exponentialHistogram, customHistogram), hint, (plain, counterResetHint) => {
      const histogram = histogramOf({ ...plain.fields, counterResetHint });
      const [sample] = parseSeries(`m ${histogram.toDescription()}`).samples;
      assert.ok(sample?.kind === 'histogram');
      assert.ok(sample.histogram.compact().equals(histogram.compact()), histogram.toDescription());
      assert.equal(sample.histogram.fields.counterResetHint, counterResetHint);
    }),
    { numRuns: 300 },
  );
});
