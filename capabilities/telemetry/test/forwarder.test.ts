import assert from 'node:assert/strict';
import * as files from 'node:fs';
import { test } from 'node:test';
import { readCursor } from '@plinth/tsdb';
import { ForwardWorld } from './forward-world.ts';
import { until } from './waiting.ts';

const quick = { batchSendDeadline: '10ms', minBackoff: '5ms', maxBackoff: '10ms' };

test('what waits is bounded on disk and in memory; the oldest is given up and counted, the newest arrives', async () => {
  const bytesMax = 100_000;
  await using world = await ForwardWorld.open(
    { ...quick, maxShards: 2, capacity: 500, maxSamplesPerSend: 100 },
    bytesMax,
  );
  world.answer = () => 0;
  const series = 1_000;
  const numbers = 200;
  // 12 bytes each: 24 times what may wait. A block ends a segment each ten numbers.
  for (let i = 1; i <= numbers; i++) {
    await world.write(i, series);
    if (i % 10 === 0) await world.tick();
  }
  await until('the oldest to be given up', () => world.counters.get('overflowed') >= series * numbers * 0.9);
  // What may wait, and what lies between two snapshots, at both ends.
  await until(
    'their files to go',
    async () => {
      await world.tick();
      return world.logBytes < bytesMax + 500_000;
    },
    () => `${world.logBytes} bytes`,
  );
  // One record beyond what may wait.
  assert.ok(world.counters.get('pending') <= 2 * 500 + series, String(world.counters.get('pending')));
  assert.match(world.forwarder.report.fault?.message ?? '', /nobody is there/);
  world.answer = () => 204;
  await until('the newest', () => world.taken.includes(`${series - 1} ${numbers}`));
  await until(
    'nothing to wait',
    () => world.counters.get('pending') === 0 && world.forwarder.report.behindMs === undefined,
  );
  const lost = world.counters.get('overflowed');
  assert.equal(world.taken.length + lost, series * numbers);
  assert.equal(world.counters.lost, lost);
  assert.ok(lost >= series * numbers * 0.9 && lost < series * numbers, String(lost));
  // Those of a series come in order.
  const ofFirst = world.taken.filter((one) => one.startsWith('0 ')).map((one) => Number(one.slice(2)));
  assert.deepEqual(
    ofFirst,
    ofFirst.toSorted((one, other) => one - other),
  );
});

test('the cursor moves once all before it has arrived', async () => {
  await using world = await ForwardWorld.open({ ...quick, maxSamplesPerSend: 10, maxShards: 1 });
  const cursor = (): number => readCursor(files, `${world.directory}/wal`, 'one')?.position.offset ?? -1;
  const begin = cursor();
  const answers: ((status: number) => void)[] = [];
  world.answer = () => new Promise((resolve) => answers.push(resolve));
  await world.write(1, 10);
  await until('a request', () => answers.length === 1);
  await world.write(2, 10);
  answers[0]?.(204);
  await until('the next request', () => answers.length === 2);
  await until('the cursor to move', () => cursor() > begin);
  const middle = cursor();
  await until('the second part to be known', () => world.counters.get('pending') === 10);
  assert.equal(cursor(), middle);
  answers[1]?.(204);
  await until('the cursor to move to the end', () => cursor() > middle);
  assert.deepEqual(world.forwarder.report.behindMs, undefined);
});

test('where less may wait in memory than makes a request, less is sent at once', async () => {
  await using world = await ForwardWorld.open({ batchSendDeadline: '1h' });
  world.weightMax = 50;
  const startedAt = performance.now();
  for (let i = 1; i <= 5; i++) await world.write(i, 60);
  await until('all', () => world.taken.length === 300);
  assert.ok(performance.now() - startedAt < 10_000);
});

test('samples that are too old are not sent, and are no loss', async () => {
  await using world = await ForwardWorld.open({ ...quick, sampleAgeLimit: '1h' });
  await world.write(1, 3);
  await until('them to be left out', () => world.counters.get('tooOld') === 3);
  assert.equal(world.counters.lost, 0);
});

test('it stops within its grace while a receiver is silent, and what was not answered is not settled', async () => {
  await using world = await ForwardWorld.open(quick);
  const cursor = (): number => readCursor(files, `${world.directory}/wal`, 'one')?.position.offset ?? -1;
  await world.write(1, 10);
  await until('the first samples', () => world.taken.length === 10 && cursor() > 400);
  world.answer = () => new Promise(() => {});
  await world.write(2, 10);
  await until('a request to be under way', () => world.forwarder.report.behindMs !== undefined);
  const before = cursor();
  const startedAt = performance.now();
  await world.forwarder.stop();
  assert.ok(performance.now() - startedAt < 6_000);
  assert.equal(cursor(), before);
});
