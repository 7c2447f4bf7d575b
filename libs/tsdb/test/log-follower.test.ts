import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { FloatHistogram } from '@plinth/prometheus-model';
import { type Database, DurableEnd, readCursor, writeCursor } from '../src/index.ts';
import { openDatabase, refOf, TemporaryDirectory } from './database-fixture.ts';
import { FollowedLog, logFiles } from './log-fixture.ts';

const mebibyte = 1024 * 1024;

async function write(database: Database, name: string, ...times: readonly number[]): Promise<void> {
  for (const time of times) database.append(refOf(database, { __name__: name }), time, time);
  await database.commit(1e12);
}

/** Moves a cursor to where a follower is. */
function save(directory: string, id: string, { follower }: FollowedLog, bytesMax = mebibyte): void {
  writeCursor(fs, `${directory}/wal`, id, { position: follower.position, bytesMax });
}

test('what comes after a cursor was made is told: floats, marks, histograms, in their order', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  await write(database, 'before', 1);
  const log = new FollowedLog(database.follow('one', mebibyte));
  assert.deepEqual(log.read(), []);
  const ref = refOf(database, { __name__: 'before' });
  database.append(ref, 2, -0);
  database.append(refOf(database, { __name__: 'new' }), 2, Number.NaN);
  database.appendStale(ref, 3);
  const histogram = new FloatHistogram({
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 3,
    sum: 4,
    positiveSpans: [{ offset: 0, length: 1 }],
    negativeSpans: [],
    positiveBuckets: [3],
    negativeBuckets: [],
    customValues: [],
    counterResetHint: 'unknown',
  });
  database.appendHistogram(refOf(database, { __name__: 'h' }), 2, histogram);
  const committed = database.commit(1e12);
  assert.deepEqual(log.read(), [], 'nothing is told before it is on disk');
  await committed;
  assert.deepEqual(log.read(), ['before 2:-0', 'new 2:NaN', 'before 3:stale', 'h 2:h3']);
  // The same once more, and an old one, are no news.
  await write(database, 'new', 1);
  assert.deepEqual(log.read(), []);
  log.follower.close();
  await database.close();
});

test('a follower that begins in the middle of a segment knows the series before it', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  const share = database.follow('one', mebibyte);
  const first = new FollowedLog(share);
  await write(database, 'a', 1);
  await write(database, 'b', 1);
  first.read();
  const from = first.follower.position;
  await write(database, 'b', 2);
  await write(database, 'a', 2);
  assert.deepEqual(new FollowedLog(share, { from }).read(), ['b 2:2', 'a 2:2']);
});

test('it goes no further than what is on disk, and on from there', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  const share = database.follow('one', mebibyte);
  const until = new DurableEnd();
  until.position = share.position;
  const log = new FollowedLog(share, { until });
  await write(database, 'a', 1);
  await write(database, 'a', 2);
  const end = new DurableEnd(share.end).position;
  assert.deepEqual(log.read(), []);
  // In the middle of a record, which never is so; it must not be read either.
  until.position = { segment: end.segment, offset: end.offset - 8 };
  assert.deepEqual(log.read(), ['a 1:1']);
  until.position = end;
  assert.deepEqual(log.read(), ['a 2:2']);
});

test('kept segments are told once after restarts, and read back by the database no second time', async () => {
  using directory = new TemporaryDirectory();
  let database = await openDatabase(directory.path);
  database.follow('one', mebibyte);
  await write(database, 'a', 1);
  await write(database, 'b', 1);
  // The second one ends as after kill -9.
  await database.close();
  for (const time of [2, 3]) {
    database = await openDatabase(directory.path);
    await write(database, 'b', time);
    await write(database, `new${time}`, time);
  }
  database = await openDatabase(directory.path);
  assert.equal(database.replayed.samples, 6);
  const log = new FollowedLog(database.follow('one', mebibyte));
  assert.deepEqual(log.read(), ['a 1:1', 'b 1:1', 'b 2:2', 'new2 2:2', 'b 3:3', 'new3 3:3']);
  assert.equal(log.follower.lostSegments, 0);
  save(directory.path, 'one', log);
  // Nothing is left to tell: only what the database needs itself is kept.
  await database.tick(0);
  assert.deepEqual(logFiles(directory.path), ['cursor-one', 'head-00000003']);
  await database.close();
});

