import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Matcher } from '@plinth/prometheus-model';
import fc from 'fast-check';
import { BlockSet } from '../src/block/block-set.ts';
import { BlockStore } from '../src/block/block-store.ts';
import type { CompactionOptions } from '../src/block/compaction-plan.ts';
import type { CorruptBlockError } from '../src/block/corrupt-block-error.ts';
import type { FileSystem } from '../src/block/file-system.ts';
import { verifyBlock } from '../src/block/verify-block.ts';
import type { ReadingThreadData } from './block-reading-thread.ts';
import {
  addPoints,
  metric,
  type Point,
  type Points,
  plain,
  pointsOf,
  readPoints,
  selectPoints,
  seriesOf,
  temporaryDirectory,
  unsyncedFiles,
} from './block-samples.ts';
import { Crash, CrashingFiles } from './crashing-files.ts';

const options: CompactionOptions = { blockMs: 1000, mergedMsMax: 27_000 };

function unexpected(error: CorruptBlockError): void {
  throw error;
}

function readAll(directory: string, matchers: readonly Matcher[] = []): Points {
  const blocks = new BlockSet(unsyncedFiles, directory, { cacheBytes: 1 << 20, onCorrupt: unexpected });
  blocks.refresh();
  using view = blocks.view();
  const found = readPoints(view.select({ matchers, startMs: -Infinity, endMs: Infinity }));
  blocks.close();
  return found;
}

/** The value tells which series and instant it belongs to, so that a mix-up shows. */
function pointAt(series: number, instantMs: number): Point {
  if (instantMs % 7 === 3) return { histogram: series * 100_000 + instantMs };
  return instantMs % 11 === 5 ? 'stale' : series * 100_000 + instantMs / 10;
}

function pointsIn(fromMs: number, count: number, series: readonly number[]): Points {
  const instants = Array.from({ length: count }, (_, i) => fromMs + i * 37);
  return pointsOf(
    ...series.map((one) => {
      const labels = metric('m', { series: String(one), parity: one % 2 === 0 ? 'even' : 'odd' });
      return [labels, instants.map((instantMs) => [instantMs, pointAt(one, instantMs)] as const)] as const;
    }),
  );
}

function deletePoints(all: Points, matchers: readonly Matcher[], startMs: number, endMs: number): void {
  for (const [key, { at }] of selectPoints(all, matchers, startMs, endMs)) {
    for (const instantMs of at.keys()) all.get(key)?.at.delete(instantMs);
  }
}

function copyOf(points: Points): Points {
  const copy: Points = new Map();
  addPoints(copy, points);
  return copy;
}

function compactAll(store: BlockStore): void {
  for (let steps = 0; store.compact(options); steps++) assert.ok(steps < 100, 'compaction does not end');
}

const even = [new Matcher('parity', '=', 'even')];

type Command =
  | {
      readonly kind: 'write';
      readonly fromMs: number;
      readonly count: number;
      readonly series: readonly number[];
    }
  | {
      readonly kind: 'delete';
      readonly matcher: Matcher;
      readonly startMs: number;
      readonly lengthMs: number;
    }
  | { readonly kind: 'compact' | 'reopen' };

const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        fromMs: fc.nat(40_000),
        count: fc.nat(60),
        series: fc.uniqueArray(fc.nat(5), { maxLength: 4 }),
      }),
    },
    fc.record({
      kind: fc.constant('delete' as const),
      matcher: fc.constantFrom(new Matcher('series', '=', '1'), new Matcher('series', '!=', '1'), ...even),
      startMs: fc.nat(40_000),
      lengthMs: fc.nat(20_000),
    }),
    { weight: 2, arbitrary: fc.constantFrom({ kind: 'compact' as const }, { kind: 'reopen' as const }) },
  ),
  { maxLength: 20 },
);

