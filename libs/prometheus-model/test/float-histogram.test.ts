import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CounterResetHint, type FloatHistogram, HistogramAccumulator } from '../src/index.ts';
import {
  customHistogram,
  exponentialHistogram,
  histogramOf,
  observations,
  populated,
} from './arbitrary-histogram.ts';

const anyPair = fc.oneof(
  fc.tuple(exponentialHistogram, exponentialHistogram),
  fc.tuple(customHistogram, customHistogram),
);

test('the order of a sum does not matter, and no observation is lost', () => {
  fc.assert(
    fc.property(anyPair, ([one, other]) => {
      const sum = one.add(other);
      const reversed = other.add(one);
      assert.ok(sum && reversed);
      assert.ok(sum.histogram.compact().equals(reversed.histogram.compact()));
      assert.equal(sum.boundsReconciled, reversed.boundsReconciled);
      assert.equal(sum.histogram.fields.count, one.fields.count + other.fields.count);
      assert.equal(observations(sum.histogram), observations(one) + observations(other));
      assert.equal(sum.histogram.validate(), undefined);
    }),
    { numRuns: 500 },
  );
});

test('what is added and subtracted again leaves the histogram, as coarse as the sum was', () => {
  fc.assert(
    fc.property(exponentialHistogram, exponentialHistogram, (one, second) => {
      const { zeroThreshold, schema } = one.fields;
      const other = histogramOf({ ...second.fields, zeroThreshold });
      const left = one.add(other)?.histogram.sub(other)?.histogram;
      const coarse = one.reduceResolution(Math.min(schema, other.fields.schema));
      assert.ok(left?.compact().equals(coarse.compact()));
    }),
    { numRuns: 500 },
  );
});

test('a coarser histogram has each observation in a bucket around the one it was in', () => {
  fc.assert(
    fc.property(exponentialHistogram, fc.nat(12), (histogram, steps) => {
      const coarse = histogram.reduceResolution(Math.max(-4, histogram.fields.schema - steps));
      const fine = [...histogram.positiveBuckets(), ...histogram.negativeBuckets()];
      for (const bucket of [...coarse.positiveBuckets(), ...coarse.negativeBuckets()]) {
        const inside = fine.filter(({ lower, upper }) => lower >= bucket.lower && upper <= bucket.upper);
        assert.equal(
          bucket.count,
          inside.reduce((sum, { count }) => sum + count, 0),
        );
      }
      assert.equal(observations(coarse), observations(histogram));
    }),
    { numRuns: 300 },
  );
});

test('compaction changes no populated bucket and leaves no empty one', () => {
  fc.assert(
    fc.property(exponentialHistogram, fc.nat(5), (histogram, gap) => {
      const compact = histogram.compact();
      assert.deepEqual(populated(compact), populated(histogram));
      assert.ok(compact.fields.positiveBuckets.every((count) => count !== 0));
      assert.ok(
        compact.fields.positiveSpans.every(({ offset, length }, i) => length > 0 && (i === 0 || offset > 0)),
      );
      const loose = histogram.compact(gap);
      assert.deepEqual(populated(loose), populated(histogram));
      assert.ok(loose.fields.negativeSpans.every(({ offset }, i) => i === 0 || offset > gap));
      assert.ok(loose.compact().equals(compact));
    }),
  );
});

test('compaction fills gaps that are short enough', () => {
  const histogram = histogramOf({
    positiveSpans: [
      { offset: -2, length: 2 },
      { offset: 1, length: 1 },
      { offset: 3, length: 2 },
    ],
    positiveBuckets: [1, 2, 3, 0, 4],
  });
  assert.deepEqual(histogram.compact(1).fields.positiveSpans, [
    { offset: -2, length: 4 },
    { offset: 4, length: 1 },
  ]);
  assert.deepEqual(histogram.compact(1).fields.positiveBuckets, [1, 2, 0, 3, 4]);
});

test('a counter that only grows is not reset, and one that lost an observation is', () => {
  fc.assert(
    fc.property(anyPair, fc.nat(), ([before, more], choice) => {
      const after = before.add(more)?.histogram;
      assert.ok(after);
      const isFiner = before.fields.schema < more.fields.schema;
      if (!isFiner || before.usesCustomBuckets) assert.equal(after.detectReset(before), false);
      const at = choice % Math.max(1, before.fields.positiveBuckets.length);
      if ((before.fields.positiveBuckets[at] ?? 0) > 0 && before.fields.zeroThreshold === 0) {
        const positiveBuckets = before.fields.positiveBuckets.map((count, i) =>
          i === at ? count - 1 : count,
        );
        assert.equal(histogramOf({ ...before.fields, positiveBuckets }).detectReset(before), true);
      }
    }),
    { numRuns: 300 },
  );
});