test('series that have another number after a restart are told by their own name', async () => {
  using directory = new TemporaryDirectory();
  const limits = { windowMs: 1_000 };
  let database = await openDatabase(directory.path, limits);
  database.follow('one', mebibyte);
  await write(database, 'a', 1);
  await write(database, 'b', 1, 10_000);
  // The first one goes to a block, and its number is free after the next start.
  await database.tick(0);
  await database.tick(1_000_000);
  await database.close();
  database = await openDatabase(directory.path, limits);
  await write(database, 'c', 10_001);
  await write(database, 'b', 10_002);
  const log = new FollowedLog(database.follow('one', mebibyte));
  assert.deepEqual(log.read(), ['a 1:1', 'b 1:1', 'b 10000:10000', 'c 10001:10001', 'b 10002:10002']);
});

test('segments of full size and of blocks are followed, and go when all cursors have got past them', async () => {
  using directory = new TemporaryDirectory();
  const earlier = await openDatabase(directory.path, { windowMs: 10_000_000 });
  await write(earlier, 'z', 1);
  await earlier.close();
  const database = await openDatabase(directory.path, { windowMs: 10_000_000 });
  const share = database.follow('fast', 1024 * mebibyte);
  database.follow('slow', 1024 * mebibyte);
  const ref = refOf(database, { __name__: 'a' });
  const per = 1_000_000;
  for (let batch = 0; batch < 4; batch++) {
    for (let i = 1; i <= per; i++) database.append(ref, batch * per + i, i);
    await database.commit(1e12);
  }
  const log = new FollowedLog(share);
  let next = 1;
  while (log.follower.next() !== 'end') {
    for (const one of log.told.splice(0)) {
      assert.equal(one, `a ${next}:${((next - 1) % per) + 1}`);
      next++;
    }
  }
  assert.equal(next, 4 * per + 1);
  const { segment } = log.follower.position;
  assert.ok(segment > 1, 'a segment was full');
  // The series stands neither in the snapshot nor in this segment.
  const [first = ''] = new FollowedLog(share, { from: { segment, offset: 0 } }).read(1);
  assert.match(first, /^a \d/);
  // A block of the first window ends the segment, with a snapshot behind it.
  await write(database, 'b', 30_000_000);
  await database.tick(0);
  await write(database, 'b', 30_000_001);
  assert.deepEqual(log.read(), ['b 30000000:30000000', 'b 30000001:30000001']);
  assert.equal(log.follower.lostSegments, 0);
  save(directory.path, 'fast', log);
  await database.tick(0);
  assert.equal(
    logFiles(directory.path)[2],
    '00000000'.replace('00000000', logFiles(directory.path)[2] ?? ''),
  );
  assert.ok(logFiles(directory.path).includes('00000001'), 'the other cursor is at the beginning');
  await database.unfollow('slow');
  const left = logFiles(directory.path).filter((name) => /^\d/.test(name));
  assert.deepEqual(left, [String(log.follower.position.segment).padStart(8, '0')]);
  assert.deepEqual(database.followers, ['fast']);
  await database.close();
});

test('a write that a crash cut off is no loss', async () => {
  for (const tail of [new Uint8Array(4096), new Uint8Array(104).fill(0xa5), 'half'] as const) {
    using directory = new TemporaryDirectory();
    const crashed = await openDatabase(directory.path);
    crashed.follow('one', mebibyte);
    await write(crashed, 'a', 1);
    await write(crashed, 'a', 2);
    const file = `${directory.path}/wal/00000000`;
    if (tail === 'half') truncateSync(file, readFileSync(file).length - 24);
    else appendFileSync(file, tail);
    const database = await openDatabase(directory.path);
    await write(database, 'a', 3);
    const log = new FollowedLog(database.follow('one', mebibyte));
    assert.deepEqual(log.read(), tail === 'half' ? ['a 1:1', 'a 3:3'] : ['a 1:1', 'a 2:2', 'a 3:3']);
    assert.equal(log.follower.lostSegments, 0);
  }
});

test('damage is counted; what the database read before it is told, and what comes after', async () => {
  using directory = new TemporaryDirectory();
  const crashed = await openDatabase(directory.path);
  crashed.follow('one', mebibyte);
  await write(crashed, 'a', 1);
  const { length } = readFileSync(`${directory.path}/wal/00000000`);
  await write(crashed, 'a', 2);
  await write(crashed, 'a', 3);
  const bytes = readFileSync(`${directory.path}/wal/00000000`);
  bytes[length + 30] = (bytes[length + 30] ?? 0) ^ 1;
  writeFileSync(`${directory.path}/wal/00000000`, bytes);
  const database = await openDatabase(directory.path);
  assert.deepEqual(
    database.replayed.damage.map(({ kind }) => kind),
    ['corrupt'],
  );
  await write(database, 'a', 4);
  const log = new FollowedLog(database.follow('one', mebibyte));
  assert.deepEqual(log.read(), ['a 1:1', 'a 4:4']);
  assert.equal(log.follower.lostSegments, 1);
});

