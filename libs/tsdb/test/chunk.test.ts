import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FloatHistogram, SampleBuffer, staleNaNBits } from '@plinth/prometheus-model';
import fc from 'fast-check';
import {
  chunkSamplesMax,
  decodeChunk,
  encodeChunk,
  encodeFloatChunk,
  encodeHistogramChunk,
} from '../src/chunk/chunk.ts';
import { haveSameLayout } from '../src/chunk/histogram-columns.ts';

const gaps = fc.oneof(
  fc.constant(fc.constant(15_000)),
  fc.constant(
    fc.oneof({ weight: 20, arbitrary: fc.constant(15_000) }, fc.integer({ min: 14_990, max: 15_010 })),
  ),
  fc.constant(fc.oneof({ weight: 20, arbitrary: fc.constant(60_000) }, fc.constant(3_600_000))),
  fc.constant(fc.integer({ min: 1, max: 2 ** 40 })),
);

const values = fc.oneof(
  fc.constant(fc.double()),
  fc.constant(fc.double({ noNaN: true, min: 0, max: 1 })),
  fc.constant(fc.double({ noNaN: true, min: 1000, max: 1010 })),
  fc.constant(fc.integer({ min: -50, max: 50 }).map((steps) => 2 ** 300 + steps * 2 ** 248)),
  fc.constant(fc.integer({ min: 0, max: 50 }).map((steps) => (0.1 + steps / 3) * 2 ** -1000)),
  fc.constant(fc.integer()),
  fc.constant(fc.integer({ min: -3, max: 200 })),
  fc.constant(fc.maxSafeInteger()),
  fc.constant(fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1000)),
  fc.constant(fc.integer({ min: 0, max: 1000 }).map((pages) => pages * 4096)),
  fc.constant(fc.constantFrom(0, -0, 1, Number.NaN, Infinity, -Infinity, 5e-324, 2 ** 53, 2 ** 60)),
  fc.constant(
    fc.oneof(
      { weight: 30, arbitrary: fc.integer({ min: 0, max: 9 }) },
      fc.constantFrom(-0, Number.NaN, Infinity, 0.1 + 0.2),
    ),
  ),
);

interface Sample {
  readonly gapMs: number;
  readonly value: number;
}

const samples: fc.Arbitrary<{ startMs: number; samples: Sample[] }> = fc
  .tuple(gaps, values, fc.integer({ min: -(2 ** 42), max: 2 ** 42 }))
  .chain(([gap, value, startMs]) =>
    fc.record({
      startMs: fc.constant(startMs),
      samples: fc.array(fc.record({ gapMs: gap, value }), { minLength: 1, maxLength: 300, size: 'max' }),
    }),
  );

function columnsOf({ startMs, samples }: { startMs: number; samples: readonly Sample[] }): {
  timestamps: Float64Array;
  values: Float64Array;
} {
  let timestamp = startMs;
  const timestamps = Float64Array.from(samples, ({ gapMs }) => (timestamp += gapMs));
  return { timestamps, values: Float64Array.from(samples, ({ value }) => value) };
}

function floatsOf(buffer: SampleBuffer): [number[], number[]] {
  return [[...buffer.timestamps.subarray(0, buffer.count)], [...buffer.values.subarray(0, buffer.count)]];
}