test('hints, resolution and zero bucket tell of resets', () => {
  const base = { zeroThreshold: 0.01, zeroCount: 2, count: 5, positiveSpans: [{ offset: 1, length: 1 }] };
  const before = histogramOf({ ...base, positiveBuckets: [3] });
  const cases: readonly [Parameters<typeof histogramOf>[0], boolean][] = [
    [{ counterResetHint: 'reset', count: 9 }, true],
    [{ counterResetHint: 'not-reset', count: 1 }, false],
    [{ counterResetHint: 'gauge', count: 1 }, true],
    [{ schema: 1 }, true],
    [{ schema: -1 }, false],
    [{ zeroThreshold: 0.001 }, true],
    [{ zeroThreshold: 0.5 }, false],
    // 1.5 is in the middle of the populated bucket from 1 to 2.
    [{ zeroThreshold: 1.5, zeroCount: 9 }, true],
    [{ zeroThreshold: 2, zeroCount: 5, positiveSpans: [], positiveBuckets: [] }, false],
    [{ zeroThreshold: 2, zeroCount: 4, positiveSpans: [], positiveBuckets: [] }, true],
    [{ zeroCount: 1 }, true],
    [{ schema: -53, zeroThreshold: 0, zeroCount: 0, customValues: [1, 2] }, true],
  ];
  for (const [changes, expected] of cases) {
    const after = histogramOf({ ...before.fields, ...changes });
    assert.equal(after.detectReset(before), expected, JSON.stringify(changes));
  }
});

test('a database tells that a counter went on, and nothing else', () => {
  const at = (count: number, counterResetHint: CounterResetHint = 'unknown'): FloatHistogram =>
    histogramOf({ count, counterResetHint });
  const cases: readonly [FloatHistogram | undefined, FloatHistogram, CounterResetHint][] = [
    [undefined, at(1), 'unknown'],
    [at(1), at(2), 'not-reset'],
    [at(2), at(1), 'unknown'],
    [at(2), at(1, 'not-reset'), 'unknown'],
    [at(1), at(2, 'reset'), 'unknown'],
    [at(1), at(2, 'gauge'), 'gauge'],
    [at(1, 'gauge'), at(2), 'unknown'],
    [histogramOf({ schema: 1, count: 1 }), at(2), 'unknown'],
  ];
  for (const [before, histogram, hint] of cases) {
    assert.equal(histogram.withHintAfter(before).fields.counterResetHint, hint);
  }
});

test('the zero bucket of a sum ends where no populated bucket is cut', () => {
  const wide = histogramOf({ zeroThreshold: 1.5, zeroCount: 4, count: 4 });
  const narrow = histogramOf({
    count: 6,
    zeroThreshold: 0.01,
    positiveSpans: [{ offset: 0, length: 3 }],
    positiveBuckets: [1, 2, 3],
  });
  const sum = wide.add(narrow)?.histogram;
  assert.equal(sum?.fields.zeroThreshold, 2);
  assert.equal(sum?.fields.zeroCount, 7);
  assert.deepEqual(populated(sum ?? wide), ['-2 to 2: 7', '2 to 4: 3']);
});

test('histograms with different custom bounds meet at the bounds they share', () => {
  const one = histogramOf({
    schema: -53,
    count: 10,
    positiveSpans: [{ offset: 0, length: 4 }],
    positiveBuckets: [1, 2, 3, 4],
    customValues: [1, 2, 5],
  });
  const other = histogramOf({
    schema: -53,
    count: 6,
    positiveSpans: [{ offset: 0, length: 3 }],
    positiveBuckets: [1, 2, 3],
    customValues: [2, 3],
  });
  const sum = one.add(other);
  assert.equal(sum?.boundsReconciled, true);
  assert.deepEqual(sum?.histogram.fields.customValues, [2]);
  assert.deepEqual(sum?.histogram.fields.positiveBuckets, [4, 12]);
  assert.equal(one.add(one)?.boundsReconciled, false);
  assert.equal(one.add(histogramOf({})), undefined);
});

test('what is known of counters is combined', () => {
  const hints = ['unknown', 'reset', 'not-reset', 'gauge'] as const;
  const rows = hints.map((one) =>
    hints.map((other) => {
      const sum = histogramOf({ counterResetHint: one }).add(histogramOf({ counterResetHint: other }));
      return `${sum?.histogram.fields.counterResetHint}${sum?.countersCollide ? '!' : ''}`;
    }),
  );
  assert.deepEqual(rows, [
    ['unknown', 'unknown', 'unknown', 'gauge'],
    ['unknown', 'reset', 'unknown!', 'gauge'],
    ['unknown', 'unknown!', 'not-reset', 'gauge'],
    ['gauge', 'gauge', 'gauge', 'gauge'],
  ]);
});

