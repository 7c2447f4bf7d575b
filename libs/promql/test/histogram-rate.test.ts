import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CounterResetHint, FloatHistogram } from '@plinth/prometheus-model';
import fc from 'fast-check';
import { extendedHistogramRate } from '../src/functions/histogram-extended-rate.ts';
import { instantHistogramRate } from '../src/functions/histogram-instant-rate.ts';
import {
  extrapolatedHistogramRate,
  type HistogramOutcome,
  type HistogramWindow,
} from '../src/functions/histogram-rate.ts';
import { histogramOf } from './arbitrary-histogram.ts';

const subject = { metricName: 'm', range: { start: 0, end: 0 } };
const increase = { isCounter: true, isPerSecond: false };
const delta = { isCounter: false, isPerSecond: false };

/** All observations in one bucket, so that a histogram behaves like a float. */
function of(count: number, counterResetHint: CounterResetHint = 'unknown'): FloatHistogram {
  return histogramOf({
    counterResetHint,
    count,
    sum: count,
    positiveSpans: [{ offset: 1, length: 1 }],
    positiveBuckets: [count],
  });
}

function custom(...customValues: number[]): FloatHistogram {
  const length = customValues.length + 1;
  const positiveBuckets = Array.from({ length }, () => 1);
  return histogramOf({
    schema: -53,
    count: length,
    positiveSpans: [{ offset: 0, length }],
    positiveBuckets,
    customValues,
  });
}

function window(
  histograms: readonly FloatHistogram[],
  timestamps: readonly number[],
  startMs: number,
  endMs: number,
  startTimestamps?: readonly number[],
): HistogramWindow {
  return { histograms, timestamps, startTimestamps, from: 0, to: histograms.length, startMs, endMs };
}

function texts({ annotations }: HistogramOutcome): readonly string[] {
  return annotations.map(({ text }) => text);
}