test('floats come back with their bits, or the part of them that is asked for', () => {
  fc.assert(
    fc.property(
      samples,
      fc.double({ min: 0, max: 1 }),
      fc.double({ min: 0, max: 1 }),
      (input, one, other) => {
        const { timestamps, values } = columnsOf(input);
        const count = timestamps.length;
        // The chunk stands at the end of memory, with something before it.
        const chunk = encodeFloatChunk(timestamps, values, count);
        const memory = new Uint8Array(chunk.length + 5);
        memory.set(chunk, 5);
        const whole = new SampleBuffer();
        whole.push(-Infinity, 7);
        decodeChunk(memory, 5, whole, -Infinity, Infinity);
        assert.deepEqual(floatsOf(whole), [
          [-Infinity, ...timestamps],
          [7, ...values],
        ]);

        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const first = timestamps[Math.floor(low * (count - 1))] ?? 0;
        const last = (timestamps[Math.floor(high * (count - 1))] ?? 0) + (count % 2);
        const part = new SampleBuffer();
        decodeChunk(memory, 5, part, first, last);
        const isWanted = (_: number, i: number): boolean =>
          (timestamps[i] ?? 0) >= first && (timestamps[i] ?? 0) <= last;
        assert.deepEqual(
          floatsOf(part),
          [timestamps.filter(isWanted), values.filter(isWanted)].map((a) => [...a]),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('stale marks among the values come back beside them', () => {
  fc.assert(
    fc.property(samples, fc.infiniteStream(fc.boolean()), (input, stale) => {
      const { timestamps, values } = columnsOf(input);
      const words = new BigUint64Array(values.buffer);
      const marks = [...stale.take(values.length)];
      for (const [i, isStale] of marks.entries()) if (isStale) words[i] = staleNaNBits;
      const buffer = new SampleBuffer();
      decodeChunk(encodeChunk(timestamps, values, values.length), 0, buffer, -Infinity, Infinity);
      const kept = input.samples.map(({ value }) => value).filter((_, i) => !marks[i]);
      assert.deepEqual(floatsOf(buffer), [[...timestamps].filter((_, i) => !marks[i]), kept]);
      assert.deepEqual(
        buffer.staleAt,
        [...timestamps].filter((_, i) => marks[i]),
      );
    }),
  );
});

test('start timestamps stay beside their samples', () => {
  const timestamps = Float64Array.of(1000, 2000, 3000, 4000);
  const values = Float64Array.of(1, 2, 1, 2);
  const startTimestamps = [0, 500, 2500, 2500];
  const buffer = new SampleBuffer();
  decodeChunk(encodeFloatChunk(timestamps, values, 4), 0, buffer, 1000, 2000);
  decodeChunk(encodeFloatChunk(timestamps, values, 4, { startTimestamps }), 0, buffer, 2000, 3000);
  decodeChunk(encodeFloatChunk(timestamps, values, 4), 0, buffer, 4000, 4000);
  assert.deepEqual(floatsOf(buffer), [
    [1000, 2000, 2000, 3000, 4000],
    [1, 2, 2, 1, 2],
  ]);
  assert.deepEqual([...(buffer.startTimestamps ?? [])].slice(0, 5), [0, 0, 500, 2500, 0]);
});

test('a chunk of as many samples as there may be comes back from shared memory, whatever its coding', () => {
  const count = chunkSamplesMax;
  const timestamps = Float64Array.from({ length: count }, (_, i) => i * 1000 + ((i * 7919) % 13));
  const valuesOf: ((i: number) => number)[] = [
    (i) => (i * 7919) % 8191,
    (i) => (i % 2 === 0 ? i : -i) * 2 ** 30,
    (i) => i * i * 1.25,
    (i) => 1000 + ((i * 7919) % 8191) / 3,
    (i) => Math.sin(i),
    (i) => (i % 20 === 0 ? Number.NaN : i / 100),
  ];
  for (const valueOf of valuesOf) {
    const values = Float64Array.from({ length: count }, (_, i) => valueOf(i));
    const chunk = encodeChunk(timestamps, values, count);
    const memory = new Uint8Array(new SharedArrayBuffer(chunk.length));
    memory.set(chunk);
    const buffer = new SampleBuffer();
    decodeChunk(memory, 0, buffer, -Infinity, Infinity);
    assert.deepEqual(floatsOf(buffer), [[...timestamps], [...values]]);
  }
});

test('a chunk of too many samples, or of none, is refused', () => {
  const tooMany = new Float64Array(chunkSamplesMax + 1);
  assert.throws(() => encodeFloatChunk(tooMany, tooMany, tooMany.length), /8193 samples, more than 8192/);
  assert.throws(() => encodeFloatChunk(tooMany, tooMany, 0), /neither samples nor stale marks/);
});

const spans = fc.array(
  fc
    .tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 1, max: 4 }))
    .map(([offset, length]) => ({ offset, length })),
  { maxLength: 3 },
);
const number = fc.oneof(fc.nat(1000), fc.double());

const histograms = fc
  .record({
    schema: fc.constantFrom(-53, -4, 0, 3, 8),
    zeroThreshold: fc.double({ min: 0, noNaN: true }),
    positiveSpans: spans,
    negativeSpans: spans,
    customValues: fc.array(fc.double({ noNaN: true }), { maxLength: 4 }),
  })
  .chain((layout) => {
    const sizeOf = (of: readonly { length: number }[]): number =>
      of.reduce((sum, { length }) => sum + length, 0);
    const buckets = (size: number) => fc.array(number, { minLength: size, maxLength: size });
    return fc
      .array(
        fc.record({
          counterResetHint: fc.constantFrom('unknown', 'reset', 'not-reset', 'gauge'),
          zeroCount: number,
          count: number,
          sum: number,
          positiveBuckets: buckets(sizeOf(layout.positiveSpans)),
          negativeBuckets: buckets(sizeOf(layout.negativeSpans)),
        }),
        { minLength: 1, maxLength: 40 },
      )
      .map((several) => several.map((fields) => new FloatHistogram({ ...layout, ...fields })));
  });

test('histograms come back', () => {
  fc.assert(
    fc.property(histograms, fc.array(fc.nat(10_000_000)), (input, staleAt) => {
      const timestamps = Float64Array.from(input, (_, i) => i * 15_000 + (i % 3));
      staleAt.sort((a, b) => a - b);
      const startTimestamps = input.length % 2 === 0 ? undefined : input.map((_, i) => i);
      const chunk = encodeHistogramChunk(timestamps, input, input.length, {
        staleAt,
        startTimestamps,
      }).slice();
      const buffer = new SampleBuffer();
      decodeChunk(chunk, 0, buffer, 15_000, 450_000);
      const isWanted = (instant: number): boolean => instant >= 15_000 && instant <= 450_000;
      assert.deepEqual(buffer.histogramTimestamps, [...timestamps].filter(isWanted));
      assert.deepEqual(
        buffer.histograms.map(({ fields }) => fields),
        input.filter((_, i) => isWanted(timestamps[i] ?? 0)).map(({ fields }) => fields),
      );
      assert.deepEqual(buffer.staleAt, staleAt.filter(isWanted));
      if (startTimestamps)
        assert.equal(buffer.histogramStartTimestamps?.length ?? 0, buffer.histograms.length);
    }),
  );
});

test('histograms of two layouts are not put into one chunk', () => {
  const fields = {
    counterResetHint: 'unknown',
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 1,
    sum: 1,
    positiveSpans: [{ offset: 0, length: 1 }],
    negativeSpans: [],
    positiveBuckets: [1],
    negativeBuckets: [],
    customValues: [],
  } as const;
  const one = new FloatHistogram(fields);
  const other = new FloatHistogram({ ...fields, positiveSpans: [{ offset: 1, length: 1 }] });
  const broken = new FloatHistogram({ ...fields, positiveBuckets: [1, 2] });
  assert.equal(haveSameLayout(one, new FloatHistogram({ ...fields })), true);
  assert.equal(haveSameLayout(one, other), false);
  assert.throws(() => encodeHistogramChunk([1, 2], [one, other], 2), /histogram 1 has another layout/);
  assert.throws(
    () => encodeHistogramChunk([1], [broken], 1),
    /2 positive and 0 negative buckets, but spans for 1 and 0/,
  );
});