test('whatever is written, deleted and merged, a reader sees what a map would hold', (t) => {
  const root = temporaryDirectory(t);
  let run = 0;
  fc.assert(
    fc.property(commands, (several) => {
      const directory = `${root}/${run++}`;
      const model: Points = new Map();
      let store = new BlockStore(unsyncedFiles, directory, unexpected);
      const readers = new BlockSet(unsyncedFiles, directory, { cacheBytes: 10_000, onCorrupt: unexpected });
      for (const command of several) {
        switch (command.kind) {
          case 'write': {
            const points = pointsIn(command.fromMs, command.count, command.series);
            addPoints(model, points);
            store.write(seriesOf(points));
            break;
          }
          case 'delete': {
            const { matcher, startMs, lengthMs } = command;
            deletePoints(model, [matcher], startMs, startMs + lengthMs);
            store.deleteSeries([matcher], startMs, startMs + lengthMs);
            break;
          }
          case 'compact':
            store.compact(options);
            break;
          case 'reopen':
            store = new BlockStore(unsyncedFiles, directory, unexpected);
        }
        readers.refresh();
        using view = readers.view();
        const everything = { matchers: even, startMs: 500, endMs: 30_000 };
        const expected = selectPoints(model, even, 500, 30_000);
        assert.deepEqual(plain(readPoints(view.select(everything))), plain(expected));
      }
      compactAll(store);
      assert.deepEqual(plain(readAll(directory)), plain(model));
      assert.deepEqual(
        fs.readdirSync(directory).sort(),
        [...store.blocks.map(({ name }) => name), 'blocks.json'].sort(),
      );
      for (const { name, hasTombstones } of store.blocks) {
        assert.equal(hasTombstones, false);
        verifyBlock(unsyncedFiles, `${directory}/${name}`);
      }
      readers.close();
    }),
    { numRuns: 60 },
  );
});

/** One change that was asked for, and what there may be while it is not acknowledged: between `least` and `most`. */
interface Progress {
  least: Points;
  most: Points;
  /** What the snapshot has, once it is acknowledged. */
  snapshot?: Points;
}

function runUntilCrash(files: FileSystem, directory: string, snapshotTo: string, progress: Progress): void {
  const store = new BlockStore(files, directory, unexpected);
  const write = (fromMs: number, count: number, series: readonly number[]): void => {
    const points = pointsIn(fromMs, count, series);
    addPoints(progress.most, points);
    store.write(seriesOf(points));
    progress.least = copyOf(progress.most);
  };
  write(0, 25, [1, 2]);
  write(500, 25, [2, 3]);
  deletePoints(progress.least, even, 300, 1200);
  store.deleteSeries(even, 300, 1200);
  progress.most = copyOf(progress.least);
  compactAll(store);
  write(2000, 10, [1]);
  write(5000, 10, [1]);
  compactAll(store);
  store.snapshot(snapshotTo);
  progress.snapshot = copyOf(progress.least);
  write(9000, 2, [1]);
}

/** All of `least` is there, and nothing but `most`. */
function assertBetween(found: Points, { least, most }: Progress): void {
  const overlay = copyOf(found);
  addPoints(overlay, least);
  assert.deepEqual(plain(overlay), plain(found), 'a sample is lost');
  const all = copyOf(most);
  addPoints(all, found);
  assert.deepEqual(plain(all), plain(most), 'a sample is there that should not be');
}

for (const kind of ['process', 'power', 'power-reordered'] as const) {
  test(`a crash at any change of a file loses nothing: ${kind}`, (t) => {
    const root = temporaryDirectory(t);
    for (let changes = 0; ; changes++) {
      const directory = `${root}/${changes}`;
      const snapshot = `${root}/${changes}.snapshot`;
      const progress: Progress = { least: new Map(), most: new Map() };
      let isDone = false;
      try {
        runUntilCrash(new CrashingFiles(changes, kind), directory, snapshot, progress);
        isDone = true;
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
      }
      const store = new BlockStore(unsyncedFiles, directory, unexpected);
      const found = readAll(directory);
      assertBetween(found, progress);
      compactAll(store);
      assert.deepEqual(plain(readAll(directory)), plain(found), 'compaction after the crash changed samples');
      const expectedNames = [...store.blocks.map(({ name }) => name), 'blocks.json'];
      assert.deepEqual(fs.readdirSync(directory).sort(), expectedNames.sort());
      if (progress.snapshot) assert.deepEqual(plain(readAll(snapshot)), plain(progress.snapshot));
      else if (fs.existsSync(snapshot)) assertBetween(readAll(snapshot), progress);
      if (!isDone) continue;
      t.diagnostic(`${changes} crashes`);
      assert.ok(changes > 100);
      break;
    }
  });
}

