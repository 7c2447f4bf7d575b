import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { test } from 'node:test';
import { Matcher, SampleBuffer } from '@plinth/prometheus-model';
import type { Database } from '../src/index.ts';
import {
  everything,
  openDatabase,
  refOf,
  samplesAsText,
  samplesOf,
  TemporaryDirectory,
} from './database-fixture.ts';

const windowMs = 100_000;
const limits = { windowMs };

/** Samples each second from one round to before another, for a few series that begin and end at different times. */
async function write(database: Database, from: number, to: number): Promise<void> {
  for (let second = from; second < to; second++) {
    for (let i = 0; i < 6; i++) {
      const isThere = second >= i * 50 && second < 300 + i * 100;
      if (isThere)
        database.append(refOf(database, { __name__: 'm', i: String(i) }), second * 1000, second + i);
    }
    const { refusals } = await database.commit(second * 1000);
    assert.deepEqual(refusals, []);
  }
}

test('windows become blocks, and queries see the same before, meanwhile and afterwards', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path, limits);
  await write(database, 0, 620);
  const expected = samplesOf(database.reader, everything);
  using before = database.reader.view();
  const selected = before.select({ matchers: everything, startMs: 0, endMs: 1e6 });
  await database.tick(0);
  assert.ok(fs.readdirSync(`${directory.path}/blocks`).length > 1);
  assert.deepEqual(samplesOf(database.reader, everything), expected);
  const liveBefore = database.head.table.live;
  await database.tick(119_999);
  assert.equal(database.head.table.live, liveBefore);
  await database.tick(120_000);
  assert.ok(database.head.table.live < liveBefore, 'series that ended are dropped from the head');
  assert.deepEqual(samplesOf(database.reader, everything), expected);
  for (const series of selected) {
    const buffer = new SampleBuffer();
    series.read(buffer);
    assert.equal(samplesAsText(buffer), expected[series.labels.toString()], 'a query that began before');
  }

  await write(database, 620, 700);
  const later = samplesOf(database.reader, everything);
  const crashed = await openDatabase(directory.path, limits);
  assert.deepEqual(samplesOf(crashed.reader, everything), later);
  await crashed.close();
  const closed = await openDatabase(directory.path, limits);
  assert.deepEqual(samplesOf(closed.reader, everything), later);
  assert.deepEqual(closed.replayed.damage, []);
  closed.append(refOf(closed, { __name__: 'm', i: '0' }), 100_000, 1);
  assert.deepEqual(
    (await closed.commit(700_000)).refusals.map(({ text }) => text),
    ['out of bounds'],
  );
  await closed.close();
});

test('names, values and series come from head and blocks, with limits', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path, limits, { queryMsMax: 0 });
  await write(database, 0, 620);
  await database.tick(0);
  await database.tick(1);
  database.append(refOf(database, { __name__: 'new', zone: 'a' }), 620_000, 1);
  await database.commit(620_000);
  using view = database.reader.view();
  const all = { startMs: -Infinity, endMs: Infinity };
  assert.deepEqual(view.labelNames([], all), ['__name__', 'i', 'zone']);
  assert.deepEqual(view.labelNames([], { ...all, limit: 2 }), ['__name__', 'i']);
  assert.deepEqual(view.labelNames([new Matcher('zone', '=', 'a')], all), ['__name__', 'zone']);
  assert.deepEqual(view.labelValues('i', [], all), ['0', '1', '2', '3', '4', '5']);
  assert.deepEqual(view.labelValues('i', [], { startMs: 0, endMs: 60_000 }), ['0', '1']);
  assert.deepEqual(view.labelValues('i', [new Matcher('__name__', '=', 'new')], all), []);
  const series = view.series([[new Matcher('i', '=~', '[01]')], [new Matcher('i', '=', '1')]], all);
  assert.deepEqual(series.map(String), ['{__name__="m", i="0"}', '{__name__="m", i="1"}']);
  const { seriesCount, seriesCountByMetricName } = database.reader.cardinality(1);
  assert.equal(seriesCount, database.head.table.live);
  assert.deepEqual(seriesCountByMetricName, [{ name: 'm', value: seriesCount - 1 }]);
  await database.close();
});

test('deletions reach blocks and head, and retention drops what is old', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path, limits, { queryMsMax: 0 });
  await write(database, 0, 450);
  await database.tick(0);
  await database.deleteSeries([new Matcher('i', '=', '2')], 200_000, 420_000);
  const samples = samplesOf(database.reader, [new Matcher('i', '=', '2')]);
  const times = Object.values(samples)
    .join('')
    .split(' ')
    .map((sample) => Number.parseInt(sample, 10) / 1000);
  assert.deepEqual([times[0], times[99], times[100], times.at(-1)], [100, 199, 421, 449]);
  await write(database, 450, 800);
  await database.tick(1);
  const oldestMs = (): number =>
    Math.min(
      ...Object.values(samplesOf(database.reader, everything)).map((text) => Number.parseInt(text, 10)),
    );
  assert.ok(oldestMs() < 100_000, `oldest is ${oldestMs()}`);
  database.bound({ retentionMs: 350_000 });
  await database.tick(2);
  assert.ok(oldestMs() >= 300_000, `oldest is ${oldestMs()}`);
  // Blocks that are larger than all may be: what is left is in the head.
  database.bound({ retentionBytes: 1 });
  await database.tick(3);
  assert.ok(oldestMs() >= 600_000, `oldest is ${oldestMs()}`);
  await database.close();
});

test('a snapshot is a database of its own', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(`${directory.path}/live`, limits);
  await write(database, 0, 450);
  await database.tick(0);
  const expected = samplesOf(database.reader, everything);
  await database.snapshot(`${directory.path}/copy`);
  await write(database, 450, 460);
  await database.close();
  const copy = await openDatabase(`${directory.path}/copy`, limits);
  assert.deepEqual(samplesOf(copy.reader, everything), expected);
  await copy.close();
});
