import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { FloatHistogram, Matcher } from '@plinth/prometheus-model';
import {
  everything,
  openDatabase,
  refOf,
  samplesOf,
  scattered,
  TemporaryDirectory,
} from './database-fixture.ts';

const up = { __name__: 'up', job: 'api' };

function histogramOf(count: number): FloatHistogram {
  return new FloatHistogram({
    counterResetHint: 'unknown',
    schema: 0,
    zeroThreshold: 0.001,
    zeroCount: 1,
    count,
    sum: count * 2,
    positiveSpans: [{ offset: 0, length: 2 }],
    negativeSpans: [],
    positiveBuckets: [count - 2, 1],
    negativeBuckets: [],
    customValues: [],
  });
}

test('a sample can be read once it is committed, and again after the database was closed and opened', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  const ref = refOf(database, up);
  database.append(ref, 1000, 1.5);
  database.append(ref, 2000, Number.NaN);
  database.appendStale(ref, 3000);
  database.append(ref, 4000, -Infinity);
  database.appendHistogram(refOf(database, { __name__: 'h' }), 1000, histogramOf(10));
  const result = await database.commit(4000);
  assert.deepEqual(result, { samples: 4, histograms: 1, exemplars: 0, refusals: [] });
  const expected = {
    '{__name__="up", job="api"}': '1000:1.5 2000:NaN 3000:stale 4000:-Infinity',
    '{__name__="h"}': '1000:h10',
  };
  assert.deepEqual(samplesOf(database.reader, everything), expected);
  await database.close();

  const again = await openDatabase(directory.path);
  assert.deepEqual(samplesOf(again.reader, everything), expected);
  assert.equal(refOf(again, up), ref);
  again.append(ref, 4000, -Infinity);
  again.append(ref, 4000, 4);
  again.append(ref, 5000, 5);
  const later = await again.commit(5000);
  assert.equal(later.samples, 2);
  assert.deepEqual(later.refusals, [
    {
      reason: 'duplicate',
      text: 'duplicate sample for timestamp',
      count: 1,
      series: '{__name__="up", job="api"}',
      timestampMs: 4000,
    },
  ]);
  await again.close();
  assert.deepEqual(readdirSync(`${directory.path}/wal`), ['head-00000002']);
});

test('many chunks in several windows come back the same from memory, from the log and from a snapshot', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  const expected: Record<string, string> = {};
  for (let i = 0; i < 3; i++) {
    const ref = refOf(database, { __name__: 'm', i: String(i) });
    const samples: string[] = [];
    for (let k = 0; k < 1500; k++) {
      const timestampMs = k * 15_000;
      if (k % 100 === 99) database.appendStale(ref, timestampMs);
      else database.append(ref, timestampMs, k * 1.25 + i);
      samples.push(`${timestampMs}:${k % 100 === 99 ? 'stale' : k * 1.25 + i}`);
    }
    expected[`{__name__="m", i="${i}"}`] = samples.join(' ');
  }
  const { samples, refusals } = await database.commit(1e9);
  assert.deepEqual([samples, refusals], [4500, []]);
  assert.deepEqual(samplesOf(database.reader, everything), expected);

  const fromLog = await openDatabase(directory.path);
  assert.equal(fromLog.replayed.samples, 4500);
  assert.deepEqual(samplesOf(fromLog.reader, everything), expected);
  await fromLog.close();
  const fromSnapshot = await openDatabase(directory.path);
  assert.deepEqual(fromSnapshot.replayed.damage, []);
  assert.deepEqual(samplesOf(fromSnapshot.reader, everything), expected);
  const part = samplesOf(fromSnapshot.reader, [new Matcher('i', '=', '1')], 3_600_000, 3_630_000);
  assert.deepEqual(part, { '{__name__="m", i="1"}': '3600000:301 3615000:302.25 3630000:303.5' });
  await fromSnapshot.close();
  await database.close();
});