test('views read what they saw when they began, while blocks are merged and dropped', (t) => {
  const directory = temporaryDirectory(t);
  const store = new BlockStore(unsyncedFiles, directory, unexpected);
  const points = pointsIn(0, 200, [1, 2, 3]);
  const readers = new BlockSet(unsyncedFiles, directory, { cacheBytes: 0, onCorrupt: unexpected });
  for (let fromMs = 0; fromMs < 7400; fromMs += 740) {
    store.write(seriesOf(selectPoints(points, [], fromMs, fromMs + 739)));
  }
  readers.refresh();
  const before = readers.view();
  const selected = before.select({ matchers: [], startMs: 0, endMs: Infinity });
  compactAll(store);
  assert.ok(store.blocks.length < 10);
  readers.refresh();
  const after = readers.view();
  store.drop(store.blocks.map(({ name }) => name));
  readers.refresh();
  assert.deepEqual(plain(readPoints(selected)), plain(points));
  assert.deepEqual(
    plain(readPoints(after.select({ matchers: [], startMs: 0, endMs: Infinity }))),
    plain(points),
  );
  assert.deepEqual(after.labelValues('series', [], -Infinity, Infinity), ['1', '2', '3']);
  assert.deepEqual(after.labelNames(even, -Infinity, Infinity), ['__name__', 'parity', 'series']);
  assert.deepEqual(after.timeRange, { minMs: 0, maxMs: 7363 });
  before[Symbol.dispose]();
  assert.throws(() => readPoints(selected), /after the block was closed/);
  after[Symbol.dispose]();
  using none = readers.view();
  assert.equal(none.timeRange, undefined);
});

test('a reader in another thread always sees all samples, while blocks are written and merged', async (t) => {
  const directory = temporaryDirectory(t);
  const store = new BlockStore(unsyncedFiles, directory, unexpected);
  const points = pointsIn(0, 200, [1, 2, 3]);
  store.write(seriesOf(points));
  const words = new Int32Array(new SharedArrayBuffer(8));
  const workerData: ReadingThreadData = { directory, words };
  const worker = new Worker(new URL('./block-reading-thread.ts', import.meta.url), { workerData });
  // Rejects when the thread fails.
  const ended = once(worker, 'exit');
  let rounds = 0;
  for (; rounds < 2000 && (rounds < 30 || Atomics.load(words, 1) < 100); rounds++) {
    // The same samples again: a merge of blocks that overlap changes nothing that is read.
    store.write(seriesOf(selectPoints(points, [], (rounds % 60) * 100, (rounds % 60) * 100 + 1500)));
    compactAll(store);
  }
  Atomics.store(words, 0, 1);
  await ended;
  assert.ok(Atomics.load(words, 1) >= 100, `${Atomics.load(words, 1)} readings in ${rounds} rounds`);
});

test('a broken block is set aside when the store opens it, and the rest goes on', (t) => {
  const directory = temporaryDirectory(t);
  const store = new BlockStore(unsyncedFiles, directory, unexpected);
  const kept = pointsIn(0, 20, [1]);
  store.write(seriesOf(kept));
  const broken = store.write(seriesOf(pointsIn(1000, 20, [1])));
  const index = `${directory}/${broken}/index`;
  const bytes = fs.readFileSync(index);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  fs.writeFileSync(index, bytes);

  const reported: CorruptBlockError[] = [];
  const onCorrupt = (error: CorruptBlockError): unknown => reported.push(error);
  const readers = new BlockSet(unsyncedFiles, directory, { cacheBytes: 0, onCorrupt });
  readers.refresh();
  using view = readers.view();
  assert.deepEqual(plain(readPoints(view.select({ matchers: [], startMs: 0, endMs: 9999 }))), plain(kept));
  assert.equal(new BlockStore(unsyncedFiles, directory, onCorrupt).blocks.length, 1);
  assert.deepEqual(
    reported.map(({ block, file, offset }) => [block, file, offset]),
    [0, 0].map(() => [`${directory}/${broken}`, 'index', 8]),
  );
  assert.deepEqual(fs.readFileSync(`${directory}/corrupt-${broken}/index`), bytes);
  assert.deepEqual(plain(readAll(directory)), plain(kept));
  assert.equal(new BlockStore(unsyncedFiles, directory, unexpected).blocks.length, 1);
});