function close(found: number | undefined, expected: number): void {
  assert.ok(
    found !== undefined && Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${found} ${expected}`,
  );
}

/** Counts with their times, and a window around them. */
const counters = fc
  .record({
    counts: fc.array(fc.nat(50), { minLength: 2, maxLength: 12 }),
    gaps: fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 12, maxLength: 12 }),
    before: fc.integer({ min: 1, max: 100_000 }),
    after: fc.integer({ min: 0, max: 100_000 }),
  })
  .map(({ counts, gaps, before, after }) => {
    let timeMs = 1_000_000;
    const timestamps = counts.map((_, i) => (timeMs += gaps[i] ?? 1));
    const startMs = (timestamps[0] ?? 0) - before;
    return { counts, timestamps, startMs, endMs: timeMs + after };
  });

function growthOf(counts: readonly number[]): number {
  let growth = 0;
  for (const [i, count] of counts.entries()) {
    const previous = counts[i - 1];
    if (previous !== undefined) growth += count < previous ? count : count - previous;
  }
  return growth;
}

test('the increase of a histogram is extrapolated like that of a float', () => {
  fc.assert(
    fc.property(counters, ({ counts, timestamps, startMs, endMs }) => {
      const growth = growthOf(counts);
      const first = timestamps[0] ?? 0;
      const last = timestamps.at(-1) ?? 0;
      const spacing = (last - first) / (counts.length - 1);
      const reach = (distance: number): number => (distance < spacing * 1.1 ? distance : spacing / 2);
      const toZero = growth > 0 ? ((last - first) * (counts[0] ?? 0)) / growth : Number.POSITIVE_INFINITY;
      const covered = last - first + Math.min(reach(first - startMs), toZero) + reach(endMs - last);
      const expected = (growth * covered) / (last - first);
      const histograms = counts.map((count) => of(count));
      const found = extrapolatedHistogramRate(
        window(histograms, timestamps, startMs, endMs),
        increase,
        subject,
      );
      close(found.histogram?.fields.count, expected);
      close(found.histogram?.fields.sum, expected);
      assert.equal(found.histogram?.fields.counterResetHint, 'gauge');
      assert.deepEqual(found.annotations, []);
      const rate = extrapolatedHistogramRate(
        window(histograms, timestamps, startMs, endMs),
        { isCounter: true, isPerSecond: true },
        subject,
      );
      close(rate.histogram?.fields.count, expected / ((endMs - startMs) / 1000));
    }),
    { numRuns: 300 },
  );
});

test('an anchored window counts from the sample before it, a smoothed one from the line between samples', () => {
  fc.assert(
    fc.property(counters, fc.nat(), ({ counts, timestamps, endMs }, choice) => {
      const at = choice % (counts.length - 1);
      const startMs = timestamps[at] ?? 0;
      const histograms = counts.map((count) => of(count));
      const anchored = extendedHistogramRate(
        window(histograms, timestamps, startMs, endMs),
        increase,
        false,
        subject,
      );
      close(anchored.histogram?.fields.count, growthOf(counts.slice(at)));
      const smoothed = extendedHistogramRate(
        window(histograms, timestamps, startMs, endMs),
        increase,
        true,
        subject,
      );
      close(smoothed.histogram?.fields.count, growthOf(counts.slice(at)));
    }),
    { numRuns: 300 },
  );
  const line = window([of(0), of(60), of(20)], [0, 60_000, 120_000], 30_000, 90_000);
  close(extendedHistogramRate(line, increase, true, subject).histogram?.fields.count, 30 + 10);
  close(extendedHistogramRate(line, increase, false, subject).histogram?.fields.count, 60 + 20);
  const outside = window([of(1), of(2)], [0, 10], 20, 30);
  assert.equal(extendedHistogramRate(outside, increase, false, subject).histogram, undefined);
});

test('start timestamps tell of resets, and of a beginning within the window', () => {
  const times = [60_000, 120_000];
  const grown = window([of(5), of(9)], times, 0, 120_000, [30_000, 90_000]);
  // 5 since the beginning at 30 s, 9 since the second one; nothing is left to extrapolate.
  close(extrapolatedHistogramRate(grown, increase, subject).histogram?.fields.count, 14);
  const single = window([of(5)], [60_000], 0, 60_000, [30_000]);
  close(extrapolatedHistogramRate(single, increase, subject).histogram?.fields.count, 5);
  for (const start of [0, 60_000]) {
    const unknown = window([of(5)], [60_000], 0, 60_000, [start]);
    assert.equal(extrapolatedHistogramRate(unknown, increase, subject).histogram, undefined);
  }
  const overlapping = window([of(5), of(9)], times, 0, 120_000, [30_000, 50_000]);
  assert.match(
    texts(extrapolatedHistogramRate(overlapping, increase, subject))[0] ?? '',
    /start time that overlaps/,
  );
});

test('histograms that do not fit together or the function are told of', () => {
  const times = [0, 60_000, 120_000];
  const run = (histograms: readonly FloatHistogram[], kind = increase): HistogramOutcome =>
    extrapolatedHistogramRate(
      window(histograms, times.slice(0, histograms.length), -1, 120_000),
      kind,
      subject,
    );
  const mixed =
    'PromQL warning: vector contains a mix of histograms with exponential and custom buckets schemas for metric name "m"';
  assert.deepEqual(texts(run([of(1), custom(1), of(9)])), [mixed]);
  // What came before a reset between the first two does not have to fit.
  assert.deepEqual(texts(run([of(9), custom(1), custom(1)])), []);
  assert.equal(run([of(1), custom(1), of(9)]).histogram, undefined);
  assert.deepEqual(texts(run([of(1, 'gauge'), of(2)])), [
    'PromQL warning: this native histogram metric is not a counter: "m"',
  ]);
  assert.deepEqual(texts(run([of(1), of(2)], delta)), [
    'PromQL warning: this native histogram metric is not a gauge: "m"',
  ]);
  assert.deepEqual(texts(run([of(1, 'gauge'), of(2), of(3, 'gauge')], delta)), []);
  const gauge = custom(1, 2).withCounterResetHint('gauge');
  assert.deepEqual(texts(run([custom(2, 5).withCounterResetHint('gauge'), gauge], delta)), [
    'PromQL info: mismatched custom buckets were reconciled during subtraction',
  ]);
});

test('the instant rate of two histograms', () => {
  const at = (timeMs: number, histogram: FloatHistogram) => ({ timeMs, histogram });
  const rate = instantHistogramRate(at(0, of(2)), at(4000, of(10)), true, false, subject);
  close(rate.histogram?.fields.count, 2);
  const reset = instantHistogramRate(at(0, of(12)), at(4000, of(10)), true, false, subject);
  close(reset.histogram?.fields.count, 2.5);
  const told = instantHistogramRate(at(0, of(2)), at(4000, of(10)), true, true, subject);
  close(told.histogram?.fields.count, 2.5);
  const difference = instantHistogramRate(
    at(0, of(12, 'gauge')),
    at(4000, of(10, 'gauge')),
    false,
    false,
    subject,
  );
  close(difference.histogram?.fields.count, -2);
  assert.equal(instantHistogramRate(at(5, of(1)), at(5, of(2)), true, false, subject).histogram, undefined);
  assert.match(
    texts(instantHistogramRate(at(0, custom(1)), at(5, of(9)), false, false, subject)).join(),
    /mix of/,
  );
});