const bad = Uint8Array.of(0xff, 0xfe);
/** Labels that are refused by these bounds, and why. */
const badLabels: [string, readonly (readonly [string | Uint8Array, string | Uint8Array])[]][] = [
  ['no_labels', []],
  [
    'labels_not_sorted',
    [
      ['b', '1'],
      ['__name__', 'x'],
    ],
  ],
  [
    'duplicate_label',
    [
      ['__name__', 'x'],
      ['__name__', 'y'],
    ],
  ],
  [
    'invalid_label_name',
    [
      ['', 'x'],
      ['__name__', 'y'],
    ],
  ],
  [
    'empty_label_value',
    [
      ['__name__', 'x'],
      ['a', ''],
    ],
  ],
  ['invalid_utf8', [['__name__', bad]]],
  [
    'invalid_utf8',
    [
      ['__name__', 'x'],
      [bad, 'x'],
    ],
  ],
  ['missing_metric_name', [['job', 'x']]],
  [
    'label_count',
    [
      ['__name__', 'x'],
      ['a', '1'],
      ['b', '1'],
      ['c', '1'],
    ],
  ],
  [
    'label_name_size',
    [
      ['__name__', 'x'],
      ['abcdefghijk', '1'],
    ],
  ],
  ['label_value_size', [['__name__', 'x'.repeat(21)]]],
  [
    'labels_size',
    [
      ['__name__', 'x'.repeat(20)],
      ['a', 'y'.repeat(20)],
      ['b', 'z'.repeat(20)],
    ],
  ],
];

test('labels that no series may have are refused with a reason', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path, {
    labelCountMax: 3,
    labelNameBytesMax: 10,
    labelValueBytesMax: 20,
    labelsBytesMax: 90,
    seriesMax: 2,
  });
  for (const [reason, labels] of badLabels) {
    const { bytes, ranges, count } = scattered(labels);
    database.append(database.refOf(bytes, ranges, count), 1000, 1);
    const { samples, refusals } = await database.commit(1000);
    assert.deepEqual([samples, refusals.map((refusal) => refusal.reason)], [0, [reason]]);
  }
  for (const name of ['one', 'two', 'three', 'one'])
    database.append(refOf(database, { __name__: name }), 1000, 1);
  const { samples, refusals } = await database.commit(1000);
  assert.deepEqual(
    [samples, refusals.map(({ reason, count }) => [reason, count])],
    [3, [['series_limit', 1]]],
  );
  assert.deepEqual(
    database.refusalCounts.entries().find(([reason]) => reason === 'invalid_utf8'),
    ['invalid_utf8', 2],
  );
  await database.close();
});

test('how many series there may be can be changed while the database is open', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path, { seriesMax: 1 });
  let nowMs = 1000;
  const takenOf = async (...names: readonly string[]): Promise<number> => {
    nowMs++;
    for (const name of names) database.append(refOf(database, { __name__: name }), nowMs, 1);
    return (await database.commit(nowMs)).samples;
  };
  const bound = (seriesMax: number | undefined): void => {
    database.bound({ seriesMax });
  };
  assert.equal(await takenOf('a', 'b'), 1);
  bound(2);
  assert.equal(await takenOf('a', 'b', 'c'), 2);
  // Those that are there stay, and no other comes.
  bound(1);
  assert.equal(await takenOf('a', 'b', 'c'), 2);
  bound(0);
  assert.equal(await takenOf('a', 'b', 'c'), 3);
  bound(undefined);
  assert.equal(await takenOf('a', 'b', 'c', 'd'), 3);
  await database.close();
});

test('how late samples may come can be changed while the database is open', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  const ref = refOf(database, up);
  const minute = 60_000;
  const refusalsOf = async (timestampMs: number): Promise<string[]> => {
    database.append(ref, timestampMs, 1);
    return (await database.commit(100 * minute)).refusals.map(({ text }) => text);
  };
  await refusalsOf(100 * minute);
  assert.deepEqual(await refusalsOf(90 * minute), ['out of order sample']);
  database.bound({ outOfOrderWindowMs: 20 * minute });
  assert.deepEqual(await refusalsOf(90 * minute), []);
  assert.deepEqual(await refusalsOf(79 * minute), ['too old sample']);
  database.bound({});
  assert.deepEqual(await refusalsOf(95 * minute), ['out of order sample']);
  assert.equal(samplesOf(database.reader, everything)['{__name__="up", job="api"}'], '5400000:1 6000000:1');
  await database.close();
});