test('a block that turns out to be broken while it is merged is set aside', (t) => {
  const directory = temporaryDirectory(t);
  const reported: CorruptBlockError[] = [];
  const store = new BlockStore(unsyncedFiles, directory, (error) => reported.push(error));
  const kept = pointsIn(0, 20, [1]);
  store.write(seriesOf(kept));
  const broken = store.write(seriesOf(pointsIn(500, 20, [1])));
  const chunks = `${directory}/${broken}/chunks`;
  const bytes = fs.readFileSync(chunks);
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  fs.writeFileSync(chunks, bytes);
  compactAll(store);
  assert.deepEqual(
    reported.map(({ block, file, offset }) => [block, file, offset]),
    [[`${directory}/${broken}`, 'chunks', 0]],
  );
  assert.deepEqual(plain(readAll(directory)), plain(kept));
  assert.ok(fs.existsSync(`${directory}/corrupt-${broken}`));
});

test('a block that is gone is reported, and the rest goes on', (t) => {
  const directory = temporaryDirectory(t);
  const reported: CorruptBlockError[] = [];
  const onCorrupt = (error: CorruptBlockError): unknown => reported.push(error);
  const store = new BlockStore(unsyncedFiles, directory, onCorrupt);
  const kept = pointsIn(0, 20, [1]);
  store.write(seriesOf(kept));
  const gone = store.write(seriesOf(pointsIn(500, 20, [1])));
  fs.rmSync(`${directory}/${gone}`, { recursive: true });
  const readers = new BlockSet(unsyncedFiles, directory, { cacheBytes: 0, onCorrupt });
  readers.refresh();
  using view = readers.view();
  assert.deepEqual(plain(readPoints(view.select({ matchers: [], startMs: 0, endMs: 9999 }))), plain(kept));
  assert.equal(new BlockStore(unsyncedFiles, directory, onCorrupt).blocks.length, 1);
  store.deleteSeries(even, 0, 9999);
  assert.deepEqual(
    reported.map(({ message }) => message),
    [0, 0, 0].map(() => `block ${directory}/${gone}: . at byte 0: a file of the block is missing`),
  );
  assert.deepEqual(plain(readAll(directory)), plain(kept));
});

test('without a list all blocks count, and a broken list is kept', (t) => {
  const directory = temporaryDirectory(t);
  const reported: CorruptBlockError[] = [];
  const onCorrupt = (error: CorruptBlockError): unknown => reported.push(error);
  const store = new BlockStore(unsyncedFiles, directory, onCorrupt);
  const points = pointsIn(0, 20, [1, 2]);
  store.write(seriesOf(points));
  store.write(seriesOf(points));
  fs.rmSync(`${directory}/blocks.json`);
  assert.equal(new BlockStore(unsyncedFiles, directory, onCorrupt).blocks.length, 2);
  assert.equal(reported.length, 0);
  fs.writeFileSync(`${directory}/blocks.json`, '{"crc32":1,"content":{"generation":9,"blocks":[]}}');
  const recovered = new BlockStore(unsyncedFiles, directory, onCorrupt);
  assert.match(String(reported[0]), /blocks\.json at byte 0: has CRC-32 \d+, expected 1/);
  assert.ok(fs.existsSync(`${directory}/corrupt-blocks.json`));
  assert.deepEqual(plain(readAll(directory)), plain(points));
  compactAll(recovered);
  assert.deepEqual(plain(readAll(directory)), plain(points));
});

test('a snapshot has what there was, and shares the files', (t) => {
  const root = temporaryDirectory(t);
  const store = new BlockStore(unsyncedFiles, `${root}/data`, unexpected);
  const points = pointsIn(0, 50, [1, 2]);
  const name = store.write(seriesOf(points));
  store.deleteSeries(even, 0, 500);
  deletePoints(points, even, 0, 500);
  store.snapshot(`${root}/copy`);
  assert.equal(
    fs.statSync(`${root}/copy/${name}/chunks`).ino,
    fs.statSync(`${root}/data/${name}/chunks`).ino,
  );
  store.deleteSeries(even, 0, 100_000);
  compactAll(store);
  assert.deepEqual(plain(readAll(`${root}/copy`)), plain(points));
  const restored = new BlockStore(unsyncedFiles, `${root}/copy`, unexpected);
  compactAll(restored);
  assert.deepEqual(plain(readAll(`${root}/copy`)), plain(points));
});
