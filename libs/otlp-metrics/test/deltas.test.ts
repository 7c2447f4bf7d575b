import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DeltaAccumulator } from '../src/index.ts';
import { attribute, request, translated } from './recorded-series.ts';

const limits = { series: 100, idleMs: 60_000, buckets: 160 };

function nano(seconds: number): string {
  return `${seconds}000000000`;
}

function sum(startSeconds: number, seconds: number, asInt: number, series = 'a', isMonotonic = true): object {
  const point = {
    startTimeUnixNano: nano(startSeconds),
    timeUnixNano: nano(seconds),
    asInt,
    attributes: [attribute('series', series)],
  };
  return request([{ name: 'm', sum: { aggregationTemporality: 1, isMonotonic, dataPoints: [point] } }]);
}

test('sums are added up from the first point on, across gaps', () => {
  const deltas = new DeltaAccumulator(limits, 0);
  const points = [sum(10, 20, 5), sum(20, 30, 3), sum(60, 70, 2), sum(20, 80, 1, 'b'), sum(70, 80, -4)];
  assert.deepEqual(
    points.map((point) => {
      const { sample, metric } = translated(point, {}, deltas).samples[0] ?? assert.fail();
      return [sample.value, sample.startTimestampMs, sample.timestampMs, metric.type];
    }),
    [
      [5, 10_000, 20_000, 'counter'],
      [8, 10_000, 30_000, 'counter'],
      [10, 10_000, 70_000, 'counter'],
      [1, 20_000, 80_000, 'counter'],
      [6, 10_000, 80_000, 'counter'],
    ],
  );
});

test('points that are late or begin before their series are rejected', () => {
  const deltas = new DeltaAccumulator(limits, 0);
  const rejections = [sum(10, 20, 5), sum(10, 20, 5), sum(12, 15, 5), sum(5, 30, 5), sum(20, 40, 1)].map(
    (point) => translated(point, {}, deltas).rejections[0]?.[1] ?? '',
  );
  assert.deepEqual(rejections, [
    '',
    'delta point at 20000 ms is not later than the one before it, at 20000 ms',
    'delta point at 15000 ms is not later than the one before it, at 20000 ms',
    'delta point starts at 5000 ms, before its series, at 10000 ms',
    '',
  ]);
  assert.equal(translated(sum(40, 50, 1), {}, deltas).samples[0]?.sample.value, 7);
});

test('series are bounded, and forgotten when they are idle', () => {
  const deltas = new DeltaAccumulator({ ...limits, series: 2 }, 100_000);
  for (const series of ['a', 'b', 'c']) {
    const { rejections } = translated(sum(10, 20, 5, series), {}, deltas);
    assert.deepEqual(rejections, series === 'c' ? [[1, 'more than 2 series with delta temporality']] : []);
  }
  deltas.expire(130_000);
  translated(sum(20, 30, 1, 'a'), {}, deltas);
  deltas.expire(160_001);
  assert.equal(deltas.size, 1);
  assert.equal(translated(sum(30, 40, 1, 'a'), {}, deltas).samples[0]?.sample.value, 7);
  assert.equal(translated(sum(30, 40, 1, 'b'), {}, deltas).samples[0]?.sample.value, 1);
});

test('a point without value is a mark of staleness and counts for nothing', () => {
  const deltas = new DeltaAccumulator(limits, 0);
  translated(sum(10, 20, 5), {}, deltas);
  const gone = { timeUnixNano: nano(25), flags: 1, attributes: [attribute('series', 'a')] };
  const body = request([
    { name: 'm', sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [gone] } },
  ]);
  assert.deepEqual(translated(body, {}, deltas).values, [['{__name__="m_total", series="a"}', 'stale']]);
  assert.equal(translated(sum(20, 30, 1), {}, deltas).samples[0]?.sample.value, 6);
});

function histogram(
  seconds: number,
  bucketCounts: number[],
  explicitBounds: number[],
  more: object = { sum: 1 },
): object {
  const count = bucketCounts.reduce((total, one) => total + one, 0);
  const point = {
    startTimeUnixNano: nano(seconds - 10),
    timeUnixNano: nano(seconds),
    count,
    bucketCounts,
    explicitBounds,
    ...more,
  };
  return request([{ name: 'h', histogram: { aggregationTemporality: 1, dataPoints: [point] } }]);
}

test('histograms are added up; other bounds begin anew', () => {
  const deltas = new DeltaAccumulator(limits, 0);
  const valuesOf = (body: object) => translated(body, {}, deltas).samples.map(({ sample }) => sample.value);
  // Sum, count, and the cumulative buckets.
  assert.deepEqual(valuesOf(histogram(20, [1, 2], [1])), [1, 3, 1, 3]);
  assert.deepEqual(valuesOf(histogram(30, [1, 0], [1])), [2, 4, 2, 4]);
  assert.deepEqual(valuesOf(histogram(40, [1, 0], [5])), [1, 1, 1, 1]);
  assert.deepEqual(valuesOf(histogram(50, [1, 0], [5], {})), [2, 2, 2]);
});

function exponential(
  seconds: number,
  scale: number,
  offset: number,
  bucketCounts: number[],
  zeroCount = 0,
): object {
  const count = bucketCounts.reduce((total, one) => total + one, zeroCount);
  const point = {
    timeUnixNano: nano(seconds),
    count,
    sum: 2,
    scale,
    zeroCount,
    positive: { offset, bucketCounts },
  };
  return request([{ name: 'e', exponentialHistogram: { aggregationTemporality: 1, dataPoints: [point] } }]);
}

test('exponential histograms are added up at the coarser scale, within their bound of buckets', () => {
  const deltas = new DeltaAccumulator({ ...limits, buckets: 4 }, 0);
  const fieldsOf = (body: object) =>
    translated(body, {}, deltas).histograms[0]?.sample.histogram.fields ?? assert.fail();
  assert.deepEqual(fieldsOf(exponential(10, 1, 0, [1, 1], 3)).positiveBuckets, [1, 1]);
  const coarser = fieldsOf(exponential(20, 0, 0, [5], 1));
  assert.deepEqual(
    [coarser.schema, coarser.positiveBuckets, coarser.zeroCount, coarser.count, coarser.sum],
    [0, [7], 4, 11, 4],
  );
  const bounded = fieldsOf(exponential(30, 0, 0, [1, 1, 1, 1, 1, 1]));
  assert.ok(bounded.positiveBuckets.length <= 4 && bounded.schema < 0);
  assert.equal(bounded.count, 17);
  assert.equal(
    bounded.positiveBuckets.reduce((total, one) => total + one, 0),
    13,
  );
});

test('deltas of cumulative values give the cumulative values', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 30 }), (increments) => {
      const deltas = new DeltaAccumulator(limits, 0);
      let total = 0;
      for (const [i, increment] of increments.entries()) {
        total += increment;
        const value = translated(sum(i + 1, i + 2, increment), {}, deltas).samples[0]?.sample.value;
        assert.equal(value, total);
      }
    }),
    { numRuns: 30 },
  );
});
