import assert from 'node:assert/strict';
import { test } from 'node:test';
import { histogramOf } from './arbitrary-histogram.ts';

test('texts', () => {
  const exponential = histogramOf({
    schema: 1,
    zeroThreshold: 0.01,
    zeroCount: 5.5,
    count: 3493.3,
    sum: 2349209.324,
    positiveSpans: [
      { offset: -2, length: 1 },
      { offset: 2, length: 3 },
    ],
    positiveBuckets: [1, 3.3, 0, 0.1],
    negativeSpans: [{ offset: 3, length: 2 }],
    negativeBuckets: [3.1, 3],
  });
  assert.equal(
    exponential.toString(),
    '{count:3493.3, sum:2.349209324e+06, [-4,-2.82842712474619):3, [-2.82842712474619,-2):3.1, [-0.01,0.01]:5.5, (0.35355339059327373,0.5]:1, (1,1.414213562373095]:3.3, (2,2.82842712474619]:0.1}',
  );
  assert.equal(
    exponential.withCounterResetHint('not-reset').toDescription(),
    '{{schema:1 count:3493.3 sum:2.349209324e+06 z_bucket:5.5 z_bucket_w:0.01 counter_reset_hint:not_reset offset:-2 buckets:[1 0 0 3.3 0 0.1] n_offset:3 n_buckets:[3.1 3]}}',
  );
  const custom = histogramOf({
    schema: -53,
    count: 5,
    sum: 7,
    customValues: [-1, 2.5],
    positiveSpans: [{ offset: 0, length: 3 }],
    positiveBuckets: [1, 0, 4],
  });
  assert.equal(custom.toString(), '{count:5, sum:7, [-Inf,-1]:1, (2.5,+Inf]:4}');
  assert.equal(custom.toDescription(), '{{schema:-53 count:5 sum:7 custom_values:[-1 2.5] buckets:[1 0 4]}}');
});

test('the form of the HTTP API', () => {
  const histogram = histogramOf({
    count: 9,
    sum: 1e21,
    zeroThreshold: 0.25,
    zeroCount: 2,
    positiveSpans: [{ offset: -1, length: 3 }],
    positiveBuckets: [1, 0, 3],
    negativeSpans: [{ offset: 0, length: 1 }],
    negativeBuckets: [3],
  });
  assert.deepEqual(histogram.toApi(), {
    count: '9',
    sum: '1e+21',
    buckets: [
      [1, '-1', '-0.5', '3'],
      [3, '-0.25', '0.25', '2'],
      [0, '0.25', '0.5', '1'],
      [0, '1', '2', '3'],
    ],
  });
  assert.deepEqual(histogramOf({ count: 1, sum: Number.NaN }).toApi(), { count: '1', sum: 'NaN' });
});

test('what is wrong with a histogram is said in the words of Prometheus', () => {
  const one = { count: 1, positiveSpans: [{ offset: 0, length: 1 }], positiveBuckets: [1] };
  const custom = { ...one, schema: -53, customValues: [1] };
  const cases: readonly [Parameters<typeof histogramOf>[0], string | undefined][] = [
    [one, undefined],
    [custom, undefined],
    [
      { schema: 9 },
      'histogram has an invalid schema, which must be between -4 and 8 for exponential buckets, or -53 for custom buckets, got schema 9',
    ],
    [{ ...one, count: -1 }, "observation count is  -1: histogram's observation count is negative"],
    [
      { ...one, positiveBuckets: [-1] },
      'positive side: bucket number 1 has observation count of -1: histogram has a bucket whose observation count is negative',
    ],
    [
      { ...one, negativeSpans: [{ offset: 0, length: 2 }], negativeBuckets: [1] },
      'negative side: spans need 2 buckets, have 1 buckets: histogram spans specify different number of buckets than provided',
    ],
    [
      {
        ...one,
        positiveSpans: [
          { offset: 0, length: 1 },
          { offset: -1, length: 1 },
        ],
        positiveBuckets: [1, 1],
      },
      'positive side: span number 2 with offset -1: histogram has a span whose offset is negative',
    ],
    [
      { ...one, zeroCount: -2 },
      'zero bucket has observation count of -2: histogram has a bucket whose observation count is negative',
    ],
    [{ ...one, customValues: [1] }, 'histogram with exponential schema must not have custom bounds'],
    [{ ...custom, zeroCount: 1 }, 'custom buckets: must have zero count of 0'],
    [{ ...custom, zeroThreshold: 1 }, 'custom buckets: must have zero threshold of 0'],
    [{ ...custom, negativeBuckets: [1] }, 'custom buckets: must not have negative buckets'],
    [{ ...custom, customValues: [Number.NaN] }, 'custom buckets: histogram custom bounds must not be NaN'],
    [
      { ...custom, customValues: [1, 1] },
      'custom buckets: previous bound is 1.000000 and current is 1.000000: histogram custom bounds must be in strictly increasing order',
    ],
    [
      { ...custom, customValues: [1, Number.POSITIVE_INFINITY] },
      'custom buckets: last +Inf bound must not be explicitly defined: histogram custom bounds must be finite',
    ],
    [
      { ...custom, positiveSpans: [{ offset: 2, length: 1 }] },
      'custom buckets: only 1 custom bounds defined which is insufficient to cover total span length of 3: histogram custom bounds are too few',
    ],
  ];
  for (const [fields, expected] of cases) assert.equal(histogramOf(fields).validate(), expected);
});
