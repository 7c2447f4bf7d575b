import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type FloatHistogram,
  formatOpenMetricsFloat,
  fromClassicHistogram,
  type HistogramConversion,
  integerCountProblem,
  toClassicBuckets,
} from '../src/index.ts';
import { customHistogram, histogramOf } from './arbitrary-histogram.ts';

function converted(conversion: HistogramConversion): FloatHistogram {
  assert.ok('histogram' in conversion, JSON.stringify(conversion));
  return conversion.histogram;
}

test('classic buckets become custom ones and back', () => {
  fc.assert(
    fc.property(customHistogram, fc.infiniteStream(fc.nat()), (histogram, random) => {
      const { count, sum } = histogram.fields;
      const buckets = toClassicBuckets(histogram);
      const shuffled = buckets
        .map((bucket) => ({ bucket, rank: random.next().value ?? 0 }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ bucket }) => bucket);
      const back = converted(fromClassicHistogram({ buckets: shuffled, count, sum }));
      assert.ok(back.compact().equals(histogram.compact()));
      assert.deepEqual(toClassicBuckets(back), buckets);
    }),
    { numRuns: 300 },
  );
});

test('what a classic histogram does not say follows from what it says', () => {
  const buckets = [
    { upperBound: 1, count: 2 },
    { upperBound: 2, count: 5 },
    { upperBound: 2, count: 99 },
  ];
  const counted = converted(fromClassicHistogram({ buckets, count: 7, sum: 0 }));
  assert.deepEqual(counted.fields.positiveBuckets, [2, 3, 2]);
  const uncounted = converted(fromClassicHistogram({ buckets, count: undefined, sum: 0 }));
  assert.deepEqual([uncounted.fields.count, toClassicBuckets(uncounted).at(-1)?.count], [5, 5]);
  const none = converted(fromClassicHistogram({ buckets: [], count: 3, sum: 1 }));
  assert.deepEqual([none.fields.positiveBuckets, none.fields.customValues], [[3], []]);
});

test('contradictions of a classic histogram are refused', () => {
  const infinite = Number.POSITIVE_INFINITY;
  const cases: readonly [readonly (readonly [number, number])[], number | undefined, string][] = [
    [[[Number.NaN, 1]], 1, 'bucket boundary must not be NaN'],
    [[[1, -1]], 1, 'bucket count must be non-negative: le=1, count=-1'],
    [
      [
        [1, 3],
        [2, 2],
      ],
      3,
      'count is not cumulative: 2 < 3',
    ],
    [[], -1, 'count must be non-negative: count=-1'],
    [[[infinite, 3]], 4, 'count mismatch: count=4 != le=+Inf count=3'],
    [
      [[1, 3]],
      2,
      'positive side: bucket number 2 has observation count of -1: histogram has a bucket whose observation count is negative',
    ],
  ];
  for (const [pairs, count, problem] of cases) {
    const buckets = pairs.map(([upperBound, each]) => ({ upperBound, count: each }));
    assert.deepEqual(fromClassicHistogram({ buckets, count, sum: 0 }), { problem });
  }
});

test('the count of an integer histogram is that of its buckets, but for NaN', () => {
  const fields = histogramOf({
    count: 3,
    positiveSpans: [{ offset: 0, length: 1 }],
    positiveBuckets: [3],
  }).fields;
  assert.equal(integerCountProblem(fields), undefined);
  assert.equal(integerCountProblem({ ...fields, count: 4, sum: Number.NaN }), undefined);
  assert.equal(
    integerCountProblem({ ...fields, count: 4 }),
    "3 observations found in buckets, but the Count field is 4: histogram's observation count should equal the number of observations found in the buckets (in absence of NaN)",
  );
  assert.equal(
    integerCountProblem({ ...fields, count: 2, sum: Number.NaN }),
    "3 observations found in buckets, but the Count field is 2: histogram's observation count should be at least the number of observations found in the buckets",
  );
});

test('floats as OpenMetrics writes them', () => {
  const cases: readonly [number, string][] = [
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [-12, '-12.0'],
    [0.5, '0.5'],
    [1e6, '1e+06'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NaN, 'NaN'],
  ];
  for (const [value, text] of cases) assert.equal(formatOpenMetricsFloat(value), text);
});
