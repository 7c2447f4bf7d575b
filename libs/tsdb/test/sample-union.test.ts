import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Labels, SampleBuffer, type SelectedSeries } from '@plinth/prometheus-model';
import fc from 'fast-check';
import { appendMerged } from '../src/block/sample-union.ts';
import { encodeSeries } from '../src/block/series-chunks.ts';
import { mergeSeries, uniteSeries } from '../src/block/series-union.ts';
import { removeRange } from '../src/block/tombstones.ts';
import { decodeChunk } from '../src/chunk/chunk.ts';
import { metric, type Points, plain, pointsOf, readPoints, seriesOf } from './block-samples.ts';

interface Float {
  readonly value: number;
  readonly startMs: number;
}

const floats = fc
  .tuple(fc.nat(60), fc.uniqueArray(fc.nat(40)), fc.boolean())
  .map(([fromMs, instants, hasStarts]) =>
    instants
      .sort((one, other) => one - other)
      .map((instantMs): [number, Float] => [
        fromMs + instantMs,
        { value: instantMs, startMs: hasStarts && instantMs % 3 > 0 ? instantMs : 0 },
      ]),
  );

function bufferOf(several: readonly (readonly [number, Float])[]): SampleBuffer {
  const buffer = new SampleBuffer();
  for (const [instantMs, { value, startMs }] of several) {
    buffer.push(instantMs, value);
    if (startMs === 0) continue;
    buffer.startTimestamps ??= new Float64Array(buffer.values.length);
    buffer.startTimestamps[buffer.count - 1] = startMs;
  }
  return buffer;
}

/** A series that is read from chunks, as those of blocks are. */
function encoded(buffer: SampleBuffer): SelectedSeries {
  const chunks: Uint8Array[] = [];
  encodeSeries(buffer, (chunk) => chunks.push(chunk.slice()));
  return {
    labels: Labels.empty,
    read(into) {
      for (const chunk of chunks) decodeChunk(chunk, 0, into, -Infinity, Infinity);
    },
  };
}

test('samples of several sources come in order, each with its start, and the first source counts', () => {
  fc.assert(
    fc.property(fc.array(floats, { maxLength: 4 }), (sources) => {
      const expected = new Map<number, Float>();
      const found = new SampleBuffer();
      for (const source of sources) {
        for (const [instantMs, float] of source) {
          if (!expected.has(instantMs)) expected.set(instantMs, float);
        }
        appendMerged(found, encoded(bufferOf(source)));
      }
      const inOrder = [...expected].sort(([one], [other]) => one - other);
      assert.deepEqual(
        inOrder.map((_, i): [number, Float] => [
          found.timestamps[i] ?? 0,
          { value: found.values[i] ?? 0, startMs: found.startTimestamps?.[i] ?? 0 },
        ]),
        inOrder,
      );
      assert.equal(found.count, inOrder.length);
    }),
  );
});

test('of one instant a float counts more than a histogram, and that more than a mark', () => {
  const labels = metric('a');
  const sources = [
    pointsOf([
      labels,
      [
        [1, 'stale'],
        [2, 'stale'],
        [3, { histogram: 1 }],
        [4, 'stale'],
        [5, { histogram: 9 }],
      ],
    ]),
    pointsOf([
      labels,
      [
        [1, 7],
        [2, { histogram: 3 }],
        [3, 8],
        [4, 'stale'],
        [6, 1],
      ],
    ]),
  ];
  const expected = pointsOf([
    labels,
    [
      [1, 7],
      [2, { histogram: 3 }],
      [3, 8],
      [4, 'stale'],
      [5, { histogram: 9 }],
      [6, 1],
    ],
  ]);
  for (const order of [sources, sources.toReversed()]) {
    assert.deepEqual(plain(readPoints(uniteSeries(order.map(seriesOf)))), plain(expected));
    assert.deepEqual(plain(readPoints(mergeSeries(order.map(seriesOf)))), plain(expected));
  }
});

test('merged series are in order of their labels', () => {
  const source = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', '\uffff', '\u{1f600}'));
  fc.assert(
    fc.property(fc.array(source, { maxLength: 4 }), (sources) => {
      const points = sources.map(
        (names, i): Points => pointsOf(...names.map((name) => [metric(name), [[i, i]]] as const)),
      );
      const merged = [...mergeSeries(points.map(seriesOf))].map(({ labels }) => labels);
      assert.deepEqual(
        merged,
        merged.toSorted((one, other) => one.compare(other)),
      );
      assert.equal(new Set(merged.map(({ key }) => key)).size, merged.length);
      assert.equal(merged.length, new Set(sources.flat()).size);
    }),
  );
});

/** Histograms that count on, each compared with the one before it, and a gauge at the end. */
function counting(instants: readonly number[]): SampleBuffer {
  const buffer = new SampleBuffer();
  const several = pointsOf([
    Labels.empty,
    instants.map((instantMs) => [instantMs, { histogram: 3 }] as const),
  ]);
  for (const series of seriesOf(several)) series.read(buffer);
  const last = buffer.histograms.pop();
  if (last) buffer.histograms.push(last.withCounterResetHint('gauge'));
  return buffer;
}

function hintsOf(buffer: SampleBuffer): string[] {
  return buffer.histograms.map(({ fields }) => fields.counterResetHint);
}

test('a hint that compares with another histogram than the one before is dropped', () => {
  const merged = counting([1, 3, 9]);
  appendMerged(merged, encoded(counting([2, 5])));
  assert.deepEqual(merged.histogramTimestamps, [1, 2, 3, 5, 9]);
  assert.deepEqual(hintsOf(merged), ['unknown', 'unknown', 'unknown', 'gauge', 'gauge']);

  const inOrder = counting([1, 2]);
  appendMerged(inOrder, encoded(counting([3, 4])));
  assert.deepEqual(hintsOf(inOrder), ['not-reset', 'gauge', 'not-reset', 'gauge']);

  const cut = counting([1, 2, 3, 4, 5, 6]);
  removeRange(cut, { startMs: 3, endMs: 4 }, { floats: 0, staleMarks: 0, histograms: 0 });
  assert.deepEqual(cut.histogramTimestamps, [1, 2, 5, 6]);
  assert.deepEqual(hintsOf(cut), ['not-reset', 'not-reset', 'unknown', 'gauge']);
});
