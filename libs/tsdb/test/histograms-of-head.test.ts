import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FloatHistogram, SampleBuffer } from '@plinth/prometheus-model';
import type { DatabaseReader } from '../src/index.ts';
import { everything, openDatabase, refOf, TemporaryDirectory } from './database-fixture.ts';

/** A histogram whose buckets say what it is; the layout changes with `buckets`. */
function histogramOf(value: number, buckets: number): FloatHistogram {
  const counts = Array.from({ length: buckets }, (_, i) => value + i);
  return new FloatHistogram({
    counterResetHint: 'unknown',
    schema: 2,
    zeroThreshold: 0.001,
    zeroCount: 0.5,
    count: counts.reduce((sum, count) => sum + count, 0.5),
    sum: value * 1.5,
    positiveSpans: [{ offset: -1, length: buckets }],
    negativeSpans: [],
    positiveBuckets: counts,
    negativeBuckets: [],
    customValues: [],
  });
}

function histogramsOf(reader: DatabaseReader): (readonly [number, FloatHistogram['fields']])[] {
  using view = reader.view();
  const buffer = new SampleBuffer();
  for (const series of view.select({ matchers: everything, startMs: -Infinity, endMs: Infinity }))
    series.read(buffer);
  return buffer.histograms.map(
    (histogram, i) => [buffer.histogramTimestamps[i] ?? 0, histogram.fields] as const,
  );
}

test('histograms come back whole, from open and sealed chunks, the log, a snapshot and blocks', async () => {
  using directory = new TemporaryDirectory();
  const limits = { windowMs: 100_000, outOfOrderWindowMs: 30_000 };
  const database = await openDatabase(directory.path, limits);
  const expected = new Map<number, FloatHistogram['fields']>();
  const write = async (time: number): Promise<void> => {
    const histogram = histogramOf(time / 1000, 1 + (Math.floor(time / 25_000) % 3));
    database.appendHistogram(refOf(database, { __name__: 'h' }), time, histogram);
    const { histograms, refusals } = await database.commit(time);
    assert.deepEqual([histograms, refusals], [1, []]);
    expected.set(time, histogram.fields);
  };
  for (let second = 0; second < 260; second++) {
    if (second % 10 !== 3) await write(second * 1000);
    // Ten seconds late, between others.
    if (second % 20 === 19) await write(second * 1000 - 10_500);
  }
  const inOrder = [...expected].sort(([one], [other]) => one - other);
  assert.deepEqual(histogramsOf(database.reader), inOrder);
  const crashed = await openDatabase(directory.path, limits);
  assert.deepEqual(histogramsOf(crashed.reader), inOrder);
  await crashed.tick(0);
  assert.deepEqual(histogramsOf(crashed.reader), inOrder);
  await crashed.close();
  const closed = await openDatabase(directory.path, limits);
  assert.deepEqual(histogramsOf(closed.reader), inOrder);
  await closed.close();
});

test('of one instant there is one sample, histogram or not', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  const ref = refOf(database, { __name__: 'h' });
  const reasons = async (): Promise<string[]> => (await database.commit(10)).refusals.map(({ text }) => text);
  database.appendHistogram(ref, 1, histogramOf(1, 2));
  assert.deepEqual(await reasons(), []);
  database.appendHistogram(ref, 1, histogramOf(1, 2));
  assert.deepEqual(await reasons(), []);
  database.appendHistogram(ref, 1, histogramOf(2, 2));
  assert.deepEqual(await reasons(), ['duplicate sample for timestamp']);
  database.append(ref, 1, 1);
  assert.deepEqual(await reasons(), ['duplicate sample for timestamp']);
  database.appendHistogram(ref, 2, new FloatHistogram({ ...histogramOf(1, 2).fields, positiveBuckets: [1] }));
  assert.deepEqual(await reasons(), ['invalid histogram']);
  assert.deepEqual(histogramsOf(database.reader), [[1, histogramOf(1, 2).fields]]);
  await database.close();
});