test('a long sum does not lose small counts beside large ones', () => {
  const with_ = (count: number): FloatHistogram =>
    histogramOf({ count, sum: count, positiveSpans: [{ offset: 0, length: 1 }], positiveBuckets: [count] });
  const accumulator = new HistogramAccumulator(with_(1e16).fields);
  for (let i = 0; i < 10; i++) accumulator.add(with_(1).fields);
  accumulator.add(with_(1e16).fields, -1);
  assert.equal(accumulator.rounded().count, 0);
  const exact = accumulator.compensated();
  assert.deepEqual([exact.count, exact.sum, exact.positiveBuckets], [10, 10, [10]]);
});

test('multiplication and division', () => {
  const histogram = histogramOf({
    count: 6,
    sum: 3,
    zeroCount: 2,
    zeroThreshold: 0.5,
    positiveSpans: [{ offset: 1, length: 1 }],
    positiveBuckets: [4],
  });
  const double = histogram.mul(2).fields;
  assert.deepEqual([double.count, double.sum, double.zeroCount, double.positiveBuckets], [12, 6, 4, [8]]);
  assert.equal(double.zeroThreshold, 0.5);
  assert.equal(histogram.mul(-1).fields.counterResetHint, 'gauge');
  assert.equal(histogram.div(-1).fields.counterResetHint, 'gauge');
  assert.ok(histogram.mul(4).div(4).equals(histogram));
  const byZero = histogram.div(0).fields;
  assert.deepEqual(
    [byZero.count, byZero.positiveBuckets, byZero.positiveSpans],
    [Number.POSITIVE_INFINITY, [], []],
  );
});

test('equality is that of the data', () => {
  const spans = [{ offset: 1, length: 2 }];
  const histogram = histogramOf({ sum: Number.NaN, positiveSpans: spans, positiveBuckets: [Number.NaN, 0] });
  assert.ok(histogram.equals(histogramOf(histogram.fields)));
  assert.ok(histogram.equals(histogram.withCounterResetHint('gauge')));
  const cut = [
    { offset: 1, length: 1 },
    { offset: 0, length: 1 },
  ];
  assert.ok(histogram.equals(histogramOf({ ...histogram.fields, positiveSpans: cut })));
  const others = [
    { sum: 0 },
    { schema: 1 },
    { zeroThreshold: 1 },
    { positiveBuckets: [Number.NaN, -0] },
    { positiveBuckets: [Number.NaN], positiveSpans: [{ offset: 1, length: 1 }] },
    { positiveSpans: [{ offset: 2, length: 2 }] },
  ];
  for (const changes of others) {
    assert.equal(
      histogram.equals(histogramOf({ ...histogram.fields, ...changes })),
      false,
      JSON.stringify(changes),
    );
  }
});

test('bounds of buckets', () => {
  const single = (schema: number, index: number): readonly number[] => {
    const fields = { schema, count: 1, positiveSpans: [{ offset: index, length: 1 }], positiveBuckets: [1] };
    const [bucket] = histogramOf(fields).positiveBuckets();
    return [bucket?.lower ?? 0, bucket?.upper ?? 0];
  };
  assert.deepEqual(single(0, 0), [0.5, 1]);
  assert.deepEqual(single(0, 3), [4, 8]);
  assert.deepEqual(single(-2, 1), [1, 16]);
  assert.deepEqual(single(-4, 64), [2 ** 1008, Number.MAX_VALUE]);
  assert.deepEqual(single(0, 1024), [2 ** 1023, Number.MAX_VALUE]);
  assert.deepEqual(single(3, 8193), [Number.MAX_VALUE, Number.POSITIVE_INFINITY]);
  for (let schema = 0; schema <= 8; schema++) {
    for (let index = -600; index < 600; index += 7) {
      const exact = 2 ** (index / 2 ** schema);
      const [lower = 0, upper = 0] = single(schema, index);
      assert.ok(Math.abs(upper - exact) <= exact * 2 ** -50, `${schema} ${index}`);
      assert.ok(lower < upper);
    }
  }
});

test('a coarser form of custom buckets or a finer one of any is refused', () => {
  assert.throws(() => histogramOf({ schema: 0 }).reduceResolution(1), /from schema 0 to 1/);
  assert.throws(() => histogramOf({ schema: 0 }).reduceResolution(-53), /to custom buckets/);
  assert.throws(() => histogramOf({ schema: -53 }).reduceResolution(-60), /when there are custom buckets/);
  const fine = histogramOf({
    schema: 52,
    count: 1,
    positiveSpans: [{ offset: 1, length: 1 }],
    positiveBuckets: [1],
  });
  assert.deepEqual(fine.reduceResolution(8).fields.positiveSpans, [{ offset: 1, length: 1 }]);
});