test('segments that are gone are counted, and the series behind them known', async () => {
  using directory = new TemporaryDirectory();
  let database = await openDatabase(directory.path);
  database.follow('one', mebibyte);
  await write(database, 'a', 1);
  database = await openDatabase(directory.path);
  await write(database, 'b', 2);
  database = await openDatabase(directory.path);
  await write(database, 'b', 3);
  fs.rmSync(`${directory.path}/wal/00000001`);
  const log = new FollowedLog(database.follow('one', mebibyte));
  assert.deepEqual(log.read(), ['a 1:1', 'b 3:3']);
  assert.equal(log.follower.lostSegments, 1);
});

test('a log that is another one is followed from its end', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  await write(database, 'a', 1);
  const log = new FollowedLog(database.follow('one', mebibyte), { from: { segment: 7, offset: 99 } });
  assert.deepEqual(log.read(), []);
  await write(database, 'a', 2);
  assert.deepEqual(log.read(), ['a 2:2']);
});

test('a cursor stays where it is; one that cannot be read begins with the oldest that is there', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  await write(database, 'a', 1);
  const { position } = database.follow('one', mebibyte);
  await write(database, 'a', 2);
  assert.deepEqual(database.follow('one', 2 * mebibyte).position, position);
  assert.deepEqual(readCursor(fs, `${directory.path}/wal`, 'one'), { position, bytesMax: 2 * mebibyte });
  for (const text of ['', '{"segment":0', '{"segment":-1,"offset":0,"bytesMax":1}', '[]', 'null']) {
    writeFileSync(`${directory.path}/wal/cursor-one`, text);
    assert.deepEqual(database.follow('one', mebibyte).position, { segment: 0, offset: 0 }, text);
  }
  assert.deepEqual(new FollowedLog(database.follow('one', mebibyte)).read(), ['a 1:1', 'a 2:2']);
  assert.throws(() => database.follow('../one', mebibyte), /"..\/one" is no id/);
});

test('a cursor that its owner left far behind its bound is removed, with what was kept for it', async () => {
  using directory = new TemporaryDirectory();
  let database = await openDatabase(directory.path);
  database.follow('left', 1);
  database.follow('kept', 1024 * mebibyte);
  await write(database, 'a', 1);
  await database.close();
  // By one byte larger than bound and grace together.
  truncateSync(`${directory.path}/wal/00000000`, 256 * mebibyte + 2);
  database = await openDatabase(directory.path);
  await database.tick(0);
  assert.deepEqual(database.followers, ['kept']);
  await database.unfollow('kept');
  assert.deepEqual(
    logFiles(directory.path).filter((name) => /^\d/.test(name)),
    [],
  );
});

test("snapshots that are kept for a follower count as what waits for it; the newest is the database's own", async () => {
  using directory = new TemporaryDirectory();
  let database = await openDatabase(directory.path);
  database.follow('one', mebibyte);
  for (const time of [1, 2, 3]) {
    await write(database, 'a', time);
    await database.close();
    database = await openDatabase(directory.path);
  }
  const share = database.follow('one', mebibyte);
  const size = (name: string): number => readFileSync(`${directory.path}/wal/${name}`).length;
  const names = ['00000000', '00000001', '00000002', 'head-00000001', 'head-00000002'];
  assert.deepEqual(logFiles(directory.path), [
    ...names.slice(0, 3),
    'cursor-one',
    ...names.slice(3),
    'head-00000003',
  ]);
  const log = new FollowedLog(share);
  assert.equal(log.follower.bytesBehind(), names.reduce((sum, name) => sum + size(name), 0) - 16);
  // Those of the first segment: its series and its sample.
  assert.deepEqual(log.read(2), ['a 1:1']);
  assert.equal(
    log.follower.bytesBehind(),
    ['00000001', '00000002', 'head-00000001', 'head-00000002'].reduce((sum, name) => sum + size(name), 0),
  );
  await database.close();
});