test('samples out of time are refused as upstream does', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  const ref = refOf(database, up);
  const hour = 3_600_000;
  const reasonsFor = async (...samples: [time: number, value: number][]): Promise<string[]> => {
    for (const [time, value] of samples) database.append(ref, time, value);
    const { refusals } = await database.commit(10 * hour);
    return refusals.map(({ text }) => text);
  };
  assert.deepEqual(await reasonsFor([9 * hour, 1], [9 * hour + 1, 2]), []);
  assert.deepEqual(await reasonsFor([9 * hour, 1]), ['out of order sample']);
  assert.deepEqual(await reasonsFor([8 * hour, 1]), ['out of bounds']);
  assert.deepEqual(await reasonsFor([10 * hour + 600_001, 1]), ['sample is too far in the future']);
  assert.deepEqual(await reasonsFor([10 * hour + 600_000, 1]), []);
  assert.deepEqual(await reasonsFor([9.5 * hour + 0.5, 1]), ['out of bounds']);
  assert.deepEqual(
    await reasonsFor([Number.NaN, 1], [Infinity, 1], [-Infinity, 1]),
    ['out of bounds', 'sample is too far in the future'].slice(0, 1),
  );
  await database.close();
});

test('late samples within the window are merged, and survive a crash and a snapshot', async () => {
  using directory = new TemporaryDirectory();
  const limits = { outOfOrderWindowMs: 600_000 };
  const database = await openDatabase(directory.path, limits);
  const ref = refOf(database, up);
  for (const time of [1_000_000, 1_060_000, 1_120_000]) database.append(ref, time, time);
  await database.commit(2e6);
  for (let round = 0; round < 40; round++) {
    database.append(ref, 1_001_000 + ((round * 7919) % 50_000), round);
    database.append(ref, 1_060_000, -1);
    await database.commit(2e6);
  }
  database.append(ref, 519_999, 1);
  const { refusals } = await database.commit(2e6);
  assert.deepEqual(
    refusals.map(({ text }) => text),
    ['too old sample'],
  );
  const expected = samplesOf(database.reader, everything);
  const times = Object.values(expected)
    .join('')
    .split(' ')
    .map((sample) => Number(sample.split(':')[0]));
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.equal(times.length, 43);
  assert.match(Object.values(expected).join(''), / 1060000:1060000 /);

  const crashed = await openDatabase(directory.path, limits);
  assert.deepEqual(samplesOf(crashed.reader, everything), expected);
  await crashed.close();
  const closed = await openDatabase(directory.path, limits);
  assert.deepEqual(samplesOf(closed.reader, everything), expected);
  await closed.close();
  await database.close();
});

test('deleted samples stay deleted', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  for (const job of ['a', 'b']) {
    for (let time = 0; time < 5; time++)
      database.append(refOf(database, { __name__: 'up', job }), time, time);
  }
  await database.commit(100);
  await database.deleteSeries([new Matcher('job', '=~', 'a|c')], 1, 3);
  const expected = {
    '{__name__="up", job="a"}': '0:0 4:4',
    '{__name__="up", job="b"}': '0:0 1:1 2:2 3:3 4:4',
  };
  assert.deepEqual(samplesOf(database.reader, everything), expected);
  const again = await openDatabase(directory.path);
  assert.deepEqual(samplesOf(again.reader, everything), expected);
  await again.close();
  await database.close();
});

test('limits that the memory of the head is not made for are refused', async () => {
  using directory = new TemporaryDirectory();
  const bad = [
    { labelsBytesMax: 2 ** 20 },
    { windowMs: 0 },
    { windowMs: 2 ** 31 },
    { outOfOrderWindowMs: -1 },
  ];
  for (const limits of bad) await assert.rejects(openDatabase(directory.path, limits), RangeError);
});
